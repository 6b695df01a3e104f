package handlers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/source"
)

// Changes knows what changed between versions of documents.
type Changes interface {
	// Between returns what changed; ready is false while that is being worked out.
	Between(ctx context.Context, before, after domain.DocumentID) (d openapi.Diff, ready bool, err error)
}

// ShowChanges shows what changed from one version of a source's document to
// another.
func (h *Sources) ShowChanges(c echo.Context) error {
	p, s, err := h.get(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	stored, err := h.Stored.ListBySource(ctx, s.ID)
	if err != nil {
		return err
	}
	m := source.ChangesModel{Project: p, Source: s, Breaking: c.QueryParam("breaking") != "", Versions: source.VersionsOf(stored, s.DocumentID)}
	for _, v := range m.Versions {
		if string(v.Document.ID) == c.QueryParam("from") {
			m.From = v
		}
		if string(v.Document.ID) == c.QueryParam("to") {
			m.To = v
		}
	}
	if m.From.Number == 0 || m.To.Number == 0 {
		return echo.ErrNotFound
	}
	if m.Diff, m.Ready, err = h.Changes.Between(ctx, m.From.Document.ID, m.To.Document.ID); err != nil {
		if !beside(err) {
			return err
		}
		m.Problem = message(err)
	}
	if m.Plans, err = h.affectedPlans(ctx, s, m.Diff); err != nil {
		return err
	}
	if hx.IsFragment(c) {
		return hx.Render(c, http.StatusOK, source.ChangesList(m))
	}
	title := i18n.T(ctx, "source.changes_title", "From", m.From.Number, "To", m.To.Number)
	if m.Frame, err = h.Frame.Model(c, Place{
		Title: title, Project: &p, Tab: TabOverview,
		Crumbs: []layout.Link{{Label: s.Name, URL: paths.Source(p.ID, s.ID)}, {Label: title}},
	}); err != nil {
		return err
	}
	return hx.Render(c, http.StatusOK, source.Changes(m))
}

// affectedPlans returns the plans that were made with an older document of the
// source and have steps of operations that were removed or changed.
func (h *Sources) affectedPlans(ctx context.Context, s domain.Source, d openapi.Diff) ([]source.AffectedPlan, error) {
	if d.IsZero() {
		return nil, nil
	}
	plans, err := h.Plans.ListByProject(ctx, s.ProjectID)
	if err != nil {
		return nil, fmt.Errorf("list plans: %w", err)
	}
	touched := map[string]bool{}
	for _, o := range d.Operations {
		touched[o.Name] = o.Kind != openapi.Added
	}
	var affected []source.AffectedPlan
	for _, p := range plans {
		if !outdated(p, s) {
			continue
		}
		a := source.AffectedPlan{ID: p.ID, Name: p.Name}
		for _, scenario := range p.Scenarios {
			for _, step := range scenario.Steps {
				if touched[step.Method+" "+step.Path] {
					a.Steps++
				}
			}
		}
		if a.Steps > 0 {
			affected = append(affected, a)
		}
	}
	return affected, nil
}
