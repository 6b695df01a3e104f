// Package search shows what a search found: in the palette and on a page of its own.
package search

import (
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/layout"
)

// Kind is what a result is.
type Kind string

// The kinds of results, as they are grouped.
const (
	Project   Kind = "project"
	Operation Kind = "operation"
	Plan      Kind = "plan"
	Run       Kind = "run"
)

func (k Kind) icon() string {
	switch k {
	case Operation:
		return "file-code"
	case Plan:
		return "list-checks"
	case Run:
		return "activity"
	}
	return "layers"
}

// Result is one place to go to.
type Result struct {
	URL     string
	Label   string // a name; an operation's path
	Method  string // of an operation
	Note    string // an operation's summary, a run's number
	Project string // whose it is; "" for a project itself
	State   loadtest.State
	Verdict loadtest.Verdict
}

// Group are the results of one kind.
type Group struct {
	Kind    Kind
	Results []Result
	More    bool // there are more than those
}

// Model is what a search found.
type Model struct {
	Frame   layout.Model
	Query   string
	Groups  []Group
	Partial bool // some documents were not looked into
}
