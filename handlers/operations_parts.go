package handlers

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/project"
)

// Names answers with the names of the operations that a filter leaves, or with
// those that ?pick=get chooses, as JSON; no more than can be chosen.
func (h *Operations) Names(c echo.Context) error {
	m, err := h.ofSource(c)
	if err != nil {
		return err
	}
	places := m.Index.Find(m.Filter.Of())
	if c.QueryParam("pick") == "get" {
		places, _ = m.Index.Harmless()
	}
	return c.JSON(http.StatusOK, namesAt(m.Index, places))
}

// Tree shows what is below a branch of the tree: a source's tags, or the
// operations of ?tag=.
func (h *Operations) Tree(c echo.Context) error {
	m, err := h.ofSource(c)
	if err != nil {
		return err
	}
	m.Foreign = !m.Filter.Tagged || c.QueryParam("foreign") != ""
	if !m.Filter.Tagged {
		m.Tree = project.TreeOf(m.Index, m.Filter)
		return hx.Render(c, http.StatusOK, project.Tags(m))
	}
	return hx.Render(c, http.StatusOK, project.Branch(m, m.Filter, project.TreeOperations(m.Index, m.Filter), len(m.Index.Find(m.Filter.Of()))))
}

// ofSource returns the index of the source that the address names, and the
// filter.
func (h *Operations) ofSource(c echo.Context) (m project.APIsModel, err error) {
	ctx := c.Request().Context()
	if m.Project, err = h.Projects.Get(ctx, domain.ProjectID(c.Param("project"))); err != nil {
		return m, err
	}
	if m.Source, err = h.Sources.Get(ctx, domain.SourceID(c.Param("source"))); err != nil {
		return m, err
	}
	if m.Source.ProjectID != m.Project.ID {
		return m, echo.ErrNotFound
	}
	m.Filter = project.FilterOf(c.QueryParams())
	m.Index, err = h.Documents.Index(ctx, m.Source.DocumentID)
	return m, err
}
