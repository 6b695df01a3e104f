package openapi

import (
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// Kinds returns the kinds of credential that r can be met with, the likely one first.
func (r Requirement) Kinds() []loadtest.CredentialKind {
	switch {
	case r.Type == "apiKey":
		return []loadtest.CredentialKind{loadtest.CredentialAPIKey}
	case r.Type == "http" && strings.EqualFold(r.HTTP, "basic"):
		return []loadtest.CredentialKind{loadtest.CredentialBasic}
	case r.Type != "oauth2" && r.Type != "openIdConnect":
		return []loadtest.CredentialKind{loadtest.CredentialBearer}
	}
	all := []loadtest.CredentialKind{loadtest.CredentialBearer, loadtest.CredentialClient, loadtest.CredentialPassword}
	slices.SortStableFunc(all, func(a, b loadtest.CredentialKind) int { return r.unlikely(a) - r.unlikely(b) })
	return all
}

// unlikely orders kinds: a grant that the document names goes before a token
// that one has, and that before a grant it does not name.
func (r Requirement) unlikely(k loadtest.CredentialKind) int {
	flow, fetched := flowOf[k]
	switch {
	case !fetched:
		return 1
	case slices.ContainsFunc(r.Flows, func(f Flow) bool { return f.Kind == flow }):
		return 0
	}
	return 2
}

var flowOf = map[loadtest.CredentialKind]FlowKind{
	loadtest.CredentialClient: ClientCredentials, loadtest.CredentialPassword: Password,
}

// Credential returns a credential of the kind for r with all that the document
// says; who calls is not in it.
func (r Requirement) Credential(kind loadtest.CredentialKind) loadtest.Credential {
	c := loadtest.Credential{Scheme: r.Scheme, Kind: kind}
	switch {
	case kind == loadtest.CredentialAPIKey:
		c.In, c.Name = loadtest.Place(r.In), r.Name
	case kind.Fetched():
		c.Scopes = r.Scopes
		for _, f := range r.Flows {
			if f.TokenURL != "" && (c.TokenURL == "" || f.Kind == flowOf[kind]) {
				c.TokenURL = f.TokenURL
			}
		}
	}
	return c
}

// Wants returns every scheme that an operation of doc asks for, once, in the
// order in which they are first asked for.
func Wants(doc *Document) []Requirement {
	var all []Requirement
	known := map[string]bool{}
	for _, o := range doc.Operations {
		for _, together := range o.Security {
			for _, r := range together {
				if !known[r.Scheme] {
					known[r.Scheme] = true
					all = append(all, r)
				}
			}
		}
	}
	return all
}

// Carries returns the schemes whose credentials a request of the operation
// carries: the first of its alternatives for which there are all, else the
// first that asks for any, so that what is given later is sent. It is empty,
// never nil, when the operation asks for none.
func (o Operation) Carries(given []loadtest.Credential) []string {
	wanted := []string{}
	for _, together := range o.Security {
		names := make([]string, 0, len(together))
		all := true
		for _, r := range together {
			names = append(names, r.Scheme)
			all = all && slices.ContainsFunc(given, func(c loadtest.Credential) bool { return c.Scheme == r.Scheme })
		}
		slices.Sort(names)
		switch {
		case len(names) == 0:
		case all:
			return names
		case len(wanted) == 0:
			wanted = names
		}
	}
	return wanted
}
