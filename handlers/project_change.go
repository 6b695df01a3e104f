package handlers

import (
	"context"
	"fmt"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
)

// Rename gives a project another name.
func (h *Projects) Rename(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	p.Name = strings.TrimSpace(c.FormValue("name"))
	if p.Name == "" || len([]rune(p.Name)) > longestName {
		err := domain.Errorf(domain.Invalid, "project.name_wrong", "Give the project a name of at most {{.Max}} characters.", "Max", longestName)
		return h.overview(c, status(err), project.OverviewModel{Project: p, Rename: err.Message})
	}
	if err := h.Projects.Update(c.Request().Context(), &p); err != nil {
		return fmt.Errorf("rename project: %w", err)
	}
	return hx.Redirect(c, paths.Project(p.ID))
}

// Delete removes a project with everything in it; not while a run is active.
func (h *Projects) Delete(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if !confirmed(c) {
		question := i18n.T(ctx, "project.delete_confirm", "Name", p.Name)
		return h.Frame.ask(c, Place{Title: i18n.T(ctx, "project.delete"), Project: &p, Tab: TabOverview}, question, paths.Project(p.ID))
	}
	if err := h.Projects.Delete(ctx, p.ID); err != nil {
		return h.refused(c, p, err)
	}
	return hx.Redirect(c, paths.Home)
}

// AddSource adds another API to a project.
func (h *Projects) AddSource(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	target, found, err := h.find(c)
	if err == nil {
		if err = h.addSource(c.Request().Context(), p.ID, target, found); err == nil {
			return hx.Redirect(c, paths.Project(p.ID))
		}
	}
	if !beside(err) {
		return err
	}
	form := project.AddForm{Action: paths.Sources(p.ID), Target: target, Problem: message(err), Compact: true}
	if hx.IsFragment(c) {
		return hx.Render(c, status(err), project.Add(form))
	}
	return h.overview(c, status(err), project.OverviewModel{Project: p, Add: form})
}

// RefreshSource fetches a source's document again.
func (h *Projects) RefreshSource(c echo.Context) error {
	p, s, err := h.source(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), findLimit)
	defer cancel()
	found, err := h.Finder.Find(ctx, FetchRequest{Target: s.URL, Definition: s.Definition, Headers: s.Headers})
	if err == nil {
		s.DocumentURL = found.DocumentURL
		err = h.putDocument(ctx, &s, found)
	}
	if err != nil {
		return h.refused(c, p, err)
	}
	return hx.Redirect(c, paths.Project(p.ID))
}

// DeleteSource takes an API out of a project; plans made of it stay.
func (h *Projects) DeleteSource(c echo.Context) error {
	p, s, err := h.source(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if !confirmed(c) {
		question := i18n.T(ctx, "project.source_delete_confirm", "Name", s.Name)
		return h.Frame.ask(c, Place{Title: i18n.T(ctx, "project.source_delete"), Project: &p, Tab: TabOverview}, question, paths.Project(p.ID))
	}
	if err := h.Sources.Delete(ctx, s.ID); err != nil {
		return h.refused(c, p, err)
	}
	return hx.Redirect(c, paths.Project(p.ID))
}

// source returns the project and the source of it that the address names.
func (h *Projects) source(c echo.Context) (domain.Project, domain.Source, error) {
	p, err := h.get(c)
	if err != nil {
		return p, domain.Source{}, err
	}
	s, err := h.Sources.Get(c.Request().Context(), domain.SourceID(c.Param("source")))
	if err == nil && s.ProjectID != p.ID {
		err = echo.ErrNotFound
	}
	return p, s, err
}

// refused shows on the project's page why something could not be done.
func (h *Projects) refused(c echo.Context, p domain.Project, err error) error {
	if !beside(err) || hx.IsFragment(c) {
		return err
	}
	return h.overview(c, status(err), project.OverviewModel{Project: p, Problem: message(err)})
}
