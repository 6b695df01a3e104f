package loadtest

import (
	"slices"
	"strconv"
	"strings"
)

// CredentialKind is how a caller says who it is, by OpenAPI's words.
type CredentialKind string

// The kinds of credential.
const (
	CredentialAPIKey CredentialKind = "api_key" // Value as a header, a query parameter or a cookie
	CredentialBasic  CredentialKind = "basic"   // RFC 7617
	CredentialBearer CredentialKind = "bearer"  // RFC 6750; Value is a token that one has already
	// The grants of OAuth 2 that need no person (RFC 6749, 4.4 and 4.3): the
	// token is fetched before the load and renewed before it expires.
	CredentialClient   CredentialKind = "oauth2_client_credentials" //nolint:gosec // the name of a grant
	CredentialPassword CredentialKind = "oauth2_password"
)

// CredentialKinds returns all kinds.
func CredentialKinds() []CredentialKind {
	return []CredentialKind{CredentialAPIKey, CredentialBasic, CredentialBearer, CredentialClient, CredentialPassword}
}

// Fetched reports whether a credential of this kind is exchanged for a token
// before the load.
func (k CredentialKind) Fetched() bool { return k == CredentialClient || k == CredentialPassword }

// Place is where in a request an API key stands.
type Place string

// The places.
const (
	InHeader Place = "header"
	InQuery  Place = "query"
	InCookie Place = "cookie"
)

// ClientAuth is how an OAuth 2 client says who it is to the token endpoint.
type ClientAuth string

// The ways (RFC 6749, 2.3.1, which recommends the first).
const (
	ClientAuthBasic ClientAuth = "basic"
	ClientAuthBody  ClientAuth = "body"
)

// Credential is how a plan's requests say who calls. Value, Password and
// ClientSecret are secrets: encrypted at rest, masked wherever shown, and handed
// to k6 in its environment.
type Credential struct {
	Scheme string         `json:"scheme" yaml:"scheme,omitempty"` // its name in the API's document; unique in a plan
	Kind   CredentialKind `json:"kind" yaml:"kind"`

	In    Place  `json:"in,omitempty" yaml:"in,omitempty"`     // of an API key; empty is header
	Name  string `json:"name,omitempty" yaml:"name,omitempty"` // of an API key's header, parameter or cookie
	Value string `json:"value,omitempty" yaml:"value,omitempty"`

	Username string `json:"username,omitempty" yaml:"username,omitempty"`
	Password string `json:"password,omitempty" yaml:"password,omitempty"`

	TokenURL     string     `json:"token_url,omitempty" yaml:"token_url,omitempty"`
	ClientID     string     `json:"client_id,omitempty" yaml:"client_id,omitempty"`
	ClientSecret string     `json:"client_secret,omitempty" yaml:"client_secret,omitempty"`
	ClientAuth   ClientAuth `json:"client_auth,omitempty" yaml:"client_auth,omitempty"` // empty is basic
	Scopes       []string   `json:"scopes,omitempty" yaml:"scopes,omitempty"`
}

// Same reports whether c and o are the same way of one scheme, so that what is
// kept of one may serve the other: a secret is never handed to another token
// endpoint than the one it was given for.
func (c Credential) Same(o Credential) bool {
	return c.Scheme == o.Scheme && c.Kind == o.Kind && c.TokenURL == o.TokenURL
}

// CredentialsOf returns the credentials of p that s carries: those that s.Auth
// names; when it is nil, all, but none to another origin than the plan's own.
func (p Plan) CredentialsOf(s Step) []Credential {
	if s.Auth == nil {
		if s.BaseURL != "" && origin(s.BaseURL) != origin(p.BaseURL) {
			return nil
		}
		return p.Auth
	}
	var own []Credential
	for _, c := range p.Auth {
		if slices.Contains(s.Auth, c.Scheme) {
			own = append(own, c)
		}
	}
	return own
}

func (c Credential) withDefaults() Credential {
	c.Scheme = strings.TrimSpace(c.Scheme)
	if c.Scheme == "" {
		c.Scheme = string(c.Kind)
	}
	if c.Kind == CredentialAPIKey && c.In == "" {
		c.In = InHeader
	}
	if c.Kind.Fetched() && c.ClientAuth == "" {
		c.ClientAuth = ClientAuthBasic
	}
	c.TokenURL = strings.TrimSpace(c.TokenURL)
	return c
}

// authWithDefaults gives credentials of the same name each its own.
func authWithDefaults(all []Credential) []Credential {
	out := slices.Clone(all)
	taken := map[string]bool{}
	for i, c := range all {
		named := strings.TrimSpace(c.Scheme) != ""
		c = c.withDefaults()
		for n := 2; !named && taken[c.Scheme]; n++ {
			c.Scheme = string(c.Kind) + "_" + strconv.Itoa(n)
		}
		taken[c.Scheme] = true
		out[i] = c
	}
	return out
}
