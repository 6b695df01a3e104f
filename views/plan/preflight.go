package plan

import (
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/trial"
)

// What can be done about a plan's requests before its run.
const (
	ActionPreflight  = "preflight"   // try each once, and no more
	ActionRunAnyway  = "run-anyway"  // whatever trying them said
	ActionRunWithout = "run-without" // those that will only produce errors
)

// Tries reports whether each request is to be tried once now.
func (f Form) Tries() bool {
	return f.Action == ActionPreflight || f.Action == ActionRun && f.Preflight != ""
}

// Runs reports whether the form asks for a run.
func (f Form) Runs() bool {
	return f.Action == ActionRun || f.Action == ActionRunAnyway || f.Action == ActionRunWithout
}

// TakesSuggested reports whether the values that requests were good with are to
// be taken over.
func (f Form) TakesSuggested() bool {
	return f.UseSuggested != "" && (f.Action == ActionRunAnyway || f.Action == ActionRunWithout)
}

// Settle does to a saved plan's form what its reader chose after a preflight:
// it takes the suggested values over, and leaves failing steps out.
func (f *Form) Settle() {
	if f.TakesSuggested() {
		for _, s := range f.Suggested {
			if step := f.step(s.At); step != nil {
				for i, p := range step.PathParams {
					if p.Name == s.Param {
						step.PathParams[i].Value = s.Value
					}
				}
			}
		}
	}
	if f.Action != ActionRunWithout {
		return
	}
	for i := range f.Scenarios {
		kept := f.Scenarios[i].Steps[:0:0]
		for j, step := range f.Scenarios[i].Steps {
			if !slices.Contains(f.Failing, trial.PlaceOf(loadtest.StepAt{Scenario: i, Step: j})) {
				kept = append(kept, step)
			}
		}
		f.Scenarios[i].Steps = kept
	}
	f.Scenarios = slices.DeleteFunc(f.Scenarios, func(s Scenario) bool { return len(s.Steps) == 0 })
}

// step returns the step at a place such as "0.3", nil if there is none.
func (f *Form) step(at string) *Step {
	scenario, index, _ := strings.Cut(at, ".")
	i, err := strconv.Atoi(scenario)
	if err != nil || i < 0 || i >= len(f.Scenarios) {
		return nil
	}
	j, err := strconv.Atoi(index)
	if err != nil || j < 0 || j >= len(f.Scenarios[i].Steps) {
		return nil
	}
	return &f.Scenarios[i].Steps[j]
}
