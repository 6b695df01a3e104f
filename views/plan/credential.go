package plan

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/ui"
)

// Credential is how the plan's requests say who calls. A kept one has stored
// secrets that empty fields leave as they are.
type Credential struct {
	Scheme       string `form:"scheme"`
	Kind         string `form:"kind"`
	In           string `form:"in"`
	Name         string `form:"name"`
	Value        string `form:"value"`
	Username     string `form:"username"`
	Password     string `form:"password"`
	TokenURL     string `form:"token_url"`
	ClientID     string `form:"client_id"`
	ClientSecret string `form:"client_secret"`
	ClientAuth   string `form:"client_auth"`
	Scopes       string `form:"scopes"`
	Kept         bool   `form:"kept"`
}

// blank reports whether nobody said who calls: the credential is not needed.
func (c Credential) blank() bool {
	return !c.Kept && strings.TrimSpace(c.Value+c.Username+c.Password+c.ClientID+c.ClientSecret) == ""
}

// credential returns what of the fields belongs to the chosen kind.
func (c Credential) credential() loadtest.Credential {
	out := loadtest.Credential{Scheme: strings.TrimSpace(c.Scheme), Kind: loadtest.CredentialKind(c.Kind)}
	switch out.Kind {
	case loadtest.CredentialAPIKey:
		out.In, out.Name, out.Value = loadtest.Place(c.In), strings.TrimSpace(c.Name), c.Value
	case loadtest.CredentialBasic:
		out.Username, out.Password = c.Username, c.Password
	case loadtest.CredentialBearer:
		out.Value = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(c.Value), "Bearer "))
	case loadtest.CredentialClient, loadtest.CredentialPassword:
		out.TokenURL, out.Scopes = strings.TrimSpace(c.TokenURL), strings.Fields(c.Scopes)
		out.ClientID, out.ClientSecret, out.ClientAuth = strings.TrimSpace(c.ClientID), c.ClientSecret, loadtest.ClientAuth(c.ClientAuth)
		if len(out.Scopes) == 0 {
			out.Scopes = nil
		}
		if out.Kind == loadtest.CredentialPassword {
			out.Username, out.Password = c.Username, c.Password
		}
	}
	return out
}

// credentialOf returns the fields of a credential, without its secrets.
func credentialOf(c loadtest.Credential) Credential {
	return Credential{
		Scheme: c.Scheme, Kind: string(c.Kind), In: string(c.In), Name: c.Name, Username: c.Username, TokenURL: c.TokenURL,
		ClientID: c.ClientID, ClientAuth: string(c.ClientAuth), Scopes: strings.Join(c.Scopes, " "),
		Kept: c.Value+c.Password+c.ClientSecret != "",
	}
}

// CredentialFor returns the fields of a scheme of the API's document, with all
// that the document says. Addresses of tokens that are relative to the API are
// completed with its base URL.
func CredentialFor(r openapi.Requirement, baseURL string) Credential {
	c := credentialOf(r.Credential(r.Kinds()[0]))
	for _, kind := range r.Kinds() {
		c.TokenURL = or(c.TokenURL, r.Credential(kind).TokenURL)
		c.Scopes = or(c.Scopes, strings.Join(r.Credential(kind).Scopes, " "))
	}
	base, err := url.Parse(baseURL)
	if to, wrong := url.Parse(c.TokenURL); err == nil && wrong == nil && c.TokenURL != "" {
		c.TokenURL = base.ResolveReference(to).String()
	}
	return c
}

// withSchemes returns the form's credentials and those of the schemes that it
// has none of, to be filled in.
func (f Form) withSchemes(all []openapi.Requirement, baseURL string) []Credential {
	list := slices.Clone(f.Auth)
	for _, r := range all {
		if !slices.ContainsFunc(list, func(c Credential) bool { return c.Scheme == r.Scheme }) {
			list = append(list, CredentialFor(r, baseURL))
		}
	}
	return list
}

// kindsOf returns the kinds that a credential of the quick form may have.
func kindsOf(all []openapi.Requirement, scheme string) []loadtest.CredentialKind {
	for _, r := range all {
		if r.Scheme == scheme {
			return r.Kinds()
		}
	}
	return loadtest.CredentialKinds()
}

// keepSecrets fills in what is stored of the secrets that the form left empty.
func keepSecrets(auth, stored []loadtest.Credential) {
	for i, c := range auth {
		j := slices.IndexFunc(stored, c.Same)
		if j < 0 {
			continue
		}
		auth[i].Value = or(c.Value, stored[j].Value)
		auth[i].Password = or(c.Password, stored[j].Password)
		auth[i].ClientSecret = or(c.ClientSecret, stored[j].ClientSecret)
	}
}

