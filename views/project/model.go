// Package project shows projects: the home page, a project's overview, and
// its operations.
package project

import (
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/source"
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

// HomeModel is the home page.
type HomeModel struct {
	Frame  layout.Model
	Cards  []Card
	Add    source.AddForm
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
	Faults     int
	Problem    domain.Message // the stored document cannot be read
	Newer      bool           // than what plans were made with
}

// OverviewModel is a project's overview.
type OverviewModel struct {
	Frame   layout.Model
	Project domain.Project
	Sources []SourceRow
	Runs    []RunRow
	Plans   []loadtest.Plan
	Add     source.AddForm
	Rename  domain.Message // what is wrong with the new name
	Problem domain.Message // what could not be done
}
