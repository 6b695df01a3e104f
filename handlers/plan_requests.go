package handlers

import (
	"slices"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/plan"
)

// lend gives the steps of a quick form the values that were chosen after a preflight.
func lend(steps []loadtest.Step, f plan.Form) {
	if !f.TakesSuggested() {
		return
	}
	for i, s := range steps {
		operation := s.Method + " " + s.Path
		steps[i].Request.PathParams = lent(s.Request.PathParams, operation, f)
		for j, v := range s.Variants {
			s.Variants[j].PathParams = lent(v.PathParams, operation, f)
		}
	}
}

// lent returns the path parameters with the values suggested for the operation.
func lent(params []loadtest.Param, operation string, f plan.Form) []loadtest.Param {
	params = slices.Clone(params)
	for _, s := range f.Suggested {
		for i, p := range params {
			if s.At == operation && p.Name == s.Param {
				params[i].Value = s.Value
			}
		}
	}
	return params
}
