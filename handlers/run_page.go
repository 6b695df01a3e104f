package handlers

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	viewreport "plog.dev/plog/views/report"
	"plog.dev/plog/views/run"

	"plog.dev/plog/handlers/hx"
)

// maxLogLines is how much of a log the page shows; the export holds all.
const maxLogLines = 1000

// Page shows a run: live while it lasts, its report afterwards.
func (h *Runs) Page(c echo.Context) error { return h.page(c, http.StatusOK, run.Model{}) }

// page answers with the page of a run and what m has already.
func (h *Runs) page(c echo.Context, code int, m run.Model) error {
	ctx := c.Request().Context()
	f, rep, err := h.frame(ctx, runID(c))
	if err != nil {
		return err
	}
	m.Live, m.MayChange, m.Findings = f, mayChange(c), rep.Findings
	m.Sort = viewreport.ParseSort(c.QueryParam("sort"), c.QueryParam("dir"))
	if !f.Run.State.Active() {
		if err := h.addFinal(ctx, &m); err != nil {
			return err
		}
	}
	if err := h.addDrift(ctx, &m); err != nil {
		return err
	}
	place, err := h.place(ctx, f.Run)
	if err != nil {
		return err
	}
	if m.Frame, err = h.Frame.Model(c, place); err != nil {
		return err
	}
	return hx.Render(c, code, run.Page(m))
}

// addFinal adds what only a finished run shows.
func (h *Runs) addFinal(ctx context.Context, m *run.Model) error {
	r := m.Live.Run
	text, err := loadtest.YAML(r.Plan)
	if err != nil {
		return err
	}
	m.YAML = string(text)
	script, err := h.Script(r.Plan)
	if err != nil {
		return fmt.Errorf("script of run %s: %w", r.ID, err)
	}
	m.Script = string(script)
	if m.Log, err = h.Logs.Logs(ctx, r.ID, maxLogLines+1); err != nil {
		return fmt.Errorf("log of run %s: %w", r.ID, err)
	}
	if len(m.Log) > maxLogLines {
		m.Log, m.LogMore = m.Log[len(m.Log)-maxLogLines:], true
	}
	_, err = h.Plans.Get(ctx, r.PlanID)
	if err != nil && domain.CodeOf(err) != domain.NotFound {
		return fmt.Errorf("plan of run %s: %w", r.ID, err)
	}
	m.HasPlan = err == nil
	return nil
}
