package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
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
	fresh := slices.DeleteFunc(slices.Clone(form.Operations), func(name string) bool { return has(p, name, s) })
	if len(fresh) == 0 {
		why := domain.Msg("apis.add_known", "“{{.Plan}}” has all of these operations already.", "Plan", p.Name)
		if len(form.Operations) == 0 {
			why = domain.Msg("apis.add_nothing", "Choose operations first: tick them in the list.")
		}
		return h.nothingAdded(c, form, why)
	}
	doc, err := h.Documents.Get(ctx, s.DocumentID)
	if err != nil {
		return err
	}
	steps, err := origin{doc, s}.steps(form, fresh, p.Auth)
	if err != nil {
		return h.nothingAdded(c, form, message(err))
	}
	for _, step := range steps {
		if step.BaseURL == "" && !home(p, s) {
			step.BaseURL = s.BaseURL
		}
		p.Scenarios[0].Steps = append(p.Scenarios[0].Steps, step)
	}
	p.FitVariants()
	p = p.WithDefaults(h.Limits)
	if err := p.Validate(h.Limits); err != nil {
		return h.nothingAdded(c, form, firstFault(err))
	}
	if err := h.Plans.Save(ctx, &p); err != nil {
		return fmt.Errorf("save plan: %w", err)
	}
	return hx.Redirect(c, paths.Plan(p.ID)+"?saved=1")
}

// has reports whether the plan's first scenario has the source's operation of
// that name.
func has(p loadtest.Plan, name string, s domain.Source) bool {
	return slices.ContainsFunc(p.Scenarios[0].Steps, func(step loadtest.Step) bool {
		there := step.BaseURL == s.BaseURL || step.BaseURL == "" && home(p, s)
		return there && step.Method+" "+step.Path == name
	})
}

// home reports whether the plan's requests go to the source's API unless a
// step says otherwise.
func home(p loadtest.Plan, s domain.Source) bool { return p.SourceID == s.ID || p.BaseURL == s.BaseURL }

// firstFault returns the first thing that is wrong with a plan.
func firstFault(err error) domain.Message {
	var e *domain.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return e.Fields[0].Message
	}
	return message(err)
}

// nothingAdded says why, and leaves everything as it is.
func (h *Operations) nothingAdded(c echo.Context, form plan.Form, why domain.Message) error {
	if hx.IsFragment(c) {
		return hx.Toast(c, http.StatusUnprocessableEntity, ui.Warn, i18n.Msg(c.Request().Context(), why))
	}
	return h.pageWith(c, http.StatusUnprocessableEntity, form, nil, why)
}
