package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/run"
	"plog.dev/plog/views/ui"
)

// maxRunName is how many characters a run's name may have.
const maxRunName = 200

// Stop ends a run gracefully; its page then shows it stopping.
func (h *Runs) Stop(c echo.Context) error {
	ctx := c.Request().Context()
	if err := h.Manager.Stop(ctx, runID(c)); err != nil {
		return err
	}
	if hx.IsFragment(c) {
		return hx.Toast(c, http.StatusOK, ui.Info, i18n.T(ctx, "runs.stopping_toast"))
	}
	return hx.Redirect(c, paths.Run(runID(c)))
}

// Rename gives a run another name.
func (h *Runs) Rename(c echo.Context) error {
	name := strings.TrimSpace(c.FormValue("name"))
	if err := checkRunName(name); err != nil {
		if hx.IsFragment(c) {
			return err
		}
		return h.page(c, status(err), run.Model{NewName: name, NameWrong: message(err)})
	}
	if err := h.Runs.Rename(c.Request().Context(), runID(c), name); err != nil {
		return fmt.Errorf("rename run %s: %w", runID(c), err)
	}
	return hx.Redirect(c, paths.Run(runID(c)))
}

func checkRunName(name string) error {
	switch {
	case name == "":
		return domain.Errorf(domain.Invalid, "runs.error.name_empty", "Give the run a name.")
	case utf8.RuneCountInString(name) > maxRunName:
		return domain.Errorf(domain.Invalid, "runs.error.name_long", "That is too long: at most {{.Most}} characters.", "Most", maxRunName)
	}
	return nil
}

// Again runs the same frozen plan once more.
func (h *Runs) Again(c echo.Context) error {
	ctx := c.Request().Context()
	run, err := h.Runs.Get(ctx, runID(c))
	if err != nil {
		return fmt.Errorf("run again: %w", err)
	}
	next, err := h.Starter.Start(ctx, RunRequest{Plan: run.Plan, Document: run.Env.Document, Key: runKey(c)})
	if err != nil {
		return err
	}
	return hx.Redirect(c, paths.Run(next.ID))
}

// Duplicate makes a new plan of the run's frozen one.
func (h *Runs) Duplicate(c echo.Context) error {
	ctx := c.Request().Context()
	run, err := h.Runs.Get(ctx, runID(c))
	if err != nil {
		return fmt.Errorf("duplicate run: %w", err)
	}
	plan := run.Plan
	plan.ID, plan.ProjectID, plan.Version = domain.NewID[domain.PlanID](), run.ProjectID, 0
	plan.CreatedAt, plan.UpdatedAt = time.Time{}, time.Time{}
	plan.Name = i18n.T(ctx, "runs.copy_name", "Name", run.Name)
	if err := h.Plans.Save(ctx, &plan); err != nil {
		return fmt.Errorf("save a copy of run %s's plan: %w", run.ID, err)
	}
	return hx.Redirect(c, paths.Plan(plan.ID))
}

// Delete forgets a finished run; it asks first.
func (h *Runs) Delete(c echo.Context) error {
	ctx := c.Request().Context()
	run, err := h.Runs.Get(ctx, runID(c))
	if err != nil {
		return fmt.Errorf("delete run: %w", err)
	}
	if !confirmed(c) {
		place, err := h.place(ctx, run)
		if err != nil {
			return err
		}
		place.Title, place.Charts, place.Live = i18n.T(ctx, "runs.delete"), false, false
		return h.Frame.ask(c, place, i18n.T(ctx, "runs.delete_question", "Number", run.Number), paths.Run(run.ID))
	}
	if err := h.Manager.Delete(ctx, run.ID); err != nil {
		return err
	}
	return hx.Redirect(c, paths.Runs(run.ProjectID))
}
