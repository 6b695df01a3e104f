package handlers

import (
	"context"
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
	m := source.ChangesModel{Project: p, Source: s}
	for _, v := range source.VersionsOf(stored, s.DocumentID) {
		switch string(v.Document.ID) {
		case c.QueryParam("from"):
			m.From = v
		case c.QueryParam("to"):
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
