package handlers

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/trial"
)

// Save carries out what the plan's form was posted for: an edit of the form,
// saving, or saving and running.
func (h *Plans) Save(c echo.Context) error {
	stored, err := h.get(c)
	if err != nil {
		return err
	}
	f, err := read(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if i, ok := strings.CutPrefix(f.Action, "step-add:"); ok {
		problem := h.addStep(ctx, stored, &f, i)
		return h.edit(c, http.StatusOK, plan.EditModel{Plan: stored, Form: f, Problem: problem})
	}
	if f.Action == plan.ActionAddAuth {
		var schemes []openapi.Requirement
		if doc, err := h.document(ctx, stored); err == nil {
			schemes = openapi.Wants(doc)
		}
		f.AddCredential(schemes)
		return h.edit(c, http.StatusOK, plan.EditModel{Plan: stored, Form: f})
	}
	if f.Apply(f.Action) {
		return h.edit(c, http.StatusOK, plan.EditModel{Plan: stored, Form: f})
	}
	f.Tidy()
	f.Settle()
	p, unread := f.Plan()
	p.ID, p.ProjectID, p.CreatedAt = stored.ID, stored.ProjectID, stored.CreatedAt
	plan.KeepSecrets(&p, stored)
	unmade := h.vary(ctx, &p, f, stored)
	fewer := p.FitVariants()
	p, errs := h.check(f, p, unread)
	if errs = errs.Merge(unmade).Merge(f.LostSecrets(p)); len(errs) > 0 {
		return h.edit(c, http.StatusUnprocessableEntity, plan.EditModel{Plan: stored, Form: f, Errors: errs})
	}
	again, err := h.preflight(ctx, &f, p, trial.ByPlace)
	switch {
	case err != nil && !beside(err):
		return err
	case err != nil:
		return h.edit(c, status(err), plan.EditModel{Plan: stored, Form: f, Errors: startErrors(f, err)})
	case again:
		return h.edit(c, http.StatusOK, plan.EditModel{Plan: stored, Form: f})
	}
	if p, err = h.keep(ctx, p, stored); err != nil {
		if domain.CodeOf(err) != domain.Conflict {
			return fmt.Errorf("save plan: %w", err)
		}
		return h.edit(c, http.StatusConflict, plan.EditModel{Plan: stored, Form: f, Problem: message(err)})
	}
	if !f.Runs() {
		return hx.Redirect(c, saved(p, fewer))
	}
	run, err := h.start(c, p)
	if err == nil {
		return hx.Redirect(c, paths.Run(run.ID))
	}
	if !beside(err) {
		return err
	}
	m := plan.EditModel{Plan: p, Form: plan.FormOf(p), Active: activeRun(err)}
	if m.Active != "" {
		m.Problem = message(err)
	} else {
		m.Errors = startErrors(m.Form, err)
	}
	return h.edit(c, status(err), m)
}

// addStep appends the operation chosen for the scenario at index, and returns
// what is wrong with it.
func (h *Plans) addStep(ctx context.Context, stored loadtest.Plan, f *plan.Form, index string) domain.Message {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(f.Scenarios) || f.Scenarios[i].Add == "" {
		return domain.Message{}
	}
	from, err := h.origin(ctx, stored)
	if err != nil {
		return message(err)
	}
	p, _ := f.Plan() // what it says of other fields than the credentials does not count here
	steps, err := from.steps(*f, []string{f.Scenarios[i].Add}, p.Auth)
	if err != nil {
		return message(err)
	}
	for _, step := range steps {
		f.Scenarios[i].Steps = append(f.Scenarios[i].Steps, plan.StepOf(step))
	}
	f.Scenarios[i].Add = ""
	return domain.Message{}
}

// keep returns p as it is stored now. What is stored like that already is not
// saved again: the form may have been sent twice. Conflict when someone else
// saved something different meanwhile.
func (h *Plans) keep(ctx context.Context, p, stored loadtest.Plan) (loadtest.Plan, error) {
	if same(p, stored) {
		return stored, nil
	}
	err := h.Plans.Save(ctx, &p)
	if domain.CodeOf(err) == domain.Conflict {
		if now, gone := h.Plans.Get(ctx, p.ID); gone == nil && same(p, now) {
			return now, nil
		}
	}
	return p, err
}

// same reports whether saving p would change nothing of what is stored.
func same(p, stored loadtest.Plan) bool {
	p.Version, p.CreatedAt, p.UpdatedAt = stored.Version, stored.CreatedAt, stored.UpdatedAt
	return reflect.DeepEqual(p, stored)
}

// Run starts a run of a saved plan as it is.
func (h *Plans) Run(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	run, err := h.start(c, p)
	if err == nil {
		return hx.Redirect(c, paths.Run(run.ID))
	}
	if !beside(err) || hx.IsFragment(c) {
		return err
	}
	m := plan.EditModel{Plan: p, Form: plan.FormOf(p), Active: activeRun(err)}
	if m.Active != "" {
		m.Problem = message(err)
	} else {
		m.Errors = startErrors(m.Form, err)
	}
	return h.edit(c, status(err), m)
}

// Duplicate makes another plan like this one.
func (h *Plans) Duplicate(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p.Name = copyName(ctx, p.Name)
	id, err := h.saveNew(ctx, p)
	if err != nil {
		return err
	}
	return hx.Redirect(c, paths.Plan(id))
}

// saveNew stores p as a plan of its own.
func (h *Plans) saveNew(ctx context.Context, p loadtest.Plan) (domain.PlanID, error) {
	p.ID, p.Version = "", 0
	if err := h.Plans.Save(ctx, &p); err != nil {
		return "", fmt.Errorf("save plan: %w", err)
	}
	return p.ID, nil
}

// Delete removes a plan; its runs stay.
func (h *Plans) Delete(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if !confirmed(c) {
		owner, err := h.Projects.Get(ctx, p.ProjectID)
		if err != nil {
			return err
		}
		question := i18n.T(ctx, "plan.delete_confirm", "Name", p.Name)
		return h.Frame.ask(c, Place{Title: i18n.T(ctx, "plan.delete"), Project: &owner, Tab: TabPlans}, question, paths.Plan(p.ID))
	}
	if err := h.Plans.Delete(ctx, p.ID); err != nil {
		return fmt.Errorf("delete plan: %w", err)
	}
	return hx.Redirect(c, paths.Plans(p.ProjectID))
}
