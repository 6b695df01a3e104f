package project

import (
	"net/url"
	"slices"
	"strings"

	"plog.dev/plog/domain/openapi"
)

// Filter is what the list of operations is narrowed to, as addresses and forms
// spell it.
type Filter struct {
	Query   string
	Methods []string // upper case; none is all
	Tag     string
	Tagged  bool // narrowed to Tag, which is "" for those without one
	Open    bool // only those that want no credentials
	Current bool // none that is deprecated
}

// longestQuery is how much of a search is looked at, in runes.
const longestQuery = 200

// FilterOf reads what an address or a form says.
func FilterOf(v url.Values) Filter {
	f := Filter{Query: strings.TrimSpace(v.Get("q")), Open: v.Get("open") != "", Current: v.Get("current") != ""}
	if runes := []rune(f.Query); len(runes) > longestQuery {
		f.Query = string(runes[:longestQuery])
	}
	for _, m := range v["method"] {
		if m = strings.ToUpper(m); m != "" && !slices.Contains(f.Methods, m) {
			f.Methods = append(f.Methods, m)
		}
	}
	if v.Has("tag") {
		f.Tag, f.Tagged = v.Get("tag"), true
	}
	return f
}

// IsZero reports whether nothing is filtered.
func (f Filter) IsZero() bool {
	return f.Query == "" && len(f.Methods) == 0 && !f.Tagged && !f.Open && !f.Current
}

// values returns the filter as FilterOf reads it.
func (f Filter) values() url.Values {
	v := url.Values{}
	if f.Query != "" {
		v.Set("q", f.Query)
	}
	for _, m := range f.Methods {
		v.Add("method", m)
	}
	if f.Tagged {
		v.Set("tag", f.Tag)
	}
	if f.Open {
		v.Set("open", "1")
	}
	if f.Current {
		v.Set("current", "1")
	}
	return v
}

// in returns the filter with the tag as the only one.
func (f Filter) in(tag string) Filter {
	f.Tag, f.Tagged = tag, true
	return f
}

// everywhere returns the filter for all tags.
func (f Filter) everywhere() Filter {
	f.Tag, f.Tagged = "", false
	return f
}

// Of returns what the filter means to an index.
func (f Filter) Of() openapi.Filter {
	o := openapi.Filter{Query: f.Query, Methods: f.Methods, Open: f.Open, Current: f.Current}
	if f.Tagged {
		o.Tag = &f.Tag
	}
	return o
}