// LostSecrets returns an error for each credential of p whose stored secrets the
// form meant to keep, and that has none: it became another one. The form's rows
// are those of the plan: see Tidy.
func (f Form) LostSecrets(p loadtest.Plan) Errors {
	errs := Errors{}
	for i, c := range p.Auth {
		if !f.Auth[i].Kept || c.Value+c.Password+c.ClientSecret != "" {
			continue
		}
		field := "value"
		switch c.Kind {
		case loadtest.CredentialBasic, loadtest.CredentialPassword:
			field = "password"
		case loadtest.CredentialClient:
			field = "client_secret"
		}
		errs[join("auth", i, field)] = domain.Msg("plan.auth_retype", "This is another credential than the saved one. Type its secret again.")
	}
	return errs
}

// credentialField is one field of a credential.
type credentialField struct {
	name   string
	kinds  []loadtest.CredentialKind // that have it
	value  func(Credential) string
	secret bool
	sample string
}

var credentialFields = []credentialField{
	{name: "value", kinds: []loadtest.CredentialKind{loadtest.CredentialAPIKey, loadtest.CredentialBearer}, secret: true, value: func(c Credential) string { return c.Value }},
	{name: "token_url", kinds: fetchedKinds, value: func(c Credential) string { return c.TokenURL }, sample: "https://id.example.com/oauth/token"},
	{name: "username", kinds: []loadtest.CredentialKind{loadtest.CredentialBasic, loadtest.CredentialPassword}, value: func(c Credential) string { return c.Username }},
	{name: "password", kinds: []loadtest.CredentialKind{loadtest.CredentialBasic, loadtest.CredentialPassword}, secret: true, value: func(c Credential) string { return c.Password }},
	{name: "client_id", kinds: fetchedKinds, value: func(c Credential) string { return c.ClientID }},
	{name: "client_secret", kinds: fetchedKinds, secret: true, value: func(c Credential) string { return c.ClientSecret }},
	{name: "scopes", kinds: fetchedKinds, value: func(c Credential) string { return c.Scopes }, sample: "read write"},
}

var fetchedKinds = []loadtest.CredentialKind{loadtest.CredentialClient, loadtest.CredentialPassword}

// class names the kinds that show the field, where kinds leave a choice.
func (f credentialField) class(kinds []loadtest.CredentialKind) string {
	var names []string
	if f.name == "token_url" {
		names = append(names, "whole")
	}
	if len(kinds) == 1 {
		return strings.Join(names, " ")
	}
	names = append(names, "for")
	for _, k := range f.kinds {
		names = append(names, string(k))
	}
	return strings.Join(names, " ")
}

// fits reports whether any of the kinds has the field.
func (f credentialField) fits(kinds []loadtest.CredentialKind) bool {
	return slices.ContainsFunc(f.kinds, func(k loadtest.CredentialKind) bool { return slices.Contains(kinds, k) })
}

func (f credentialField) kind() string {
	if f.secret {
		return "password"
	}
	return "text"
}

func (f credentialField) placeholder(c Credential) string {
	if f.secret && c.Kept {
		return loadtest.Mask
	}
	return f.sample
}

func kindOptions(ctx context.Context, kinds []loadtest.CredentialKind) []ui.Option {
	list := make([]ui.Option, len(kinds))
	for i, k := range kinds {
		list[i] = ui.Option{Value: string(k), Label: i18n.T(ctx, "plan.auth_kind."+string(k))}
	}
	return list
}

// credentialText says in a word or two what a credential is.
func credentialText(ctx context.Context, c Credential) string {
	if loadtest.CredentialKind(c.Kind) == loadtest.CredentialAPIKey {
		return i18n.T(ctx, "plan.auth_place."+or(c.In, string(loadtest.InHeader)), "Name", c.Name)
	}
	return i18n.T(ctx, "plan.auth_kind."+c.Kind)
}

// schemeOptions are the schemes of the document that the form has no
// credential of, and one for any other.
func schemeOptions(ctx context.Context, f Form, all []openapi.Requirement) []ui.Option {
	options := []ui.Option{{Value: "", Label: i18n.T(ctx, "plan.auth_other")}}
	for _, r := range all {
		if !slices.ContainsFunc(f.Auth, func(c Credential) bool { return c.Scheme == r.Scheme }) {
			options = append(options, ui.Option{Value: r.Scheme, Label: r.Scheme})
		}
	}
	return options
}

// AddCredential appends the fields of the scheme that the form names, or of
// one that is not in the document.
func (f *Form) AddCredential(all []openapi.Requirement) {
	name := f.AddAuth
	f.AddAuth = ""
	for _, r := range all {
		if r.Scheme == name {
			f.Auth = append(f.Auth, CredentialFor(r, f.BaseURL))
			return
		}
	}
	f.Auth = append(f.Auth, Credential{Kind: string(loadtest.CredentialBearer), In: string(loadtest.InHeader)})
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
