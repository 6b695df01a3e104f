package jobs

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

const (
	// storeTimeout bounds one attempt to write a result.
	storeTimeout = 30 * time.Second
	// storeGrace is how long a result is tried to be written after PLOG was told
	// to shut down; the next start makes it of what is stored.
	storeGrace = 10 * time.Second
	// queueRetry is when the queue is looked at again after the store failed.
	queueRetry = 3 * time.Second
)

// Run adopts what an earlier process left, and then carries out what is
// queued, oldest first, until ctx ends. Then it ends all runs gracefully and
// returns when each has its report. It returns an error only when the store
// cannot be read at the start.
func (m *Manager) Run(ctx context.Context) error {
	// Runs outlive ctx: they end by their own contexts, with a reason.
	var runs errgroup.Group
	base := context.WithoutCancel(ctx)
	if err := m.adopt(base, &runs); err != nil {
		return fmt.Errorf("look for unfinished runs: %w", err)
	}
	m.sweep(base)
	var again <-chan time.Time
	for {
		if !m.fill(base, &runs) {
			again = time.After(queueRetry)
		}
		select {
		case <-m.wake:
		case <-again:
		case <-ctx.Done():
			m.shutdown(base)
			return runs.Wait()
		}
	}
}

// sweep removes what is left of runs that were deleted with their project.
func (m *Manager) sweep(ctx context.Context) {
	left, err := m.cfg.Runner.Left()
	if err != nil {
		m.cfg.Log.WarnContext(ctx, "look for files of deleted runs", "error", err)
	}
	for _, id := range left {
		if _, err := m.cfg.Runs.Get(ctx, id); domain.CodeOf(err) != domain.NotFound {
			continue
		}
		if err := m.cfg.Runner.Remove(id); err != nil {
			m.cfg.Log.WarnContext(ctx, "remove the files of a deleted run", "run", id, "error", err)
		}
	}
}

// adopt takes over every run that an earlier process of PLOG left unfinished.
func (m *Manager) adopt(ctx context.Context, runs *errgroup.Group) error {
	left, err := m.cfg.Runs.Active(ctx)
	if err != nil {
		return err
	}
	for _, run := range left {
		c, err := m.cfg.Hub.Open(run)
		if err != nil {
			m.cfg.Log.ErrorContext(ctx, "open a run that was left", "run", run.ID, "error", err)
			continue
		}
		if run.State == loadtest.Queued {
			continue
		}
		a := m.activate(ctx, run, c)
		runs.Go(func() error { m.carry(a, a.adopt); return nil })
	}
	return nil
}

// fill starts queued runs while there are slots, and tells the others their
// place; false when the store failed and it is worth trying again.
func (m *Manager) fill(ctx context.Context, runs *errgroup.Group) (ok bool) {
	queued, err := m.cfg.Runs.Active(ctx)
	if err != nil {
		m.cfg.Log.ErrorContext(ctx, "read the queue", "error", err)
		return false
	}
	ok = true
	place := 0
	for _, run := range queued {
		if run.State != loadtest.Queued {
			continue
		}
		a, err := m.take(ctx, run.ID)
		switch {
		case err != nil:
			m.cfg.Log.ErrorContext(ctx, "start a queued run", "run", run.ID, "error", err)
			ok = false
		case a != nil:
			runs.Go(func() error { m.carry(a, a.launch); return nil })
		default:
			if c, err := m.cfg.Hub.Open(run); err == nil {
				c.SetQueue(place)
			}
			place++
		}
	}
	return ok
}

// take makes a queued run an active one; nil when there is no slot for it, or
// it was stopped meanwhile.
func (m *Manager) take(ctx context.Context, id domain.RunID) (*activeRun, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isDown() || len(m.active) >= m.cfg.Slots {
		return nil, nil
	}
	run, err := m.cfg.Runs.Get(ctx, id)
	if err != nil || run.State != loadtest.Queued {
		return nil, err
	}
	c, err := m.cfg.Hub.Open(run)
	if err != nil {
		return nil, err
	}
	a := newActive(ctx, m, run, c)
	if err := a.move(ctx, loadtest.Starting); err != nil {
		return nil, err
	}
	m.active[id] = a
	return a, nil
}

func (m *Manager) shutdown(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.down)
	for _, a := range m.active {
		if err := a.stop(ctx, loadtest.ErrShutdown); err != nil && domain.CodeOf(err) != domain.Conflict {
			m.cfg.Log.ErrorContext(ctx, "stop a run", "run", a.run.ID, "error", err)
		}
	}
}

func (m *Manager) release(id domain.RunID) {
	m.mu.Lock()
	delete(m.active, id)
	m.mu.Unlock()
	m.nudge()
}

// finish stores a run's end and report, and then shows it to the watchers.
func (m *Manager) finish(ctx context.Context, run loadtest.Run, c collector, s metrics.Snapshot,
	verdict loadtest.Verdict, reason domain.Message,
) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	run.State, run.Verdict, run.Reason, run.EndedAt = loadtest.Finished, verdict, reason, time.Now().UTC().Truncate(time.Microsecond)
	logs, err := m.cfg.Logs.Logs(ctx, run.ID, maxLogLines)
	if err != nil {
		m.cfg.Log.WarnContext(ctx, "read the run's log", "run", run.ID, "error", err)
	}
	if err := m.cfg.Runs.Finish(ctx, run, makeReport(run, s, logs)); err != nil {
		return fmt.Errorf("store the end of run %s: %w", run.ID, err)
	}
	c.Finish(run)
	return nil
}
