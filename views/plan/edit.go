package plan

import (
	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
)

// EditModel is a saved plan's page.
type EditModel struct {
	Frame      layout.Model
	Plan       loadtest.Plan // as stored
	Form       Form
	Errors     Errors
	Problem    domain.Message // why it could not be saved or run
	Active     string         // the address of the plan's active run, "" without one
	Saved      bool           // just now
	Fewer      bool           // not all variants that were asked for fit into a plan
	Operations []string       // that can be added as steps: "GET /pets"
	Servers    []string       // the document's, as suggestions
	Schemes    []openapi.Requirement
	Summary    Summary
	Drift      *Drift // nil when the API's document is the one it was made with
}

// Row is a plan in the list.
type Row struct {
	Plan     loadtest.Plan
	Steps    int
	Estimate loadtest.Estimate
	Outdated bool // its API has a newer document
}

// RowOf returns p as a row.
func RowOf(p loadtest.Plan) Row {
	r := Row{Plan: p, Estimate: p.Estimate()}
	for _, s := range p.Scenarios {
		r.Steps += len(s.Steps)
	}
	return r
}

// ListModel are a project's plans.
type ListModel struct {
	Frame   layout.Model
	Project domain.Project
	Rows    []Row
	Import  string         // the YAML that could not be imported
	Problem domain.Message // why not
	Fields  []domain.FieldError
}

// ScriptModel is a plan's k6 script.
type ScriptModel struct {
	Frame  layout.Model
	Plan   loadtest.Plan
	Script string
}
