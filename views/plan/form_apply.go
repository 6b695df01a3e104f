package plan

import (
	"slices"
	"strconv"
	"strings"
)

// The actions that keep a form: everything else about it is edited by Apply.
const (
	ActionSave  = "save"
	ActionRun   = "run"
	ActionCheck = "check"
)

// ActionAddAuth appends a credential; which one is for AddCredential.
const ActionAddAuth = "auth-add"

// Action returns the value of a button that edits the form: Action("stage-remove", 0, 2).
func Action(verb string, at ...any) string {
	parts := []string{verb}
	for _, a := range at {
		parts = append(parts, join(a))
	}
	return strings.Join(parts, ":")
}

// Apply carries out an editing button: rows added, removed, moved. It reports
// whether the action is one of those; one that names a row that is not there
// changes nothing.
func (f *Form) Apply(action string) bool {
	parts := strings.Split(action, ":")
	verb, at := parts[0], place(parts[1:])
	switch verb {
	case "header-add":
		f.Headers = append(f.Headers, Header{})
	case "header-remove":
		f.Headers = without(f.Headers, at.n(0))
	case "auth-remove":
		f.Auth = without(f.Auth, at.n(0))
	case "threshold-add":
		f.Thresholds = append(f.Thresholds, Threshold{Metric: durationMetric, Expression: "p(99)<1000"})
	case "threshold-remove":
		f.Thresholds = without(f.Thresholds, at.n(0))
	case "scenario-add":
		f.Scenarios = append(f.Scenarios, NewScenario())
	case "scenario-remove":
		f.Scenarios = without(f.Scenarios, at.n(0))
	default:
		if i := at.n(0); i >= 0 && i < len(f.Scenarios) {
			return f.Scenarios[i].apply(verb, at[1:])
		}
		return false
	}
	return true
}

func (s *Scenario) apply(verb string, at place) bool {
	switch verb {
	case "stage-add":
		next := Stage{Duration: "30s", Target: "20"}
		if n := len(s.Stages); n > 0 {
			next = s.Stages[n-1]
		}
		s.Stages = append(s.Stages, next)
	case "stage-remove":
		s.Stages = without(s.Stages, at.n(0))
	case "vary":
		s.vary(strconv.Itoa(DefaultVariants))
	case "vary-not":
		s.vary("")
	case "step-remove":
		s.Steps = without(s.Steps, at.n(0))
	case "step-up":
		swap(s.Steps, at.n(0), at.n(0)-1)
	case "step-down":
		swap(s.Steps, at.n(0), at.n(0)+1)
	case "step-copy":
		if i := at.n(0); i >= 0 && i < len(s.Steps) {
			s.Steps = slices.Insert(s.Steps, i+1, s.Steps[i].copy())
		}
	default:
		if i := at.n(0); i >= 0 && i < len(s.Steps) {
			return s.Steps[i].apply(verb, at[1:])
		}
		return false
	}
	return true
}

func (s Step) copy() Step {
	s.PathParams, s.Query = slices.Clone(s.PathParams), slices.Clone(s.Query)
	s.Headers, s.Cookies = slices.Clone(s.Headers), slices.Clone(s.Cookies)
	s.Body.Fields = slices.Clone(s.Body.Fields)
	return s
}

func (s *Step) apply(verb string, at place) bool {
	s.Open = true
	switch verb {
	case "field-add":
		s.Body.Fields = append(s.Body.Fields, Field{})
	case "field-remove":
		s.Body.Fields = without(s.Body.Fields, at.n(0))
	case "param-add", "param-remove":
		list := s.params(at.text(0))
		if list == nil {
			return false
		}
		if verb == "param-add" {
			*list = append(*list, Param{})
		} else {
			*list = without(*list, at.n(1))
		}
	default:
		return false
	}
	return true
}

// params returns the list of the given name, nil if there is none.
func (s *Step) params(in string) *[]Param {
	switch in {
	case "path_params":
		return &s.PathParams
	case "query":
		return &s.Query
	case "headers":
		return &s.Headers
	case "cookies":
		return &s.Cookies
	}
	return nil
}

// place is where in the form a button stands.
type place []string

func (p place) text(i int) string {
	if i >= len(p) {
		return ""
	}
	return p[i]
}

// n returns the index at i, -1 when there is none.
func (p place) n(i int) int {
	n, err := strconv.Atoi(p.text(i))
	if err != nil {
		return -1
	}
	return n
}

func without[T any](list []T, i int) []T {
	if i < 0 || i >= len(list) {
		return list
	}
	return slices.Delete(list, i, i+1)
}

func swap[T any](list []T, i, j int) {
	if min(i, j) >= 0 && max(i, j) < len(list) {
		list[i], list[j] = list[j], list[i]
	}
}
