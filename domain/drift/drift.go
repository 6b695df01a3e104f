// Package drift says what a changed API means for the plans that test it, and
// how a plan is brought to the API as it is now.
package drift

import (
	"slices"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// Kind says how a step is affected.
type Kind string

// The kinds, the worst first.
const (
	Gone    Kind = "gone"    // the API has no such operation, and none like it
	Moved   Kind = "moved"   // the operation seems to be another one now
	Misfit  Kind = "misfit"  // the request no longer fits the operation
	Touched Kind = "touched" // the operation changed, and the request still fits
)

// Impact is how one step of a plan is affected.
type Impact struct {
	Scenario, Step int // indexes into the plan
	Kind           Kind
	Operation      string // the step's, as "METHOD /path/{template}"
	MovedTo        string // of Moved: the operation that it seems to be now
	Breaking       bool   // the operation changed in a way that breaks who calls it
	// Request says what Fix changes of the request; empty when it changes nothing.
	Request []openapi.Change
	// Fixed is the step as Fix would have it. Gone steps have none: Fix removes them.
	Fixed *loadtest.Step
}

// Fixable reports whether Fix does something about the step.
func (i Impact) Fixable() bool { return i.Kind != Touched }

// Affected returns the steps of a plan that a changed document affects, in the
// plan's order. before is the document that the plan was made with, nil when it
// is not known; diff is what changed, and may be zero: then steps whose request
// still fits are not told.
func Affected(plan loadtest.Plan, before, after *openapi.Document, diff openapi.Diff) []Impact {
	a := analysis{before: before, after: after, diff: diff}
	var all []Impact
	for i, scenario := range plan.Scenarios {
		for j, step := range scenario.Steps {
			if impact, ok := a.step(step); ok {
				impact.Scenario, impact.Step = i, j
				all = append(all, impact)
			}
		}
	}
	return all
}

type analysis struct {
	before, after *openapi.Document
	diff          openapi.Diff
}

func (a analysis) step(step loadtest.Step) (Impact, bool) {
	impact := Impact{Operation: step.Method + " " + step.Path}
	known, wasThere := find(a.before, step)
	now, isThere := find(a.after, step)
	switch {
	case isThere:
	case a.before != nil && !wasThere:
		return impact, false // a request of the person's own
	default:
		to, ok := openapi.Moved(known, a.after.Operations)
		if !wasThere {
			to, ok = openapi.Moved(openapi.Operation{Method: step.Method, Path: step.Path}, a.after.Operations)
		}
		if !ok {
			impact.Kind, impact.Breaking = Gone, true
			return impact, true
		}
		impact.Kind, impact.MovedTo, impact.Breaking, now = Moved, to.Name(), true, to
	}
	fixed, changes := refit(step, known, wasThere, now)
	impact.Request = changes
	if impact.Kind == Moved || len(changes) > 0 {
		impact.Fixed = &fixed
	}
	changed, differs := a.diff.Operation(now.Name())
	impact.Breaking = impact.Breaking || changed.Breaking
	switch {
	case impact.Kind == Moved:
	case len(changes) > 0:
		impact.Kind = Misfit
	case differs && changed.Kind == openapi.Changed:
		impact.Kind = Touched
	default:
		return impact, false
	}
	return impact, true
}

// refit returns the step as a step of the operation now.
func refit(step loadtest.Step, known openapi.Operation, wasThere bool, now openapi.Operation) (loadtest.Step, []openapi.Change) {
	before := &known
	if !wasThere {
		before = nil
	}
	step.Method, step.Path = now.Method, now.Path
	var changes []openapi.Change
	step.Request, changes = openapi.Refit(before, now, step.Request)
	step.Variants = slices.Clone(step.Variants)
	for i, v := range step.Variants {
		var more []openapi.Change
		step.Variants[i], more = openapi.Refit(before, now, v)
		if len(changes) == 0 {
			changes = more
		}
	}
	return step, changes
}

func find(doc *openapi.Document, step loadtest.Step) (openapi.Operation, bool) {
	if doc == nil {
		return openapi.Operation{}, false
	}
	i := slices.IndexFunc(doc.Operations, func(o openapi.Operation) bool {
		return o.Method == step.Method && o.Path == step.Path
	})
	if i < 0 {
		return openapi.Operation{}, false
	}
	return doc.Operations[i], true
}

// Fix returns the plan as it fits the document after, with the given impacts
// dealt with: steps that moved or no longer fit are replaced, steps that are
// gone are removed, and a scenario without steps with them. Thresholds of
// steps keep to them. The plan given is not changed.
func Fix(plan loadtest.Plan, after domain.DocumentID, impacts []Impact) loadtest.Plan {
	plan.DocumentID = after
	renamed := map[string]string{} // labels
	var scenarios []loadtest.Scenario
	for i, scenario := range plan.Scenarios {
		var steps []loadtest.Step
		for j, step := range scenario.Steps {
			impact, ok := of(impacts, i, j)
			switch {
			case ok && impact.Fixed != nil:
				renamed[step.Label()] = impact.Fixed.Label()
				steps = append(steps, *impact.Fixed)
			case ok && impact.Kind == Gone:
				renamed[step.Label()] = ""
			default:
				steps = append(steps, step)
			}
		}
		if len(steps) > 0 || len(scenario.Steps) == 0 {
			scenario.Steps = steps
			scenarios = append(scenarios, scenario)
		}
	}
	plan.Scenarios = scenarios
	plan.Thresholds = thresholds(plan, renamed)
	return plan
}

func of(impacts []Impact, scenario, step int) (Impact, bool) {
	i := slices.IndexFunc(impacts, func(i Impact) bool { return i.Scenario == scenario && i.Step == step })
	if i < 0 {
		return Impact{}, false
	}
	return impacts[i], true
}
