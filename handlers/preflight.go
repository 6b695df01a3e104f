package handlers

import (
	"context"
	"slices"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/trial"
)

// preflight tries each request of the plan once if the form asks for it, and
// keeps in the form what that said. It reports whether the form is to be shown
// again: because that was all, or because not all is well. at is what the form
// knows a step by.
func (h *Plans) preflight(ctx context.Context, f *plan.Form, p loadtest.Plan, at func(loadtest.Exchange) string) (again bool, err error) {
	switch {
	case !f.Tries():
		return false, nil
	case h.Trier == nil && f.Action == plan.ActionPreflight:
		return false, errNoTrier
	case h.Trier == nil:
		return false, nil
	}
	sent, err := h.Trier.Try(ctx, p)
	if err != nil {
		return false, err
	}
	f.Tried = trial.PreflightOf(sent, at)
	return f.Action == plan.ActionPreflight || !f.Tried.Fine(), nil
}

// leaveOut unticks the operations that a preflight found to fail, if that was chosen.
func leaveOut(f *plan.Form) {
	if f.Action == plan.ActionRunWithout {
		f.Operations = slices.DeleteFunc(f.Operations, func(o string) bool { return slices.Contains(f.Failing, o) })
	}
}
