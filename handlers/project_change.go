package handlers

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
	"plog.dev/plog/views/source"
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

// AddSource adds further APIs to a project.
func (h *Projects) AddSource(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	form, all, err := h.Intake.take(c)
	if err == nil && len(all) > 0 {
		if err = h.Intake.storeAll(c.Request().Context(), p.ID, all); err == nil {
			return hx.Redirect(c, paths.Project(p.ID))
		}
	}
	code := http.StatusOK // choose among several
	if err != nil {
		if !beside(err) {
			return err
		}
		form.Problem, code = message(err), status(err)
	}
	if hx.IsFragment(c) {
		form.Action, form.Compact = paths.Sources(p.ID), true
		return hx.Render(c, code, source.Add(form))
	}
	return h.overview(c, code, project.OverviewModel{Project: p, Add: form})
}

// refused shows on the project's page why something could not be done.
func (h *Projects) refused(c echo.Context, p domain.Project, err error) error {
	if !beside(err) || hx.IsFragment(c) {
		return err
	}
	return h.overview(c, status(err), project.OverviewModel{Project: p, Problem: message(err)})
}
