// Package project shows projects: the home page, a project's overview, and
// its operations.
package project

import (
	"encoding/json"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
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
