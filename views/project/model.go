// Package project shows projects: the home page, a project's overview, and
// its operations.
package project

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/plan"
)

// RunRow is a run in a short list.
type RunRow struct {
	Number  int
	Name    string
	URL     string
	State   loadtest.State
	Verdict loadtest.Verdict
	At      time.Time
}

// RunRowOf returns r as a row that leads to url.
func RunRowOf(r loadtest.Run, url string) RunRow {
	return RunRow{Number: r.Number, Name: r.Name, URL: url, State: r.State, Verdict: r.Verdict, At: r.CreatedAt}
}

// Card is a project on the home page.
type Card struct {
	ID      domain.ProjectID
	Name    string
	Sample  bool
	BaseURL string
	Last    *RunRow // nil before the first run
}

// AddForm asks for an API: an address or a file.
type AddForm struct {
	Action  string
	Target  string
	Problem domain.Message
	Compact bool // beside other things: a further source of a project
}

// HomeModel is the home page.
type HomeModel struct {
	Frame  layout.Model
	Cards  []Card
	Add    AddForm
	Sample *Sample // nil offers none
}

// Sample is the sample shop as a first project.
type Sample struct {
	URL     string         // its document's
	Start   string         // the command that starts it; "" when it answers
	Problem domain.Message // why it could not be added
}

// SourceRow is a source on a project's overview.
type SourceRow struct {
	Source     domain.Source
	Version    string // the API's own
	OpenAPI    string
	Operations int
	Faults     []openapi.Fault
	Problem    domain.Message // the stored document cannot be read
}

// OverviewModel is a project's overview.
type OverviewModel struct {
	Frame   layout.Model
	Project domain.Project
	Sources []SourceRow
	Runs    []RunRow
	Plans   []loadtest.Plan
	Add     AddForm
	Rename  domain.Message // what is wrong with the new name
	Problem domain.Message // what could not be done
}

// OperationRow is one operation in the list.
type OperationRow struct {
	openapi.Operation
	Index    int
	Selected bool
}

// FilterText is what typing in the filter is compared with.
func (o OperationRow) FilterText() string {
	return strings.ToLower(strings.Join([]string{o.Method, o.Path, o.Summary, o.OperationID, strings.Join(o.Tags, " ")}, " "))
}

// NeedsSignIn reports whether the operation wants credentials.
func (o OperationRow) NeedsSignIn() bool {
	return len(o.Security) > 0 && !slices.ContainsFunc(o.Security, func(all []openapi.Requirement) bool { return len(all) == 0 })
}

// Group are the operations of one tag.
type Group struct {
	Tag        string // "" for those without
	Anchor     string
	Operations []OperationRow
}

// Filter is what the list of operations is narrowed to.
type Filter struct{ Query, Method, Tag string }

// Matches reports whether the operation is to be listed.
func (f Filter) Matches(o OperationRow) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, o.Method) || f.Tag != "" && firstTag(o.Operation) != f.Tag {
		return false
	}
	text := o.FilterText()
	for word := range strings.FieldsSeq(strings.ToLower(f.Query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// IsZero reports whether nothing is filtered.
func (f Filter) IsZero() bool { return f == Filter{} }

// APIsModel is a project's operations with the plan that is being made of them.
type APIsModel struct {
	Frame    layout.Model
	Project  domain.Project
	Sources  []domain.Source
	Source   domain.Source
	Document *openapi.Document // nil when the source's document cannot be read
	Problem  domain.Message    // why not
	Tree     []Group           // everything
	Groups   []Group           // what the filter leaves
	Filter   Filter
	Methods  []string
	Harmless []string // what the quick pick ticks
	Spared   bool     // it leaves out operations that want credentials
	Pane     plan.Pane
}

// Total counts the operations of the document.
func (m APIsModel) Total() int {
	if m.Document == nil {
		return 0
	}
	return len(m.Document.Operations)
}

// GroupsOf returns the operations by their first tag, in the document's order
// of tags, those without a tag last. selected says which are ticked; those
// that are ticked are never filtered out.
func GroupsOf(doc *openapi.Document, filter Filter, selected []string) []Group {
	groups := make([]Group, 0, len(doc.Tags)+1)
	at := map[string]int{}
	add := func(tag string) {
		if _, known := at[tag]; !known {
			at[tag] = len(groups)
			groups = append(groups, Group{Tag: tag, Anchor: "tag-" + anchor(tag, len(groups))})
		}
	}
	for _, t := range doc.Tags {
		add(t.Name)
	}
	for _, o := range doc.Operations {
		if tag := firstTag(o); tag != "" {
			add(tag)
		}
	}
	add("")
	for i, o := range doc.Operations {
		row := OperationRow{Operation: o, Index: i, Selected: slices.Contains(selected, o.Name())}
		if row.Selected || filter.Matches(row) {
			g := &groups[at[firstTag(o)]]
			g.Operations = append(g.Operations, row)
		}
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.Operations) == 0 })
}

// HarmlessOf returns the names of the GET operations that can be tried at
// once: those that want no credentials if there are any, else all. spared
// reports whether some were left out.
func HarmlessOf(doc *openapi.Document) (names []string, spared bool) {
	var all, open []string
	for _, o := range doc.Operations {
		if o.Method != "GET" {
			continue
		}
		all = append(all, o.Name())
		if !(OperationRow{Operation: o}).NeedsSignIn() {
			open = append(open, o.Name())
		}
	}
	if len(open) == 0 {
		return all, false
	}
	return open, len(open) < len(all)
}

// MethodsOf returns the methods that occur, the usual ones first.
func MethodsOf(doc *openapi.Document) []string {
	usual := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	var methods []string
	for _, o := range doc.Operations {
		if !slices.Contains(methods, o.Method) {
			methods = append(methods, o.Method)
		}
	}
	place := func(m string) int {
		if i := slices.Index(usual, m); i >= 0 {
			return i
		}
		return len(usual)
	}
	slices.SortStableFunc(methods, func(a, b string) int { return place(a) - place(b) })
	return methods
}

func firstTag(o openapi.Operation) string {
	if len(o.Tags) == 0 {
		return ""
	}
	return o.Tags[0]
}

func anchor(tag string, n int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(tag) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String() + "-" + strconv.Itoa(n)
}

// OperationModel are an operation's details.
type OperationModel struct {
	Frame     layout.Model
	Operation openapi.Operation
	Request   loadtest.Request // ready to send
}

// Pretty returns JSON indented, anything else as it is.
func Pretty(text string) string {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return text
	}
	return string(out)
}

// TypeOf returns a schema's type in short: "integer (int64)", "string | null".
func TypeOf(schema json.RawMessage) string {
	var s struct {
		Type   any    `json:"type"`
		Format string `json:"format"`
	}
	if json.Unmarshal(schema, &s) != nil {
		return ""
	}
	var kind string
	switch t := s.Type.(type) {
	case string:
		kind = t
	case []any:
		for i, one := range t {
			if text, ok := one.(string); ok {
				if i > 0 {
					kind += " | "
				}
				kind += text
			}
		}
	}
	if s.Format != "" {
		kind += " (" + s.Format + ")"
	}
	return kind
}
