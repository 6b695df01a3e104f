package loadtest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

const (
	maxCredentials = 50
	maxScopes      = 100
)

func (v *validator) auth(all []Credential) {
	if len(all) > maxCredentials {
		v.Add("auth", "plan.rule.auth_many", "A plan has at most {{.Max}} credentials; this one has {{.Count}}.", "Max", maxCredentials, "Count", len(all))
		return
	}
	first := map[string]bool{}
	for i, c := range all {
		field := fmt.Sprintf("auth.%d", i)
		v.name(field+".scheme", c.Scheme)
		if first[c.Scheme] {
			v.Add(field+".scheme", "plan.rule.auth_twice", "Two credentials are called “{{.Name}}”. Choose another name.", "Name", c.Scheme)
		}
		first[c.Scheme] = true
		v.credential(field, c)
	}
}

func (v *validator) credential(field string, c Credential) {
	switch c.Kind {
	case CredentialAPIKey:
		v.apiKey(field, c)
	case CredentialBasic:
		v.login(field, c)
	case CredentialBearer:
		if v.secret(field+".value", c.Value) && !httpguts.ValidHeaderFieldValue(c.Value) {
			v.Add(field+".value", "plan.rule.header_value", "Remove line breaks and control characters; a header has one line.")
		}
	case CredentialClient, CredentialPassword:
		v.grant(field, c)
	default:
		v.Add(field+".kind", "plan.rule.auth_kind", "“{{.Kind}}” is not a kind of credential. Choose one of {{.Known}}.",
			"Kind", string(c.Kind), "Known", fmt.Sprint(CredentialKinds()))
	}
}

func (v *validator) apiKey(field string, c Credential) {
	given := v.secret(field+".value", c.Value)
	switch {
	case !slices.Contains([]Place{InHeader, InQuery, InCookie}, c.In):
		v.Add(field+".in", "plan.rule.auth_in", "“{{.In}}” is no place for a key. Choose header, query or cookie.", "In", string(c.In))
	case c.In == InQuery && c.Name == "":
		v.Add(field+".name", "plan.rule.name", "Give it a name.")
	case c.In == InQuery && !printable(c.Name):
		v.Add(field+".name", "plan.rule.unprintable", "Remove line breaks and control characters.")
	case c.In == InHeader && !token(c.Name):
		v.Add(field+".name", "plan.rule.header_name", "“{{.Name}}” is not a header's name. Use letters, digits and hyphens, such as X-Api-Key.", "Name", c.Name)
	case c.In == InCookie && !token(c.Name):
		v.Add(field+".name", "plan.rule.cookie_name", "Name the cookie with letters, digits and -_.~ only.")
	case given && c.In == InHeader && !httpguts.ValidHeaderFieldValue(c.Value):
		v.Add(field+".value", "plan.rule.header_value", "Remove line breaks and control characters; a header has one line.")
	case given && c.In == InCookie && strings.IndexFunc(c.Value, notCookie) >= 0:
		v.Add(field+".value", "plan.rule.auth_cookie", "A cookie's value holds no spaces, quotes, commas, semicolons or backslashes. Write it as the browser sends it.")
	}
}

// notCookie reports what may not stand in a cookie's value (RFC 6265, 4.1.1).
func notCookie(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`",;\`, r)
}

func (v *validator) login(field string, c Credential) {
	switch {
	case c.Username == "":
		v.Add(field+".username", "plan.rule.auth_user", "Give the user's name.")
	case !printable(c.Username):
		v.Add(field+".username", "plan.rule.unprintable", "Remove line breaks and control characters.")
	case c.Kind == CredentialBasic && strings.Contains(c.Username, ":"):
		v.Add(field+".username", "plan.rule.auth_colon", "A user's name for basic authentication has no colon.")
	}
	v.value(field+".username", c.Username)
	v.shown(field+".password", c.Password)
}

func (v *validator) grant(field string, c Credential) {
	v.tokenURL(field+".token_url", c.TokenURL)
	if c.Kind == CredentialPassword {
		v.login(field, c)
	} else if c.ClientID == "" {
		v.Add(field+".client_id", "plan.rule.auth_client", "Give the client's id.")
	}
	if !printable(c.ClientID) {
		v.Add(field+".client_id", "plan.rule.unprintable", "Remove line breaks and control characters.")
	}
	v.shown(field+".client_secret", c.ClientSecret)
	if c.ClientAuth != ClientAuthBasic && c.ClientAuth != ClientAuthBody {
		v.Add(field+".client_auth", "plan.rule.auth_way", "“{{.Way}}” is no way to send the client's secret. Choose basic or body.", "Way", string(c.ClientAuth))
	}
	if len(c.Scopes) > maxScopes {
		v.Add(field+".scopes", "plan.rule.auth_scopes", "Ask for at most {{.Max}} scopes.", "Max", maxScopes)
	}
	for _, s := range c.Scopes {
		if s == "" || strings.IndexFunc(s, notScope) >= 0 {
			v.Add(field+".scopes", "plan.rule.auth_scope", "“{{.Scope}}” is not a scope. Write them without quotes, with spaces between.", "Scope", s)
			return
		}
	}
}

// notScope reports what may not stand in a scope (RFC 6749, 3.3).
func notScope(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' }

func (v *validator) tokenURL(field, raw string) {
	if raw == "" {
		v.Add(field, "plan.rule.auth_token_url", "Say where tokens come from, such as https://id.example.com/oauth/token.")
		return
	}
	address, query, _ := strings.Cut(raw, "?")
	v.baseURL(field, address)
	if _, err := url.ParseQuery(query); err != nil || strings.Contains(query, "#") {
		v.Add(field, "plan.rule.base_url_broken", "“{{.URL}}” is not an address. Write it like http://127.0.0.1:8090.", "URL", raw)
	}
}

// secret asks for a secret, and reports whether there is one.
func (v *validator) secret(field, value string) bool {
	if value == "" {
		v.Add(field, "plan.rule.auth_value", "Give the key or token. Without it, remove this sign-in.")
		return false
	}
	return v.shown(field, value)
}

// shown refuses a secret that was masked when the plan was written.
func (v *validator) shown(field, value string) bool {
	v.value(field, value)
	if value == Mask {
		v.Add(field, "plan.rule.auth_masked", "The secret was hidden when this plan was written. Type it again.")
		return false
	}
	return true
}
