package k6_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

const secretText = `s3cr/t+"한<&=`

// target keeps what was asked of it, in order.
type target struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func newTarget(t *testing.T, answer http.HandlerFunc) *target {
	t.Helper()
	s := &target{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *target) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// hidesSecrets fails when a bundle or a log holds the secret.
func hidesSecrets(t *testing.T, p loadtest.Plan, log string, secrets ...string) {
	t.Helper()
	bundle, err := k6.Build(p.WithDefaults(loadtest.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"the log": log}
	for name, content := range bundle.Files {
		texts[name] = string(content)
	}
	for where, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
				t.Errorf("%s holds %q:\n%s", where, secret, text)
			}
		}
	}
}

func TestCredentialsAreSentWhereTheyBelong(t *testing.T) {
	s := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot) // so that examples are taken
		user, password, _ := r.BasicAuth()
		cookie, _ := r.Cookie("session")
		fmt.Fprint(w, r.URL, r.Header, user, password, cookie)
	})
	ask := loadtest.Request{
		Query:   []loadtest.Param{{Name: "page", Value: "1"}},
		Cookies: []loadtest.Param{{Name: "lang", Value: "ko"}},
	}
	p := once(
		s.URL,
		loadtest.Step{Method: "GET", Path: "/all"},
		loadtest.Step{Method: "GET", Path: "/named", Auth: []string{"cookie", "query", "unknown"}, Request: ask},
		loadtest.Step{Method: "GET", Path: "/none", Auth: []string{}},
		loadtest.Step{Method: "GET", Path: "/bearer", Auth: []string{"bearer"}},
		loadtest.Step{Method: "GET", Path: "/own", Auth: []string{"basic"}, Request: loadtest.Request{Headers: []loadtest.Param{{Name: "authorization", Value: "mine"}}}},
	)
	p.Auth = []loadtest.Credential{
		{Scheme: "header", Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: secretText},
		{Scheme: "query", Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Name: "the key", Value: secretText},
		{Scheme: "cookie", Kind: loadtest.CredentialAPIKey, In: loadtest.InCookie, Name: "session", Value: "c00kie=/+%3D"},
		{Scheme: "bearer", Kind: loadtest.CredentialBearer, Value: "b3arer"},
		{Scheme: "basic", Kind: loadtest.CredentialBasic, Username: "ann한", Password: secretText},
	}
	log, err := run(t, p)
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	type got struct{ Path, Key, Header, Cookies, Authorization, User, Password string }
	var all []got
	for _, r := range s.requests() {
		g := got{Path: r.URL.Path, Key: r.Form.Get("the key"), Header: r.Header.Get("X-Key"), Cookies: r.Header.Get("Cookie")}
		var basic bool
		if g.User, g.Password, basic = r.BasicAuth(); !basic {
			g.Authorization = r.Header.Get("Authorization")
		}
		all = append(all, g)
	}
	want := []got{
		{Path: "/all", Key: secretText, Header: secretText, Cookies: "session=c00kie=/+%3D", User: "ann한", Password: secretText},
		{Path: "/named", Key: secretText, Cookies: "lang=ko; session=c00kie=/+%3D"},
		{Path: "/none"},
		{Path: "/bearer", Authorization: "Bearer b3arer"},
		{Path: "/own", Authorization: "mine"},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
	hidesSecrets(t, p, log, secretText, "c00kie=/+%3D", "b3arer", "s3cr")
	if len(samples(t, log)) == 0 {
		t.Error("no examples, in which secrets could be seen")
	}
}

// k6 hands on all headers but a few when it follows a redirect.
func TestCredentialsStayWithTheirOrigin(t *testing.T) {
	stranger := newTarget(t, nil)
	s := newTarget(t, nil)
	s.Config.Handler = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			switch r.URL.Path {
			case "/v1/away":
				http.Redirect(w, r, stranger.URL+"/got", http.StatusTemporaryRedirect)
			case "/v1/here":
				w.Header().Set("Location", "there?x=1#part")
				w.WriteHeader(http.StatusFound)
			case "/v1/loop":
				http.Redirect(w, r, "/v1/loop", http.StatusSeeOther)
			}
		})
	}(s.Config.Handler)
	p := once(s.URL+"/v1", step("POST", "/away", 1), step("POST", "/here", 1), step("GET", "/loop", 1))
	for i := range 2 {
		p.Scenarios[0].Steps[i].Request.Body = &loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "text/plain", Text: "hello"}
	}
	p.Headers = []loadtest.Header{{Name: "X-Mine", Value: secretText, Secret: true}, {Name: "X-Open", Value: "open"}}
	p.Auth = []loadtest.Credential{
		{Scheme: "header", Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: secretText},
		{Scheme: "query", Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Name: "key", Value: secretText},
		{Scheme: "bearer", Kind: loadtest.CredentialBearer, Value: secretText},
	}
	log, err := run(t, p)
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	away := stranger.requests()
	if len(away) != 1 || away[0].Method != http.MethodPost || away[0].URL.String() != "/got" || away[0].Header.Get("X-Open") != "open" {
		t.Fatalf("the other origin got %+v", away)
	}
	for _, name := range []string{"X-Mine", "X-Key", "Authorization", "Referer"} {
		if v := away[0].Header.Get(name); v != "" {
			t.Errorf("the other origin got %s: %s", name, v)
		}
	}
	counts := map[string]int{}
	for _, r := range s.requests() {
		counts[r.Method+" "+r.URL.Path]++
		if r.Header.Get("X-Key") == "" {
			t.Errorf("%s %s came without the key", r.Method, r.URL.Path)
		}
	}
	want := map[string]int{"POST /v1/away": 1, "POST /v1/here": 1, "GET /v1/there": 1, "GET /v1/loop": 11}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
}
