package plan

import (
	"strings"

	"plog.dev/plog/domain/openapi"
)

// SignInOf returns the ways in which the document's operations want to know
// who calls, each once.
func SignInOf(doc *openapi.Document) []SignIn {
	var ways []SignIn
	told := map[string]bool{}
	for _, o := range doc.Operations {
		for _, all := range o.Security {
			for _, r := range all {
				if !told[r.Scheme] {
					told[r.Scheme] = true
					ways = append(ways, signInBy(r))
				}
			}
		}
	}
	return ways
}

func signInBy(r openapi.Requirement) SignIn {
	way := SignIn{Scheme: r.Scheme}
	switch {
	case r.Type == "apiKey" && r.In == "header":
		way.Header, way.Hint = r.Name, "…"
	case r.Type == "apiKey" && r.In == "cookie":
		way.Header, way.Hint = "Cookie", r.Name+"=…"
	case r.Type == "http" && strings.EqualFold(r.HTTP, "basic"):
		way.Header, way.Hint = "Authorization", "Basic …"
	case r.Type == "http", r.Type == "oauth2", r.Type == "openIdConnect":
		way.Header, way.Hint = "Authorization", "Bearer …"
	}
	return way
}
