package handlers

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
)

// RunStore reads runs, and renames them.
type RunStore interface {
	RunLister
	Get(ctx context.Context, id domain.RunID) (loadtest.Run, error) // NotFound
	Rename(ctx context.Context, id domain.RunID, name string) error // NotFound
}

// ReportStore keeps what finished runs leave.
type ReportStore interface {
	Get(ctx context.Context, run domain.RunID) (report.Report, error) // NotFound
}

// LogStore keeps what runs logged.
type LogStore interface {
	// Logs returns a run's last limit lines, oldest first; all if limit is 0.
	Logs(ctx context.Context, run domain.RunID, limit int) ([]metrics.LogLine, error)
}

// RunManager ends and forgets runs.
type RunManager interface {
	Stop(ctx context.Context, id domain.RunID) error   // NotFound; Conflict when it has finished
	Delete(ctx context.Context, id domain.RunID) error // NotFound; Conflict while it is active
}

// Runs shows a project's runs, and each of them live and as a report.
type Runs struct {
	Frame    Frame
	Projects ProjectStore
	Runs     RunStore
	Reports  ReportStore
	Logs     LogStore
	Plans    PlanStore
	Versions VersionLister
	Drifts   Drifter
	Feed     live.Feed
	Manager  RunManager
	Starter  Starter
	Script   func(loadtest.Plan) ([]byte, error) // a plan as one k6 script

	shared panelCache
}

func runID(c echo.Context) domain.RunID { return domain.RunID(c.Param("run")) }

// mayChange reports whether the reader may start, stop and change things.
func mayChange(c echo.Context) bool {
	u, known := UserFrom(c.Request().Context())
	return !known || u.Role != domain.Viewer
}

// frame returns the complete state of a run, and the report of a finished one.
func (h *Runs) frame(ctx context.Context, id domain.RunID) (*live.Frame, report.Report, error) {
	run, err := h.Runs.Get(ctx, id)
	if err != nil {
		return nil, report.Report{}, fmt.Errorf("show run %s: %w", id, err)
	}
	if run.State.Active() {
		f, err := h.first(ctx, id)
		if err != nil || f.Run.State.Active() {
			return f, report.Report{}, err
		}
		run = f.Run // it finished meanwhile
	}
	rep, err := h.Reports.Get(ctx, id)
	if err != nil && domain.CodeOf(err) != domain.NotFound {
		return nil, report.Report{}, fmt.Errorf("report of run %s: %w", id, err)
	}
	run.Plan, run.TokenHash = loadtest.Masked(run.Plan), ""
	f := &live.Frame{Seq: 1, At: run.EndedAt, Run: run, Planned: loadtest.Planned(run.Plan), Snapshot: rep.Result}
	if !run.StartedAt.IsZero() && run.EndedAt.After(run.StartedAt) {
		f.Elapsed = run.EndedAt.Sub(run.StartedAt)
	}
	return f, rep, nil
}

// first returns the present state of a run.
func (h *Runs) first(ctx context.Context, id domain.RunID) (*live.Frame, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	frames, err := h.Feed.Subscribe(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("watch run %s: %w", id, err)
	}
	select {
	case f, open := <-frames:
		if open {
			return f, nil
		}
	case <-ctx.Done():
	}
	return nil, domain.Errorf(domain.Unavailable, "runs.error.no_frame", "The run cannot be watched right now. Reload the page.")
}

// place returns where the page of a run stands.
func (h *Runs) place(ctx context.Context, run loadtest.Run) (Place, error) {
	project, err := h.Projects.Get(ctx, run.ProjectID)
	if err != nil {
		return Place{}, fmt.Errorf("project of run %s: %w", run.ID, err)
	}
	title := fmt.Sprintf("#%d %s", run.Number, run.Name)
	return Place{
		Title: title, Project: &project, Tab: TabRuns, Charts: true, Live: run.State.Active(), Wide: false,
		Crumbs: []layout.Link{{Label: "#" + fmt.Sprint(run.Number), URL: paths.Run(run.ID)}},
	}, nil
}
