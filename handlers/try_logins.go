package handlers

import (
	"fmt"
	"maps"
	"sync"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/trial"
)

// keptLogins bounds what browsers' credentials take in memory, in bytes.
const keptLogins = 4 << 20

// Logins keeps what signed-in browsers call projects' APIs with: in memory
// only, the last ones used. It may be used by many at once.
type Logins struct {
	mu   sync.Mutex // of changing what is kept for a browser
	kept *recent[loginKey, map[string]loadtest.Credential]
}

type loginKey struct {
	session string
	project domain.ProjectID
}

// NewLogins returns Logins that keep nothing yet.
func NewLogins() *Logins {
	return &Logins{kept: newRecent[loginKey, map[string]loadtest.Credential](keptLogins)}
}

// get returns what is kept for a scheme, the zero Credential if nothing is.
func (l *Logins) get(session string, project domain.ProjectID, scheme string) loadtest.Credential {
	all, _ := l.kept.get(loginKey{session, project})
	return all[scheme]
}

// put keeps a credential; one without a kind is forgotten.
func (l *Logins) put(session string, project domain.ProjectID, scheme string, c loadtest.Credential) {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := loginKey{session, project}
	before, _ := l.kept.get(key)
	all := maps.Clone(before)
	if all == nil {
		all = map[string]loadtest.Credential{}
	}
	if c.Kind == "" {
		delete(all, scheme)
	} else {
		all[scheme] = c
	}
	weight := 64
	for _, c := range all {
		weight += 256 + len(c.Value) + len(c.Username) + len(c.Password) + len(c.TokenURL) + len(c.ClientID) + len(c.ClientSecret)
	}
	l.kept.put(key, all, int64(weight))
}

// signIn keeps what the form's fields say and returns the operation's
// credentials that there are, and the form's names of their fields:
// "auth.0.value" is "auth[1].value".
func (h *Trials) signIn(c echo.Context, at opened, f trial.Form) ([]loadtest.Credential, map[string]string) {
	var all []loadtest.Credential
	names := map[string]string{}
	session := h.Session(c)
	for i, r := range trial.Schemes(at.operation) {
		kept := h.Logins.get(session, at.project.ID, r.Scheme)
		if i < len(f.Logins) && f.Logins[i].Scheme == r.Scheme {
			kept = f.Logins[i].Credential(r, kept)
			h.Logins.put(session, at.project.ID, r.Scheme, kept)
		}
		if kept.Kind == "" {
			continue
		}
		for _, field := range []string{"value", "username", "password", "token_url", "client_id", "client_secret", "scopes"} {
			names[fmt.Sprintf("auth.%d.%s", len(all), field)] = fmt.Sprintf("auth[%d].%s", i, field)
		}
		all = append(all, kept)
	}
	return all, names
}
