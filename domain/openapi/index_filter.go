package openapi

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Filter is what a list of operations is narrowed to. The zero value leaves
// everything.
type Filter struct {
	Query   string   // each of its words is in the method, path, summary, operationId or a tag
	Methods []string // any one of them; none is all
	Tag     *string  // under which lists show it; "" those without
	Open    bool     // only those that want no credentials
	Current bool     // none that is deprecated
}

// Find returns the places of the operations that the filter leaves, in the
// document's order.
func (x Index) Find(f Filter) []int {
	words := strings.Fields(folded(f.Query))
	var places []int
	for i, e := range x.Entries {
		if f.admits(e) && e.holds(words) {
			places = append(places, i)
		}
	}
	return places
}

func (f Filter) admits(e Entry) bool {
	switch {
	case len(f.Methods) > 0 && !slices.ContainsFunc(f.Methods, func(m string) bool { return strings.EqualFold(m, e.Method) }),
		f.Tag != nil && *f.Tag != e.Tag(), f.Open && e.Secured, f.Current && e.Deprecated:
		return false
	}
	return true
}

// holds reports whether every word is somewhere in what the entry says.
func (e Entry) holds(words []string) bool {
	if len(words) == 0 {
		return true
	}
	text := folded(e.Method + " " + e.Path + " " + e.Summary + " " + e.OperationID + " " + strings.Join(e.Tags, " "))
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// folded makes texts comparable: Hangul comes composed or in its letters,
// depending on the system that it was typed on.
func folded(s string) string { return strings.ToLower(norm.NFC.String(s)) }
