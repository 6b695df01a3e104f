package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/trial"
)

// Create makes a plan of the ticked operations and, if asked to, a run of it.
// Nothing is kept of a plan whose run could not be started.
func (h *Plans) Create(c echo.Context) error {
	ctx := c.Request().Context()
	owner, err := h.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return err
	}
	f, err := read(c)
	if err != nil {
		return err
	}
	s, err := h.source(ctx, owner.ID, domain.SourceID(f.Source))
	if err != nil {
		return err
	}
	doc, err := h.Documents.Get(ctx, s.DocumentID)
	if err != nil {
		return err
	}
	if f.Apply(f.Action) {
		return h.quick(c, http.StatusOK, owner.ID, s, doc, f, nil)
	}
	f.Tidy()
	leaveOut(&f)
	p, fewer, errs := h.planOf(f, owner.ID, s, doc)
	if len(errs) > 0 || f.Action == plan.ActionCheck {
		code := http.StatusOK
		if len(errs) > 0 {
			code = http.StatusUnprocessableEntity
		}
		return h.quick(c, code, owner.ID, s, doc, f, errs)
	}
	again, err := h.preflight(ctx, &f, p, trial.ByOperation)
	switch {
	case err != nil && !beside(err):
		return err
	case err != nil:
		return h.quick(c, status(err), owner.ID, s, doc, f, startErrors(f, err))
	case again:
		return h.quick(c, http.StatusOK, owner.ID, s, doc, f, nil)
	}
	if err := h.Plans.Save(ctx, &p); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	if !f.Runs() {
		return hx.Redirect(c, saved(p, fewer))
	}
	run, err := h.start(c, p)
	if err == nil {
		if run.PlanID != p.ID { // the form was sent twice; its plan is there already
			if err := h.Plans.Delete(context.WithoutCancel(ctx), p.ID); err != nil {
				return fmt.Errorf("delete plan: %w", err)
			}
		}
		return hx.Redirect(c, paths.Run(run.ID))
	}
	err = errors.Join(err, h.Plans.Delete(context.WithoutCancel(ctx), p.ID))
	if !beside(err) {
		return err
	}
	return h.quick(c, status(err), owner.ID, s, doc, f, startErrors(f, err))
}

// planOf returns the plan of the quick form, its steps made from the ticked
// operations, and how many variants did not fit into it.
func (h *Plans) planOf(f plan.Form, owner domain.ProjectID, s domain.Source, doc *openapi.Document) (p loadtest.Plan, fewer int, errs plan.Errors) {
	p, unread := f.Plan()
	p.ProjectID, p.SourceID, p.DocumentID, p.Version = owner, s.ID, s.DocumentID, 0
	steps, err := origin{doc, s}.steps(f, f.Operations, p.Auth)
	lend(steps, f)
	for i := range p.Scenarios {
		p.Scenarios[i].Steps = slices.Clone(steps)
	}
	fewer = p.FitVariants()
	p, errs = h.check(f, p, unread)
	if err != nil {
		errs[""] = message(err)
	}
	return p, fewer, errs
}

// saved returns the page of a plan that was just saved.
func saved(p loadtest.Plan, fewer int) string {
	if fewer > 0 {
		return paths.Plan(p.ID) + "?saved=1&fewer=1"
	}
	return paths.Plan(p.ID) + "?saved=1"
}

// quick shows the form again: alone, or on its page with the operations.
func (h *Plans) quick(c echo.Context, code int, owner domain.ProjectID, s domain.Source, doc *openapi.Document, f plan.Form, errs plan.Errors) error {
	if hx.IsFragment(c) {
		return hx.Render(c, code, plan.QuickForm(pane(owner, s, doc, f, errs, h.Limits)))
	}
	return h.Operations.page(c, code, f, errs)
}

// Estimate shows what the form that is being filled in comes to.
func (h *Plans) Estimate(c echo.Context) error {
	f, err := read(c)
	if err != nil {
		return err
	}
	s := plan.SummaryOf(f, h.Limits)
	if f.Version > 0 {
		return hx.Render(c, http.StatusOK, plan.Load(s))
	}
	return hx.Render(c, http.StatusOK, plan.SummaryView(s))
}
