package openapi

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// IndexFormat is the shape in which an Index is written. It grows with every
// change of what IndexOf takes out of a document, so that what was written
// before is not taken for complete.
const IndexFormat = 2

// What lists show at most, however much a document has.
const (
	longestSummary = 200 // runes
	mostMethods    = 12
	mostSchemes    = 50
)

// Index is what lists show of a document. It is small and follows from the
// document, which takes long to read.
type Index struct {
	Title   string        `json:"title,omitempty"`
	Version string        `json:"version,omitempty"` // the API's own
	OpenAPI string        `json:"openapi,omitempty"` // the specification's
	Servers []string      `json:"servers,omitempty"` // as the document writes them
	Tags    []string      `json:"tags,omitempty"`    // in the document's order
	Entries []Entry       `json:"entries"`           // one for each operation, in the document's order
	SignIn  []Requirement `json:"sign_in,omitempty"` // every scheme that an operation asks for, once
	Faults  []Fault       `json:"faults,omitempty"`
}

// Entry is an operation as lists show it.
type Entry struct {
	Method      string   `json:"m"`
	Path        string   `json:"p"`
	OperationID string   `json:"id,omitempty"`
	Tags        []string `json:"t,omitempty"`
	Summary     string   `json:"s,omitempty"` // the first line of the description where there is none
	Deprecated  bool     `json:"d,omitempty"`
	Secured     bool     `json:"c,omitempty"` // it cannot be called without credentials
}

// IndexOf returns what lists show of the document.
func IndexOf(doc *Document) Index {
	x := Index{
		Title: doc.Title, Version: doc.Version, OpenAPI: doc.OpenAPI, Servers: doc.Servers, Faults: doc.Faults,
		Entries: make([]Entry, len(doc.Operations)),
	}
	for _, t := range doc.Tags {
		x.Tags = append(x.Tags, t.Name)
	}
	known := map[string]bool{}
	for i, o := range doc.Operations {
		x.Entries[i] = Entry{
			Method: o.Method, Path: o.Path, OperationID: o.OperationID, Tags: o.Tags, Summary: summaryOf(o),
			Deprecated: o.Deprecated, Secured: o.Secured(),
		}
		for _, all := range o.Security {
			for _, r := range all {
				if !known[r.Scheme] && len(known) < mostSchemes {
					known[r.Scheme] = true
					x.SignIn = append(x.SignIn, r)
				}
			}
		}
	}
	return x
}

// summaryOf returns one line of bounded length.
func summaryOf(o Operation) string {
	text := strings.TrimSpace(o.Summary)
	if text == "" {
		text = strings.TrimSpace(o.Description)
	}
	text, _, _ = strings.Cut(text, "\n")
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > longestSummary {
		text = strings.TrimSpace(string([]rune(text)[:longestSummary-1])) + "…"
	}
	return text
}

// Secured reports whether the operation cannot be called without credentials.
func (o Operation) Secured() bool {
	return len(o.Security) > 0 && !slices.ContainsFunc(o.Security, func(all []Requirement) bool { return len(all) == 0 })
}

// Name returns "METHOD /path/{template}".
func (e Entry) Name() string { return e.Method + " " + e.Path }

// Safe reports whether the operation may be sent without changing anything: GET and HEAD.
func (e Entry) Safe() bool { return e.Method == "GET" || e.Method == "HEAD" }

// Tag returns the tag under which lists show the operation: its first, "" if
// it has none.
func (e Entry) Tag() string {
	if len(e.Tags) == 0 {
		return ""
	}
	return e.Tags[0]
}

// Methods returns the methods that occur, the usual ones first; not all of them
// where there are more than anybody has names for.
func (x Index) Methods() []string {
	usual := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	var found []string
	for _, e := range x.Entries {
		if len(found) < mostMethods && !slices.Contains(found, e.Method) {
			found = append(found, e.Method)
		}
	}
	place := func(m string) int {
		if i := slices.Index(usual, m); i >= 0 {
			return i
		}
		return len(usual)
	}
	slices.SortStableFunc(found, func(a, b string) int { return place(a) - place(b) })
	return found
}

// Harmless returns the places of the GET operations that can be tried at once:
// those that want no credentials if there are any, else all. spared reports
// whether some were left out.
func (x Index) Harmless() (places []int, spared bool) {
	var all, open []int
	for i, e := range x.Entries {
		if e.Method != "GET" {
			continue
		}
		all = append(all, i)
		if !e.Secured {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return all, false
	}
	return open, len(open) < len(all)
}

// Group are the operations of one tag, by their places in an Index.
type Group struct {
	Tag    string // "" for those without
	Places []int
}

// Groups returns the operations at the places by their tag, in the document's
// order of tags, those without a tag last.
func (x Index) Groups(places []int) []Group {
	groups := make([]Group, 0, len(x.Tags)+1)
	at := make(map[string]int, len(x.Tags)+1)
	add := func(tag string) {
		if _, known := at[tag]; !known {
			at[tag] = len(groups)
			groups = append(groups, Group{Tag: tag})
		}
	}
	for _, tag := range x.Tags {
		add(tag)
	}
	for _, i := range places {
		if tag := x.Entries[i].Tag(); tag != "" {
			add(tag)
		}
	}
	add("")
	for _, i := range places {
		g := &groups[at[x.Entries[i].Tag()]]
		g.Places = append(g.Places, i)
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.Places) == 0 })
}
