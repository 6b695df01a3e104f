package trial

import (
	"strings"

	"plog.dev/plog/domain/openapi"
)

// Model is an operation's form with what became of the last request.
type Model struct {
	ID        string // what the ids of its parts begin with; unique on its page
	Action    string // where the form is posted
	Syntax    string // where a body's text is checked
	PlanURL   string // the page of the plan that the request may be put into
	Operation openapi.Operation
	Form      Form
	Errors    Errors
	Servers   []string // the document's, to choose from
	ReadOnly  bool     // who looks at it may send nothing
	Result    *Result  // nil before the first request
}

// FormID returns the id of the form, which is swapped whenever it changes.
func (m Model) FormID() string { return m.ID + "-form" }

// ResultID returns the id of the place for the answer.
func (m Model) ResultID() string { return m.ID + "-result" }

func (m Model) id(name string) string {
	return m.ID + "-" + strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(name)
}

// group are the rows of one place, with their indexes in the form.
type group struct {
	in   string
	rows []int
}

func (m Model) groups() []group {
	var all []group
	for _, in := range places {
		g := group{in: in}
		for i, r := range m.Form.Rows {
			if r.In == in {
				g.rows = append(g.rows, i)
			}
		}
		if len(g.rows) > 0 {
			all = append(all, g)
		}
	}
	return all
}

func (m Model) mediaTypes() []string {
	if m.Operation.RequestBody == nil {
		return nil
	}
	var all []string
	for _, c := range m.Operation.RequestBody.Content {
		all = append(all, c.Type)
	}
	return all
}
