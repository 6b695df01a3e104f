package project

import "plog.dev/plog/domain/openapi"

// PageSize is how many operations a list shows before more are asked for.
const PageSize = 100

// mostAhead is how many operations are shown at once to reach a wanted one.
const mostAhead = 600

// OperationRow is one operation in the list.
type OperationRow struct {
	openapi.Entry
	Place    int // in the document
	Selected bool
	Open     bool // its details are shown
}

// Group are the operations of one tag, or those of them that a list shows.
type Group struct {
	Tag       string // "" for those without
	Total     int    // that the filter leaves
	Continued bool   // the list showed the first ones before
	Rows      []OperationRow
}

// List is a stretch of the operations that a filter leaves.
type List struct {
	Found  int // operations that the filter leaves
	Groups []Group
	Next   int // where the next stretch begins; 0 at the end
}

// Stretch says which part of a list to show.
type Stretch struct {
	From int // operations before it
	Size int // PageSize if 0
	At   int // the place of an operation that is shown with its details; -1 is none
}

// ListOf returns the stretch of the operations at the places, grouped by tag.
// selected holds the names of those that are ticked.
func ListOf(x *openapi.Index, places []int, s Stretch, selected map[string]bool) List {
	l := List{Found: len(places)}
	groups := x.Groups(places)
	size := s.Size
	if size <= 0 {
		size = PageSize
	}
	if n := reach(groups, s.At) - s.From; n > size && n <= mostAhead {
		size = n + PageSize/10
	}
	before := 0
	for _, g := range groups {
		first, last := max(s.From-before, 0), min(s.From+size-before, len(g.Places))
		if first < last {
			shown := Group{Tag: g.Tag, Total: len(g.Places), Continued: first > 0}
			for _, place := range g.Places[first:last] {
				e := x.Entries[place]
				shown.Rows = append(shown.Rows, OperationRow{Entry: e, Place: place, Selected: selected[e.Name()], Open: place == s.At})
			}
			l.Groups = append(l.Groups, shown)
		}
		before += len(g.Places)
	}
	if end := s.From + size; end < len(places) {
		l.Next = end
	}
	return l
}

// Missing returns those of the names that the list does not show.
func (l List) Missing(names []string) []string {
	shown := map[string]bool{}
	for _, g := range l.Groups {
		for _, o := range g.Rows {
			shown[o.Name()] = true
		}
	}
	var missing []string
	for _, name := range names {
		if !shown[name] {
			missing = append(missing, name)
		}
	}
	return missing
}

// reach returns how long a list has to be to show the operation at a place; 0
// if it is not in it.
func reach(groups []openapi.Group, at int) int {
	n := 0
	for _, g := range groups {
		for _, place := range g.Places {
			n++
			if place == at {
				return n
			}
		}
	}
	return 0
}

// Tree are the tags of a source's operations.
type Tree struct {
	Tags  []TreeTag
	Count int  // operations
	Cut   bool // there are more tags
}

// TreeTag is a tag in the tree of a source's operations.
type TreeTag struct {
	Tag        string // "" for operations without one
	Count      int
	Current    bool           // the list shows this one
	Operations []OperationRow // when it is unfolded
}

// mostTags is how many tags a tree shows: more are found by searching.
const mostTags = 300

// mostUnfolded is how many operations a tree shows unasked.
const mostUnfolded = 40

// TreeOf returns the tags of the operations that the filter leaves, whatever
// tag it names itself, and how many operations that are. A search that leaves
// few shows them.
func TreeOf(x *openapi.Index, f Filter) Tree {
	places := x.Find(f.everywhere().Of())
	unfold := f.Query != "" && len(places) <= mostUnfolded
	tree := Tree{Count: len(places)}
	for _, g := range x.Groups(places) {
		if len(tree.Tags) == mostTags {
			tree.Cut = true
			break
		}
		t := TreeTag{Tag: g.Tag, Count: len(g.Places), Current: f.Tagged && f.Tag == g.Tag}
		if unfold || t.Current {
			t.Operations = rowsOf(x, g.Places)
		}
		tree.Tags = append(tree.Tags, t)
	}
	return tree
}

// TreeOperations returns the operations of the filter's tag as the tree shows
// them.
func TreeOperations(x *openapi.Index, f Filter) []OperationRow { return rowsOf(x, x.Find(f.Of())) }

// mostInTag is how many operations of a tag the tree shows: the list has them all.
const mostInTag = 300

func rowsOf(x *openapi.Index, places []int) []OperationRow {
	places = places[:min(len(places), mostInTag)]
	rows := make([]OperationRow, len(places))
	for i, place := range places {
		rows[i] = OperationRow{Entry: x.Entries[place], Place: place}
	}
	return rows
}
