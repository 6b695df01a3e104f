package discover

import (
	"encoding/json"
	"strings"
)

// A strategy reads from a docs page where its document may be, best first.
// A new docs tool is one such function in a file of its own, and a line here.
type strategy func(page) []candidate

var strategies = []strategy{swaggerUI, redoc, scalar, rapidoc, stoplight, serviceLinks, inlineDocuments}

// at returns the candidate that a reference of the page leads to, none for an empty one.
func (p page) at(strategy, name, ref string) []candidate {
	u := p.resolve(ref)
	if u == nil || sample(u.Host) && !sample(p.url.Host) {
		return nil
	}
	return []candidate{{strategy: strategy, name: name, url: u}}
}

// sample reports whether a host is the one that Swagger UI shows while nobody
// has configured it.
func sample(host string) bool {
	return strings.HasSuffix(host, "petstore.swagger.io") || strings.HasSuffix(host, "petstore3.swagger.io")
}

// str returns a member that is a string, "" when there is none.
func str(o map[string]any, names ...string) string {
	for _, n := range names {
		if s, ok := o[n].(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// document returns v as a document when it looks like one, else nothing.
func document(strategy string, v any) []candidate {
	switch v := v.(type) {
	case map[string]any:
		if v["openapi"] == nil && v["swagger"] == nil {
			return nil
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return nil
		}
		return []candidate{{strategy: strategy, inline: raw}}
	case string:
		if strings.Contains(v, "openapi") || strings.Contains(v, "swagger") {
			return []candidate{{strategy: strategy, inline: []byte(v)}}
		}
	}
	return nil
}

// list returns the objects of a member that is a list.
func list(o map[string]any, name string) []map[string]any {
	values, _ := o[name].([]any)
	var objects []map[string]any
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			objects = append(objects, m)
		}
	}
	return objects
}

// inlineDocuments takes whole documents that are written into scripts.
func inlineDocuments(p page) []candidate {
	var all []candidate
	for _, raw := range p.said.documents {
		all = append(all, candidate{strategy: "inline", inline: raw})
	}
	return all
}
