package trial

import (
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// Login is how a request says who calls, by one scheme of the document. A kept
// one has secrets that the page does not hold; empty fields leave them as they are.
type Login struct {
	Scheme       string `form:"scheme"`
	Kind         string `form:"kind"`
	Value        string `form:"value"`
	Username     string `form:"username"`
	Password     string `form:"password"`
	TokenURL     string `form:"token_url"`
	ClientID     string `form:"client_id"`
	ClientSecret string `form:"client_secret"`
	Scopes       string `form:"scopes"`
	Forget       bool   `form:"forget"`

	Kept bool `form:"-"`
}

// Schemes returns what the operation's security wants, each scheme once.
func Schemes(op openapi.Operation) []openapi.Requirement {
	var all []openapi.Requirement
	known := map[string]bool{}
	for _, together := range op.Security {
		for _, r := range together {
			if !known[r.Scheme] {
				known[r.Scheme] = true
				all = append(all, r)
			}
		}
	}
	return all
}

// Open reports whether the operation may be called without credentials.
func Open(op openapi.Operation) bool {
	for _, together := range op.Security {
		if len(together) == 0 {
			return true
		}
	}
	return len(op.Security) == 0
}

// Kinds returns the kinds of credential that fit a scheme, the usual one first.
func Kinds(r openapi.Requirement) []loadtest.CredentialKind {
	switch {
	case r.Type == "apiKey":
		return []loadtest.CredentialKind{loadtest.CredentialAPIKey}
	case r.Type == "http" && strings.EqualFold(r.HTTP, "basic"):
		return []loadtest.CredentialKind{loadtest.CredentialBasic}
	case r.Type == "oauth2", r.Type == "openIdConnect":
		return []loadtest.CredentialKind{loadtest.CredentialBearer, loadtest.CredentialClient, loadtest.CredentialPassword}
	}
	return []loadtest.CredentialKind{loadtest.CredentialBearer}
}

// LoginOf returns the fields of a scheme with what is kept of it.
func LoginOf(r openapi.Requirement, kept loadtest.Credential) Login {
	l := Login{Scheme: r.Scheme, Kind: string(Kinds(r)[0])}
	if kept.Kind != "" {
		l.Kind, l.Kept = string(kept.Kind), true
		l.Username, l.TokenURL, l.ClientID, l.Scopes = kept.Username, kept.TokenURL, kept.ClientID, strings.Join(kept.Scopes, " ")
	}
	return l
}

// Credential returns the credential that the fields describe: what is empty and
// was kept stays as it was. Its Kind is empty when nothing was filled in.
func (l Login) Credential(r openapi.Requirement, kept loadtest.Credential) loadtest.Credential {
	if l.Forget {
		return loadtest.Credential{}
	}
	c := loadtest.Credential{
		Scheme: r.Scheme, Kind: loadtest.CredentialKind(l.Kind), Value: l.Value, Username: l.Username, Password: l.Password,
		TokenURL: strings.TrimSpace(l.TokenURL), ClientID: l.ClientID, ClientSecret: l.ClientSecret, Scopes: strings.Fields(l.Scopes),
	}
	if c.Same(kept) {
		c.Value, c.Password, c.ClientSecret = or(c.Value, kept.Value), or(c.Password, kept.Password), or(c.ClientSecret, kept.ClientSecret)
	}
	switch c.Kind {
	case loadtest.CredentialAPIKey:
		c.In, c.Name = keyPlace(r), r.Name
	case loadtest.CredentialBearer:
		c.Value = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(c.Value), "Bearer "))
	}
	if c.Value+c.Username+c.Password+c.ClientID+c.ClientSecret == "" {
		return loadtest.Credential{}
	}
	return c
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
