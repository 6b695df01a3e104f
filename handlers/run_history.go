package handlers

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/run"
)

// runsPerPage is how many runs the history shows at once.
const runsPerPage = 25

// historyBatch is how many runs are read at once while those that match a
// filter are looked for.
const historyBatch = 100

// History lists a project's runs, newest first.
func (h *Runs) History(c echo.Context) error {
	ctx := c.Request().Context()
	project, err := h.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return fmt.Errorf("runs of project: %w", err)
	}
	m := run.HistoryModel{Project: project, Filter: run.ParseFilter(c.QueryParam("show")), MayChange: mayChange(c)}
	before, _ := strconv.Atoi(c.QueryParam("before"))
	m.First = before <= 0
	runs, more, err := h.matching(c, project.ID, m.Filter, max(before, 0))
	if err != nil {
		return err
	}
	for _, r := range runs {
		row := run.HistoryRow{Run: r}
		rep, err := h.Reports.Get(ctx, r.ID)
		if err != nil && domain.CodeOf(err) != domain.NotFound {
			return fmt.Errorf("report of run %s: %w", r.ID, err)
		}
		row.Summary = rep.Result.Overall
		m.Rows = append(m.Rows, row)
	}
	if more {
		m.Before = runs[len(runs)-1].Number
	}
	place := Place{
		Title: i18n.T(ctx, "runs.title"), Project: &project, Tab: TabRuns,
		Crumbs: []layout.Link{{Label: i18n.T(ctx, "runs.title"), URL: paths.Runs(project.ID)}},
	}
	if m.Frame, err = h.Frame.Model(c, place); err != nil {
		return err
	}
	return hx.Render(c, http.StatusOK, run.History(m))
}

// matching returns a page of the runs that match the filter, and whether there
// are older ones.
func (h *Runs) matching(c echo.Context, project domain.ProjectID, f run.Filter, before int) (found []loadtest.Run, more bool, err error) {
	for {
		batch, err := h.Runs.List(c.Request().Context(), loadtest.RunFilter{
			ProjectID: project, States: f.States(), BeforeNumber: before, Limit: historyBatch,
		})
		if err != nil {
			return nil, false, fmt.Errorf("list runs: %w", err)
		}
		for _, r := range batch {
			before = r.Number
			if !f.Matches(r) {
				continue
			}
			if len(found) == runsPerPage {
				return found, true, nil
			}
			found = append(found, r)
		}
		if len(batch) < historyBatch {
			return found, false, nil
		}
	}
}
