package shop

import (
	"mime"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	keptAccounts  = 1000
	tokenLifetime = 24 * time.Hour
)

var (
	languages = []string{"ko", "en"}
	topics    = []string{"sale", "new", "events"}
)

type preferences struct {
	Language  string `json:"language"`
	Marketing bool   `json:"marketing"`
}

type account struct {
	Email       string      `json:"email"`
	Name        string      `json:"name"`
	Phone       *string     `json:"phone"`
	BirthDate   string      `json:"birth_date"`
	Preferences preferences `json:"preferences"`
}

type accounts struct {
	mu     sync.Mutex
	edited *bounded[string, account]
}

func newAccounts() *accounts { return &accounts{edited: newBounded[string, account](keptAccounts)} }

func (a *accounts) get(email string) account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.getLocked(email)
}

func (a *accounts) getLocked(email string) account {
	if edited, found := a.edited.get(email); found {
		return edited
	}
	return account{Email: email, Name: "김민지", BirthDate: "1994-03-21", Preferences: preferences{Language: "ko"}}
}

// logIn gives any e-mail address a token for the demo password.
func (s *Shop) logIn(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if !isEmail(in.Email) {
		return invalid(map[string]string{"email": "must be an e-mail address"})
	}
	if in.Password != DemoPassword {
		return &problem{
			Title: "Unauthorized", Status: http.StatusUnauthorized,
			Detail: "The password is wrong: it is " + DemoPassword + ".",
		}
	}
	return writeJSON(w, http.StatusOK, struct {
		Token     string `json:"access_token"`
		Type      string `json:"token_type"`
		ExpiresIn int    `json:"expires_in"`
	}{s.guard.issue(in.Email, s.now().Add(tokenLifetime)), "Bearer", int(tokenLifetime.Seconds())})
}

func (s *Shop) getAccount(w http.ResponseWriter, r *http.Request) error {
	return writeJSON(w, http.StatusOK, s.accounts.get(emailOf(r)))
}

func (s *Shop) patchAccount(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Name        *string `json:"name"`
		Phone       *string `json:"phone"`
		BirthDate   *string `json:"birth_date"`
		Preferences *struct {
			Language  *string `json:"language"`
			Marketing *bool   `json:"marketing"`
		} `json:"preferences"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	wrong := map[string]string{}
	if in.Name != nil && (*in.Name == "" || utf8.RuneCountInString(*in.Name) > 80) {
		wrong["name"] = "must have 1 to 80 characters"
	}
	if in.Phone != nil && len(*in.Phone) > 30 {
		wrong["phone"] = "must have at most 30 characters"
	}
	if in.BirthDate != nil {
		if _, err := time.Parse(dateLayout, *in.BirthDate); err != nil {
			wrong["birth_date"] = "must be a date such as 1994-03-21"
		}
	}
	if in.Preferences != nil && in.Preferences.Language != nil && !slices.Contains(languages, *in.Preferences.Language) {
		wrong["preferences.language"] = "must be one of ko, en"
	}
	if err := invalid(wrong); err != nil {
		return err
	}

	s.accounts.mu.Lock()
	mine := s.accounts.getLocked(emailOf(r))
	assign(&mine.Name, in.Name)
	assign(&mine.BirthDate, in.BirthDate)
	if in.Phone != nil {
		mine.Phone = in.Phone
	}
	if in.Preferences != nil {
		assign(&mine.Preferences.Language, in.Preferences.Language)
		assign(&mine.Preferences.Marketing, in.Preferences.Marketing)
	}
	s.accounts.edited.put(mine.Email, mine)
	s.accounts.mu.Unlock()
	return writeJSON(w, http.StatusOK, mine)
}

func assign[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// subscribe keeps nothing: it says what it understood.
func (s *Shop) subscribe(w http.ResponseWriter, r *http.Request) error {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/x-www-form-urlencoded" {
		return unsupported("application/x-www-form-urlencoded", r)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxJSONBody)
	if err := r.ParseForm(); err != nil {
		return badBody(err)
	}
	form := readParams(r.PostForm)
	email := form.values.Get("email")
	if !isEmail(email) {
		form.wrong["email"] = "must be an e-mail address"
	}
	language := form.oneOf("language", "ko", languages)
	chosen := form.values["topics"]
	if slices.ContainsFunc(chosen, func(topic string) bool { return !slices.Contains(topics, topic) }) {
		form.wrong["topics"] = "must be of " + strings.Join(topics, ", ")
	}
	if err := form.err(); err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, struct {
		Email    string   `json:"email"`
		Name     string   `json:"name"`
		Language string   `json:"language"`
		Topics   []string `json:"topics"`
	}{email, form.values.Get("name"), language, append([]string{}, chosen...)})
}

func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && len(text) <= 254
}
