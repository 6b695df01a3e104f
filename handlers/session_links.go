package handlers

import (
	"crypto/rand"
	"sync"
	"time"

	"plog.dev/plog/domain"
)

// SignInLinks are tokens that sign one browser in, once. They live in memory:
// a restart ends them all and prints a new one.
type SignInLinks struct {
	mu     sync.Mutex
	tokens map[string]signInToken // by hash
}

type signInToken struct {
	user    domain.UserID // empty: the first administrator
	expires time.Time     // zero: never
	used    bool
}

// NewSignInLinks returns an empty set.
func NewSignInLinks() *SignInLinks { return &SignInLinks{tokens: map[string]signInToken{}} }

// New returns a fresh token for user, or for the first administrator when user
// is empty. It expires after life, never when that is 0.
func (l *SignInLinks) New(user domain.UserID, life time.Duration) string {
	token := rand.Text()
	t := signInToken{user: user}
	if life > 0 {
		t.expires = time.Now().Add(life)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, old := range l.tokens {
		if !old.expires.IsZero() && time.Since(old.expires) > time.Hour {
			delete(l.tokens, key)
		}
	}
	l.tokens[hash(token)] = t
	return token
}

// Check returns Unauthorized when the token is unknown, used or expired.
func (l *SignInLinks) Check(token string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.good(token)
	return err
}

// Redeem uses a token up and returns whose it is; Unauthorized when it is
// unknown, used or expired.
func (l *SignInLinks) Redeem(token string) (domain.UserID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, err := l.good(token)
	if err != nil {
		return "", err
	}
	t.used = true
	l.tokens[hash(token)] = t
	return t.user, nil
}

// good returns what the token stands for. The caller holds mu.
func (l *SignInLinks) good(token string) (signInToken, error) {
	t, known := l.tokens[hash(token)]
	switch {
	case !known:
		return t, domain.Errorf(domain.Unauthorized, "auth.link_unknown",
			"This sign-in link is not valid. Use the link that PLOG printed at its last start, or restart PLOG for a new one.")
	case t.used:
		return t, domain.Errorf(domain.Unauthorized, "auth.link_used",
			"This sign-in link was used already. Restart PLOG for a new one, or make one under Settings in a browser that is signed in.")
	case !t.expires.IsZero() && time.Now().After(t.expires):
		return t, domain.Errorf(domain.Unauthorized, "auth.link_expired",
			"This sign-in link has expired. Make a new one under Settings in a browser that is signed in.")
	}
	return t, nil
}
