package openapi

import (
	"net/url"
	"strings"

	"github.com/pb33f/go-yaml"
)

// Requirement is a security scheme an operation wants.
type Requirement struct {
	Scheme       string   `json:"scheme"` // its name in the document
	Type         string   `json:"type"`   // apiKey, http, oauth2, openIdConnect, mutualTLS; empty when the document has no such scheme
	In           string   `json:"in,omitempty"`
	Name         string   `json:"name,omitempty"`
	HTTP         string   `json:"http,omitempty"` // basic, bearer
	BearerFormat string   `json:"bearer_format,omitempty"`
	OpenIDURL    string   `json:"openid_url,omitempty"` // where OpenID Connect's configuration is
	Flows        []Flow   `json:"flows,omitempty"`      // of oauth2
	Scopes       []string `json:"scopes,omitempty"`     // that this operation wants
}

// FlowKind is a way to get a token, by OpenAPI 3's word.
type FlowKind string

// The kinds of flow.
const (
	ClientCredentials FlowKind = "clientCredentials"
	Password          FlowKind = "password"
	AuthorizationCode FlowKind = "authorizationCode"
	Implicit          FlowKind = "implicit"
	Device            FlowKind = "deviceAuthorization"
)

// Flow is one way to get a token of an OAuth 2 scheme. Addresses are resolved
// against the document's first complete server address; without one, relative
// ones stay as they are.
type Flow struct {
	Kind             FlowKind `json:"kind"`
	TokenURL         string   `json:"token_url,omitempty"`
	AuthorizationURL string   `json:"authorization_url,omitempty"`
	Scopes           []string `json:"scopes,omitempty"` // all that there are
}

// flowsV2 are Swagger's words for the kinds of flow.
var flowsV2 = map[string]FlowKind{
	"application": ClientCredentials, "password": Password, "accessCode": AuthorizationCode, "implicit": Implicit,
}

// schemes are a document's security schemes by name.
type schemes map[string]Requirement

func (r *reader) schemesV2() schemes {
	all := schemes{}
	for name, n := range pairs(get(r.src.root, "securityDefinitions")) {
		q := Requirement{Type: scalar(get(n, "type")), In: scalar(get(n, "in")), Name: scalar(get(n, "name"))}
		switch q.Type {
		case "basic":
			q = Requirement{Type: "http", HTTP: "basic"}
		case "oauth2":
			if kind, known := flowsV2[scalar(get(n, "flow"))]; known {
				q.Flows = []Flow{r.flow(kind, n)}
			}
		}
		all[name] = q
	}
	return all
}

func (r *reader) schemesV3() schemes {
	all := schemes{}
	for name, n := range pairs(get(get(r.src.root, "components"), "securitySchemes")) {
		n = r.src.deref(n)
		q := Requirement{
			Type: scalar(get(n, "type")), In: scalar(get(n, "in")), Name: scalar(get(n, "name")),
			HTTP: strings.ToLower(scalar(get(n, "scheme"))), BearerFormat: scalar(get(n, "bearerFormat")),
			OpenIDURL: r.resolved(scalar(get(n, "openIdConnectUrl"))),
		}
		flows := get(n, "flows")
		for _, kind := range []FlowKind{ClientCredentials, Password, AuthorizationCode, Implicit, Device} {
			if f := get(flows, string(kind)); f != nil {
				q.Flows = append(q.Flows, r.flow(kind, f))
			}
		}
		all[name] = q
	}
	return all
}

func (r *reader) flow(kind FlowKind, n *yaml.Node) Flow {
	f := Flow{
		Kind: kind, TokenURL: r.resolved(scalar(get(n, "tokenUrl"))),
		AuthorizationURL: r.resolved(first(scalar(get(n, "authorizationUrl")), scalar(get(n, "deviceAuthorizationUrl")))),
	}
	for scope := range pairs(get(n, "scopes")) {
		if !strings.HasPrefix(scope, "x-") {
			f.Scopes = append(f.Scopes, scope)
		}
	}
	return f
}

// resolved returns an address relative to the first server whose own is complete.
func (r *reader) resolved(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" || u.IsAbs() {
		return address
	}
	for _, s := range r.doc.Servers {
		if base := resolve(s, nil); base != nil {
			return base.ResolveReference(u).String()
		}
	}
	return address
}

// security returns what of the schemes the requirements at n ask for.
func (r *reader) security(n *yaml.Node, known schemes) [][]Requirement {
	var any [][]Requirement
	for _, s := range items(n) {
		all := []Requirement{}
		for name, scopes := range pairs(s) {
			q, ok := known[name]
			if !ok {
				r.faults.add(s, "openapi.fault.security", "The document has no security scheme “{{.Name}}”.", "Name", name)
			}
			q.Scheme, q.Scopes = name, texts(scopes)
			all = append(all, q)
		}
		any = append(any, all)
	}
	return any
}
