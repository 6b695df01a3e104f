package handlers

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/drift"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/source"
)

// outdated reports whether the plan was made with another document than its
// source has now.
func outdated(p loadtest.Plan, s domain.Source) bool {
	return p.SourceID == s.ID && p.DocumentID != "" && p.DocumentID != s.DocumentID
}

// drift returns how the API's document changed since the plan was made with
// it; nil when it did not, or when that cannot be told.
func (h *Plans) drift(ctx context.Context, p loadtest.Plan) (*plan.Drift, error) {
	s, err := h.Sources.Get(ctx, p.SourceID)
	if domain.CodeOf(err) == domain.NotFound || err == nil && !outdated(p, s) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("source of plan %s: %w", p.ID, err)
	}
	impacts, pending, err := h.impacts(ctx, p, s)
	if err != nil {
		if beside(err) {
			return nil, nil // the source's own page says what is wrong with its document
		}
		return nil, err
	}
	d := plan.Drift{Document: s.DocumentID, Impacts: impacts, Pending: pending}
	stored, err := h.Stored.ListBySource(ctx, s.ID)
	if err != nil {
		return nil, fmt.Errorf("list versions: %w", err)
	}
	for _, v := range source.VersionsOf(stored, s.DocumentID) {
		switch v.Document.ID {
		case p.DocumentID:
			d.From, d.Changes = v.Number, paths.SourceChanges(p.ProjectID, s.ID, p.DocumentID, s.DocumentID)
		case s.DocumentID:
			d.To = v.Number
		}
	}
	return &d, nil
}

// impacts returns the steps of the plan that its source's document affects.
// pending is whether there may be more once the difference is worked out.
func (h *Plans) impacts(ctx context.Context, p loadtest.Plan, s domain.Source) (all []drift.Impact, pending bool, err error) {
	after, err := h.Documents.Get(ctx, s.DocumentID)
	if err != nil {
		return nil, false, err
	}
	before, err := h.Documents.Get(ctx, p.DocumentID)
	switch domain.CodeOf(err) {
	case "":
	case domain.NotFound, domain.Invalid: // gone or unreadable: what the steps say is all that is known
		return drift.Affected(p, nil, after, openapi.Diff{}), false, nil
	default:
		return nil, false, err
	}
	diff, ready, err := h.Changes.Between(ctx, p.DocumentID, s.DocumentID)
	if err != nil && !beside(err) {
		return nil, false, err
	}
	return drift.Affected(p, before, after, diff), err == nil && !ready, nil
}

// VersionLister lists the versions of a source's document.
type VersionLister interface {
	ListBySource(ctx context.Context, source domain.SourceID) ([]domain.Document, error) // without their bytes
}

var outOfDate = domain.Errorf(domain.Conflict, "changes.plan_again",
	"The plan or the API's document changed meanwhile. Look at the affected steps again.")

// Update brings a plan to its API's current document: the ticked steps are
// dealt with, the others stay as they are.
func (h *Plans) Update(c echo.Context) error {
	stored, err := h.get(c)
	if err != nil {
		return err
	}
	p, err := h.updated(c, stored)
	if err == nil {
		err = h.Plans.Save(c.Request().Context(), &p)
	}
	if err == nil {
		return hx.Redirect(c, paths.Plan(p.ID)+"?saved=1")
	}
	if !beside(err) {
		return fmt.Errorf("update plan %s: %w", stored.ID, err)
	}
	return h.edit(c, status(err), plan.EditModel{Plan: stored, Form: plan.FormOf(stored), Problem: message(err)})
}

// updated returns the stored plan as the posted form wants it. Conflict when
// the form was made of another version of the plan or of the document.
func (h *Plans) updated(c echo.Context, stored loadtest.Plan) (loadtest.Plan, error) {
	ctx := c.Request().Context()
	params, err := c.FormParams()
	if err != nil {
		return stored, fmt.Errorf("read form: %w", err)
	}
	s, err := h.Sources.Get(ctx, stored.SourceID)
	if err != nil {
		return stored, err
	}
	if params.Get("version") != strconv.Itoa(stored.Version) || params.Get("document") != string(s.DocumentID) || !outdated(stored, s) {
		return stored, outOfDate
	}
	all, _, err := h.impacts(ctx, stored, s)
	if err != nil {
		return stored, err
	}
	chosen := slices.DeleteFunc(all, func(i drift.Impact) bool { return !slices.Contains(params[plan.StepField], plan.StepAt(i)) })
	p := drift.Fix(stored, s.DocumentID, chosen)
	if len(p.Scenarios) == 0 && len(stored.Scenarios) > 0 {
		return stored, domain.Errorf(domain.Invalid, "changes.plan_nothing_left",
			"Nothing would be left of the plan: the API has none of its operations any more. Keep a step, or delete the plan.")
	}
	p.FitVariants()
	return p, p.Validate(h.Limits)
}

// markOutdated tells of each row whether its plan's API has a newer document.
func (h *Plans) markOutdated(ctx context.Context, project domain.ProjectID, rows []plan.Row) error {
	sources, err := h.Sources.ListByProject(ctx, project)
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	for i := range rows {
		rows[i].Outdated = slices.ContainsFunc(sources, func(s domain.Source) bool { return outdated(rows[i].Plan, s) })
	}
	return nil
}
