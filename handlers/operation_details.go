package handlers

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
)

// Details shows one operation: in place, or on a page of its own.
func (h *Operations) Details(c echo.Context) error {
	ctx := c.Request().Context()
	p, err := h.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return err
	}
	op, err := h.operation(ctx, p.ID, domain.SourceID(c.Param("source")), c.Param("operation"))
	if err != nil {
		return err
	}
	m := project.OperationModel{Operation: op, Request: openapi.Example(op, openapi.Options{})}
	if hx.IsFragment(c) {
		return hx.Render(c, http.StatusOK, project.OperationDetails(m))
	}
	m.Frame, err = h.Frame.Model(c, Place{
		Title: op.Name(), Project: &p, Tab: TabAPIs,
		Crumbs: []layout.Link{{Label: i18n.T(ctx, "ui.tab.apis"), URL: paths.APIs(p.ID)}, {Label: op.Name()}},
	})
	if err != nil {
		return err
	}
	return hx.Render(c, http.StatusOK, project.OperationPage(m))
}

func (h *Operations) operation(ctx context.Context, id domain.ProjectID, source domain.SourceID, index string) (openapi.Operation, error) {
	s, err := h.Sources.Get(ctx, source)
	if err != nil {
		return openapi.Operation{}, err
	}
	doc, err := h.Documents.Get(ctx, s.DocumentID)
	if err != nil {
		return openapi.Operation{}, err
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(doc.Operations) || s.ProjectID != id {
		return openapi.Operation{}, echo.ErrNotFound
	}
	return doc.Operations[i], nil
}
