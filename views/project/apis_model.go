package project

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/format"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
)

// MostChosen is how many operations can be chosen at once: as many as a
// scenario takes.
const MostChosen = 1000

// APIsModel is a project's operations with the plan that is being made of them.
type APIsModel struct {
	Frame    layout.Model
	Project  domain.Project
	Sources  []domain.Source
	Source   domain.Source
	Index    *openapi.Index // nil when the source's document cannot be read
	Problem  domain.Message // why not, or why operations were not added to a plan
	Filter   Filter
	Methods  []string // that occur
	List     List
	Tree     Tree
	Chosen   []string // names of operations that are ticked, but not in the list
	Harmless int      // how many operations the quick pick ticks
	Spared   bool     // it leaves out operations that want credentials
	Pane     plan.Pane
	Plans    []loadtest.Plan // that operations can be added to
	Fragment bool            // a part of the page: scripts run
	Foreign  bool            // the list shows another source
}

// total counts the operations of the document.
func (m APIsModel) total() int { return len(m.Index.Entries) }

// at returns the address of the list narrowed by f.
func (m APIsModel) at(f Filter) string { return m.with(f.values()) }

func (m APIsModel) with(v url.Values) string {
	v.Set("source", string(m.Source.ID))
	return paths.APIs(m.Project.ID) + "?" + v.Encode()
}

// more returns the address of the next stretch of the list.
func (m APIsModel) more() string {
	v := m.Filter.values()
	v.Set("from", strconv.Itoa(m.List.Next))
	return m.with(v)
}

// operationAt returns the address of the list with an operation's details open.
func (m APIsModel) operationAt(f Filter, place int) string {
	v := f.values()
	v.Set("at", strconv.Itoa(place))
	return m.with(v)
}

// names returns the address of the names of the operations that f leaves.
func (m APIsModel) names(f Filter) string {
	return paths.OperationNames(m.Project.ID, m.Source.ID) + "?" + f.values().Encode()
}

// harmlessNames returns the address of the names that the quick pick ticks.
func (m APIsModel) harmlessNames() string {
	return paths.OperationNames(m.Project.ID, m.Source.ID) + "?pick=get"
}

// branch returns the address of what is below a tag of the tree.
func (m APIsModel) branch(tag string) string {
	v := m.Filter.in(tag).values()
	if m.Foreign {
		v.Set("foreign", "1")
	}
	return paths.OperationTree(m.Project.ID, m.Source.ID) + "?" + v.Encode()
}

func sourceURL(id domain.ProjectID, source domain.SourceID) string {
	return paths.APIs(id) + "?" + url.Values{"source": {string(source)}}.Encode()
}

func tagName(ctx context.Context, tag string) string {
	if tag == "" {
		return i18n.T(ctx, "project.no_tag")
	}
	return tag
}

func count(ctx context.Context, n int) string { return format.Count(i18n.Lang(ctx), int64(n)).String() }

func pickLabel(ctx context.Context, m APIsModel) string {
	if m.Spared {
		return i18n.T(ctx, "project.pick_get_open")
	}
	return i18n.T(ctx, "project.pick_get")
}

// foundLabel says how many operations the filter leaves.
func foundLabel(ctx context.Context, m APIsModel) string {
	if m.Filter.IsZero() {
		return i18n.T(ctx, "apis.found", "Count", count(ctx, m.total()))
	}
	return i18n.T(ctx, "apis.found_of", "Found", count(ctx, m.List.Found), "Total", count(ctx, m.total()))
}

// chooseLabel is what choosing everything that is found is called.
func chooseLabel(ctx context.Context, m APIsModel) string {
	if m.List.Found > MostChosen {
		return i18n.T(ctx, "apis.choose_first", "Max", count(ctx, MostChosen))
	}
	return i18n.T(ctx, "apis.choose_all", "Found", count(ctx, m.List.Found))
}

// pathText is a path that may go on in the next line after each slash.
func pathText(path string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		parts := strings.SplitAfter(templ.EscapeString(path), "/")
		_, err := io.WriteString(w, `<span class="path">`+strings.Join(parts, "<wbr>")+`</span>`)
		return err
	})
}

// ends cuts a path before its last two segments, which tell it from its
// neighbours.
func ends(path string) (head, tail string) {
	at := len(path)
	for range 2 {
		if i := strings.LastIndexByte(path[:at], '/'); i > 0 {
			at = i
		}
	}
	if at == len(path) {
		return "", path
	}
	return path[:at], path[at:]
}

// hasDeprecated reports whether hiding what is deprecated would hide anything.
func (m APIsModel) hasDeprecated() bool {
	return slices.ContainsFunc(m.Index.Entries, func(e openapi.Entry) bool { return e.Deprecated })
}

// swapList makes a link swap the list instead of the page.
func swapList(url string) templ.Attributes {
	return templ.Attributes{"hx-get": url, "hx-target": "#operations", "hx-swap": "innerHTML", "hx-push-url": "true"}
}

// opens makes a link of the tree swap the list, unless the list is another
// source's.
func (m APIsModel) opens(url string) templ.Attributes {
	if m.Foreign {
		return nil
	}
	return swapList(url)
}

// whenOpened is what loads an operation's details: being unfolded, or being
// there unfolded already.
func whenOpened(o OperationRow) string {
	if o.Open {
		return "load"
	}
	return "toggle once"
}

func groupLabel(ctx context.Context, g Group) string {
	if g.Continued {
		return i18n.T(ctx, "apis.continued", "Tag", tagName(ctx, g.Tag))
	}
	return tagName(ctx, g.Tag)
}

func furtherLabel(ctx context.Context, m APIsModel) string {
	left := m.List.Found - m.List.Next
	return i18n.T(ctx, "apis.more", "Size", min(PageSize, left), "Left", count(ctx, left))
}

func planVals(id domain.PlanID) (string, error) {
	vals, err := json.Marshal(map[string]string{"plan": string(id)})
	return string(vals), err
}
