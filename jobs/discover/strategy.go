package discover

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A strategy reads from a docs page where its document may be, best first. It
// fetches nothing. A new docs tool is one such function in a file of its own,
// and a line in strategies.
type strategy struct {
	name string
	read func(page) []offer
}

var strategies = []strategy{
	{"swagger-ui", swaggerUI},
	{"redoc", redoc},
	{"scalar", scalar},
	{"rapidoc", rapidoc},
	{"stoplight", stoplight},
	{"link", serviceLinks},
	{"inline", inlineDocuments},
}

// An offer is the documents that are offered together, the page's own choice
// first: one, or several for a person to choose from.
type offer []candidate

// candidate is where a document may be, or the document itself.
type candidate struct {
	strategy string
	name     string
	url      *url.URL
	also     []*url.URL // where its address may lead, read in other ways
	inline   []byte
}

// offers returns what the page offers, by all strategies.
func (p page) offers() []offer {
	var all []offer
	for _, s := range strategies {
		all = append(all, labelled(s.name, s.read(p))...)
	}
	return all
}

// labelled returns the offers that have something, as those of a strategy.
func labelled(strategy string, offers []offer) []offer {
	for _, o := range offers {
		for i := range o {
			o[i].strategy = strategy
		}
	}
	return slices.DeleteFunc(offers, func(o offer) bool { return len(o) == 0 })
}

// at returns the candidate that a reference of the page leads to, none for an empty one.
func (p page) at(name, ref string) offer {
	u := p.resolve(ref)
	if u == nil || sample(u.Host) && !sample(p.url.Host) {
		return nil
	}
	return offer{{name: name, url: u, also: p.otherwise(ref, u)}}
}

// single returns the offer of one reference, none for an empty one.
func (p page) single(ref string) []offer {
	if o := p.at("", ref); o != nil {
		return []offer{o}
	}
	return nil
}

// otherwise returns what else a reference may mean: pages are served without
// the slash at their end that they were made for, tools know of other roots,
// and addresses are written out that hold where the page was made.
func (p page) otherwise(ref string, first *url.URL) []*url.URL {
	parsed, err := url.Parse(strings.TrimSpace(ref))
	if err == nil && parsed.Host != "" && originOf(first) != originOf(p.url) {
		here := *first
		here.Scheme, here.Host = p.url.Scheme, p.url.Host
		return []*url.URL{&here}
	}
	if err != nil || parsed.IsAbs() || parsed.Host != "" || strings.HasPrefix(parsed.Path, "/") || parsed.Path == "" {
		return nil
	}
	var also []*url.URL
	for _, base := range []string{strings.TrimSuffix(p.url.Path, "/") + "/", "/"} {
		u := p.url.ResolveReference(&url.URL{Path: base}).ResolveReference(parsed)
		u.Fragment, u.RawFragment = "", ""
		same := func(known *url.URL) bool { return known.String() == u.String() }
		if !same(first) && !slices.ContainsFunc(also, same) {
			also = append(also, u)
		}
	}
	return also
}

// several returns a list of addresses, or of documents, as one offer with the
// primary one first.
func (p page) several(entries []map[string]any, primary string) []offer {
	var all offer
	for _, e := range entries {
		name := str(e, "name", "title", "slug")
		found := p.at(name, str(e, "url", "location", "spec-url", "specUrl"))
		if found == nil {
			found = embedded(name, e["content"])
		}
		if found == nil {
			found = embedded(name, e["spec"])
		}
		if chosen := name == primary && name != "" || primary == "" && e["default"] == true; chosen {
			all = append(found, all...)
		} else {
			all = append(all, found...)
		}
	}
	if all == nil {
		return nil
	}
	return []offer{all}
}

// embedded returns v as a document when it looks like one, else nothing.
func embedded(name string, v any) offer {
	switch v := v.(type) {
	case map[string]any:
		if v["openapi"] == nil && v["swagger"] == nil {
			return nil
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return nil
		}
		return offer{{name: name, inline: raw}}
	case string:
		if _, ok := peek([]byte(v)); ok {
			return offer{{name: name, inline: []byte(v)}}
		}
	}
	return nil
}

// inlineDocuments takes whole documents that are written into scripts.
func inlineDocuments(p page) []offer {
	var all offer
	for _, raw := range p.said.documents {
		h, _ := peek(raw)
		all = append(all, candidate{name: h.title, inline: raw})
	}
	if all == nil {
		return nil
	}
	return []offer{all}
}

// named returns the offer with names that are unique, where there are several.
func (o offer) named() offer {
	if len(o) < 2 {
		return o
	}
	taken := map[string]bool{}
	for i, c := range o {
		name := c.name
		if name == "" && c.url != nil {
			name = c.url.RequestURI()
		}
		if name == "" {
			name = "1"
		}
		o[i].name = name
		for n := 2; taken[o[i].name]; n++ {
			o[i].name = name + " " + strconv.Itoa(n)
		}
		taken[o[i].name] = true
	}
	return o
}

// distinct returns the offer with each address once.
func (o offer) distinct() offer {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(o), func(c candidate) bool {
		key := string(c.inline)
		if c.url != nil {
			key = c.url.String()
		}
		repeated := seen[key]
		seen[key] = true
		return repeated
	})
}

func (o offer) definitions() []Definition {
	list := make([]Definition, len(o))
	for i, c := range o {
		list[i] = Definition{Name: c.name, Inline: c.inline != nil}
		if c.url != nil {
			list[i].URL = c.url.String()
		}
	}
	return list
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

// list returns the objects of a member that is a list.
func list(o map[string]any, name string) []map[string]any {
	values, _ := o[name].([]any)
	return objectsOf(values)
}

func objectsOf(values []any) []map[string]any {
	var objects []map[string]any
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			objects = append(objects, m)
		}
	}
	return objects
}
