package handlers

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/ui"
)

// Add appends the ticked operations to the first scenario of a saved plan, but
// for those that it has already.
func (h *Operations) Add(c echo.Context) error {
	ctx := c.Request().Context()
	form, err := read(c)
	if err != nil {
		return err
	}
	p, err := h.Plans.Get(ctx, domain.PlanID(c.FormValue("plan")))
	if err != nil {
		return err
	}
	if string(p.ProjectID) != c.Param("project") || len(p.Scenarios) == 0 {
		return echo.ErrNotFound
	}
	sources, err := h.Sources.ListByProject(ctx, p.ProjectID)
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	if len(sources) == 0 {
		return echo.ErrNotFound
	}
	s := chooseSource(sources, form.Source)
	fresh := slices.DeleteFunc(form.Operations, func(name string) bool {
		return slices.ContainsFunc(p.Scenarios[0].Steps, func(step loadtest.Step) bool { return step.Method+" "+step.Path == name && from(p, step, s) })
	})
	if len(fresh) == 0 {
		why := domain.Msg("apis.add_known", "“{{.Plan}}” has all of these operations already.", "Plan", p.Name)
		if len(form.Operations) == 0 {
			why = domain.Msg("apis.add_nothing", "Choose operations first: tick them in the list.")
		}
		return h.nothingAdded(c, form, why)
	}
	doc, err := h.Documents.Only(ctx, s.DocumentID, fresh)
	if err != nil {
		return err
	}
	operations, err := openapi.Choose(*doc, fresh, nil)
	if err != nil {
		return err
	}
	for _, o := range operations {
		step := loadtest.Step{Method: o.Method, Path: o.Path, Request: openapi.Example(o, openapi.Options{})}
		if !from(p, step, s) {
			step.BaseURL = s.BaseURL
		}
		p.Scenarios[0].Steps = append(p.Scenarios[0].Steps, step)
	}
	if err := p.Validate(h.Limits); err != nil {
		return h.nothingAdded(c, form, message(err))
	}
	if err := h.Plans.Save(ctx, &p); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	return hx.Redirect(c, paths.Plan(p.ID)+"?saved=1")
}

// from reports whether a step's requests go where the source's do.
func from(p loadtest.Plan, step loadtest.Step, s domain.Source) bool {
	if step.BaseURL == "" {
		return p.SourceID == s.ID || p.BaseURL == s.BaseURL
	}
	return step.BaseURL == s.BaseURL
}

// nothingAdded says why, and leaves everything as it is.
func (h *Operations) nothingAdded(c echo.Context, form plan.Form, why domain.Message) error {
	if hx.IsFragment(c) {
		return hx.Toast(c, http.StatusUnprocessableEntity, ui.Warn, i18n.Msg(c.Request().Context(), why))
	}
	return h.pageWith(c, http.StatusUnprocessableEntity, form, nil, why)
}
