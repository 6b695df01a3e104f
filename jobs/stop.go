package jobs

import (
	"context"
	"fmt"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// Stop ends a run: one that waits is finished at once, one that runs is ended
// gracefully and keeps what it measured. It does not wait for the end.
// NotFound if there is no such run, Conflict if it has finished.
func (m *Manager) Stop(ctx context.Context, id domain.RunID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a := m.active[id]; a != nil {
		return a.stop(ctx, loadtest.ErrStoppedByUser)
	}
	run, err := m.cfg.Runs.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("stop run: %w", err)
	}
	if run.State != loadtest.Queued {
		return finishedAlready(run)
	}
	// The lock is held, so the queue cannot start it meanwhile.
	c, err := m.cfg.Hub.Open(run)
	if err != nil {
		return err
	}
	defer m.nudge()
	return m.finish(ctx, run, c, metrics.Snapshot{}, loadtest.Aborted, loadtest.ErrStoppedByUser.Message)
}

func finishedAlready(run loadtest.Run) error {
	return domain.Errorf(domain.Conflict, "run.finished_already",
		"Run {{.Number}} has finished already; there is nothing to stop.", "Number", run.Number)
}

// Delete forgets a finished run: its figures, report, log and files. NotFound
// if there is no such run, Conflict while it is active.
func (m *Manager) Delete(ctx context.Context, id domain.RunID) error {
	run, err := m.cfg.Runs.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("delete run: %w", err)
	}
	if run.State.Active() {
		return domain.Errorf(domain.Conflict, "run.delete_active",
			"Run {{.Number}} has not finished. Stop it first, then delete it.", "Number", run.Number)
	}
	if err := m.cfg.Runs.Delete(ctx, id); err != nil {
		return fmt.Errorf("delete run: %w", err)
	}
	if err := m.cfg.Runner.Remove(id); err != nil {
		return fmt.Errorf("delete the run's files: %w", err)
	}
	return nil
}
