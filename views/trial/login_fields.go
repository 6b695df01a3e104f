package trial

import (
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// loginField is one field of a credential and the kinds that have it.
type loginField struct {
	name   string
	kinds  string // as classes
	secret bool
	of     func(Login) string // what is shown again; nil for secrets
}

var allLoginFields = []struct {
	loginField
	kinds []loadtest.CredentialKind
}{
	{loginField{name: "value", secret: true}, []loadtest.CredentialKind{loadtest.CredentialAPIKey, loadtest.CredentialBearer}},
	{loginField{name: "token_url", of: func(l Login) string { return l.TokenURL }}, []loadtest.CredentialKind{loadtest.CredentialClient, loadtest.CredentialPassword}},
	{loginField{name: "username", of: func(l Login) string { return l.Username }}, []loadtest.CredentialKind{loadtest.CredentialBasic, loadtest.CredentialPassword}},
	{loginField{name: "password", secret: true}, []loadtest.CredentialKind{loadtest.CredentialBasic, loadtest.CredentialPassword}},
	{loginField{name: "client_id", of: func(l Login) string { return l.ClientID }}, []loadtest.CredentialKind{loadtest.CredentialClient, loadtest.CredentialPassword}},
	{loginField{name: "client_secret", secret: true}, []loadtest.CredentialKind{loadtest.CredentialClient, loadtest.CredentialPassword}},
	{loginField{name: "scopes", of: func(l Login) string { return l.Scopes }}, []loadtest.CredentialKind{loadtest.CredentialClient, loadtest.CredentialPassword}},
}

// loginFields returns the fields that any of the kinds has.
func loginFields(kinds []loadtest.CredentialKind) []loginField {
	var list []loginField
	for _, f := range allLoginFields {
		var classes []string
		for _, k := range f.kinds {
			if slices.Contains(kinds, k) {
				classes = append(classes, string(k))
			}
		}
		if len(classes) == 0 {
			continue
		}
		if len(kinds) == 1 {
			classes = []string{"only"}
		}
		field := f.loginField
		field.kinds = strings.Join(classes, " ")
		list = append(list, field)
	}
	return list
}

func (f loginField) value(l Login) string {
	if f.of == nil {
		return ""
	}
	return f.of(l)
}

func (f loginField) input() string {
	if f.secret {
		return "password"
	}
	return "text"
}

func (f loginField) placeholder(l Login) string {
	if f.secret && l.Kept {
		return loadtest.Mask
	}
	return ""
}

// keyPlace returns where an API key stands; in a header unless the document says otherwise.
func keyPlace(r openapi.Requirement) loadtest.Place {
	switch place := loadtest.Place(r.In); place {
	case loadtest.InQuery, loadtest.InCookie:
		return place
	}
	return loadtest.InHeader
}
