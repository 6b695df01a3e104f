package shop

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The credentials that always work; the document says them too.
const (
	DemoToken    = "demo-token"        // #nosec G101 -- public by design
	DemoPassword = "demo-password"     // #nosec G101 -- public by design
	DemoEmail    = "minji@example.com" // whose token DemoToken is
)

type emailKey struct{}

// guard issues and checks tokens without keeping any: a token is its end, the e-mail address and a signature.
type guard struct{ key []byte }

func newGuard() guard {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // never fails, as crypto/rand documents
	return guard{key: key}
}

func (g guard) issue(email string, until time.Time) string {
	encoded := base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(until.Unix(), 10) + " " + email))
	return encoded + "." + g.sign(encoded)
}

// check returns whose token it is, if it is good at that time.
func (g guard) check(token string, now time.Time) (email string, ok bool) {
	if token == DemoToken {
		return DemoEmail, true
	}
	encoded, signature, _ := strings.Cut(token, ".")
	if !hmac.Equal([]byte(signature), []byte(g.sign(encoded))) {
		return "", false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return "", false
	}
	until, email, _ := strings.Cut(string(decoded), " ")
	seconds, err := strconv.ParseInt(until, 10, 64)
	return email, err == nil && now.Unix() < seconds
}

func (g guard) sign(text string) string {
	mac := hmac.New(sha256.New, g.key)
	_, _ = mac.Write([]byte(text)) // a hash never fails to write
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// member lets in who shows a token, as a bearer or in X-Api-Key.
func (s *Shop) member(h handlerFunc) http.Handler {
	return open(func(w http.ResponseWriter, r *http.Request) error {
		token := r.Header.Get("X-Api-Key")
		if scheme, bearer, found := strings.Cut(r.Header.Get("Authorization"), " "); found && strings.EqualFold(scheme, "Bearer") {
			token = bearer
		}
		email, ok := s.guard.check(token, s.now())
		if !ok {
			return &problem{
				Title: "Unauthorized", Status: http.StatusUnauthorized,
				Detail: "Send a token from POST /login, or " + DemoToken + ".",
			}
		}
		return h(w, r.WithContext(context.WithValue(r.Context(), emailKey{}, email)))
	})
}

// emailOf returns who sent the request; only behind member.
func emailOf(r *http.Request) string {
	email, _ := r.Context().Value(emailKey{}).(string)
	return email
}
