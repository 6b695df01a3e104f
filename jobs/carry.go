package jobs

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/jobs/hub"
)

type collector interface{ Finish(run loadtest.Run) }

// activeRun is a run that a goroutine of the Manager carries out.
type activeRun struct {
	m         *Manager
	collector *hub.Collector
	ctx       context.Context // ends when the run is to be stopped; the cause says why
	cancel    context.CancelCauseFunc

	mu   sync.Mutex
	run  loadtest.Run
	over bool // the load has ended by itself or because it was stopped
}

func newActive(ctx context.Context, m *Manager, run loadtest.Run, c *hub.Collector) *activeRun {
	a := &activeRun{m: m, collector: c, run: run}
	a.ctx, a.cancel = context.WithCancelCause(ctx)
	return a
}

func (m *Manager) activate(ctx context.Context, run loadtest.Run, c *hub.Collector) *activeRun {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := newActive(ctx, m, run, c)
	m.active[run.ID] = a
	return a
}

// move changes the run's state in the store, then for the watchers. A run only
// goes forward: moving to where it is, or back, changes nothing.
func (a *activeRun) move(ctx context.Context, to loadtest.State) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if rank(to) <= rank(a.run.State) {
		return nil
	}
	if err := a.m.cfg.Runs.Transition(ctx, a.run.ID, a.run.State, to); err != nil {
		return fmt.Errorf("move run %s to %s: %w", a.run.ID, to, err)
	}
	a.run.State = to
	a.collector.Update(a.run)
	return nil
}

func rank(s loadtest.State) int {
	for i, state := range []loadtest.State{loadtest.Queued, loadtest.Starting, loadtest.Running, loadtest.Stopping} {
		if s == state {
			return i
		}
	}
	return 4
}

// stop asks the run to end because of cause; Conflict when it has ended.
func (a *activeRun) stop(ctx context.Context, cause *domain.Error) error {
	a.mu.Lock()
	over := a.over
	if !over {
		a.cancel(cause)
	}
	a.mu.Unlock()
	if over {
		return finishedAlready(a.snapshot())
	}
	a.collector.Stop(cause.Message.String())
	ctx = context.WithoutCancel(ctx) // it may be the run's own, which has just ended
	if err := a.m.cfg.Runs.SetReason(ctx, a.snapshot().ID, cause.Message); err != nil {
		a.m.cfg.Log.WarnContext(ctx, "store why a run is stopped", "run", a.snapshot().ID, "error", err)
	}
	return a.move(ctx, loadtest.Stopping)
}

// end notes that nothing is left to be stopped, and returns why it was stopped.
func (a *activeRun) end() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return context.Cause(a.ctx)
}

func (a *activeRun) snapshot() loadtest.Run {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.run
}

// carry lets do run the load, watches it, and finishes the run whatever happened.
func (m *Manager) carry(a *activeRun, do func() (loadtest.Outcome, error)) {
	id := a.snapshot().ID
	log := m.cfg.Log.With("run", id)
	defer m.release(id)
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() { a.watch(done) })
	outcome, err := safely(do)
	close(done)
	watch.Wait()
	cause := a.end()
	ctx := context.WithoutCancel(a.ctx)
	if moveErr := a.move(ctx, loadtest.Stopping); moveErr != nil {
		log.ErrorContext(ctx, "stop", "error", moveErr)
	}
	if err != nil {
		log.WarnContext(ctx, "the run could not be carried out", "error", err)
	}
	snapshot := a.collector.Close()
	verdict, reason := judge(ending{cause: cause, outcome: outcome, err: err, snapshot: snapshot, limit: a.collector.Limit()})
	a.cancel(nil)
	if err := m.finishSurely(ctx, a, snapshot, verdict, reason); err != nil {
		log.ErrorContext(ctx, "the run's end could not be stored; the next start tries again", "error", err)
		return
	}
	log.InfoContext(ctx, "run finished", "verdict", verdict, "reason", reason.String(), "requests", snapshot.Overall.Requests)
}

// finishSurely tries until the end is stored: until then the run is not over
// for anyone. It gives up when the run was deleted, or PLOG has to go.
func (m *Manager) finishSurely(ctx context.Context, a *activeRun, s metrics.Snapshot, v loadtest.Verdict, reason domain.Message) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var waiting sync.WaitGroup
	waiting.Go(func() {
		select {
		case <-ctx.Done():
			return
		case <-m.down:
		}
		select {
		case <-ctx.Done():
		case <-time.After(storeGrace):
			cancel()
		}
	})
	defer waiting.Wait()
	defer cancel()
	pauses := backoff.NewExponentialBackOff()
	pauses.MaxInterval = storeTimeout
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := m.finish(ctx, a.snapshot(), a.collector, s, v, reason)
		if domain.CodeOf(err) == domain.Conflict || domain.CodeOf(err) == domain.NotFound {
			a.collector.Finish(a.snapshot()) // somebody else ended or deleted it: watchers need not wait
			err = backoff.Permanent(err)
		}
		if err != nil {
			m.cfg.Log.WarnContext(ctx, "store the end of a run", "run", a.snapshot().ID, "error", err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pauses), backoff.WithMaxElapsedTime(0))
	return err
}

// launch starts the run from its beginning.
func (a *activeRun) launch() (loadtest.Outcome, error) {
	run := a.snapshot()
	env := a.m.cfg.Environment(a.ctx)
	env.Document = run.Env.Document
	a.update(func(r *loadtest.Run) { r.Env = env })
	if err := a.m.cfg.Runs.SetEnv(a.ctx, run.ID, env); err != nil {
		return loadtest.Outcome{}, fmt.Errorf("store the environment: %w", err)
	}
	launch := loadtest.Launch{
		Run: run.ID, Plan: run.Plan, IngestURL: a.m.cfg.IngestURL(), Token: a.m.token(run.ID),
		Blocked: run.Plan.BlockedBy(func(address string) []netip.Prefix { return a.m.cfg.Blocked(a.ctx, address) }),
	}
	return a.m.cfg.Runner.Run(a.ctx, launch, func(p loadtest.Process) error {
		a.update(func(r *loadtest.Run) { r.Process = &p })
		// Without the process on record a restart could not find it again.
		return a.m.cfg.Runs.SetProcess(context.WithoutCancel(a.ctx), run.ID, p)
	})
}

// adopt goes on with the run where an earlier process of PLOG left it.
func (a *activeRun) adopt() (loadtest.Outcome, error) {
	run := a.snapshot()
	if err := a.collector.Replay(a.ctx); err != nil {
		return loadtest.Outcome{}, err
	}
	if cause := causeOf(run.Reason); run.State == loadtest.Stopping && cause != nil {
		a.cancel(cause)
		a.collector.Stop(cause.Message.String())
	}
	if run.Process == nil {
		return loadtest.Outcome{}, errNeverStarted
	}
	outcome, err := a.m.cfg.Runner.Adopt(a.ctx, run)
	if domain.CodeOf(err) == domain.NotFound {
		return outcome, fmt.Errorf("%w: %w", errGone, err)
	}
	return outcome, err
}

// causeOf returns why a run was being stopped, of what stop left in the store;
// nil if nobody stopped it.
func causeOf(reason domain.Message) *domain.Error {
	for _, cause := range []*domain.Error{loadtest.ErrStoppedByUser, loadtest.ErrShutdown, loadtest.ErrThreshold} {
		if reason.Key == cause.Message.Key {
			return cause
		}
	}
	return nil
}

func (a *activeRun) update(change func(*loadtest.Run)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(&a.run)
	a.collector.Update(a.run)
}

// watch follows the load while it is being carried out: it notes when it
// begins, and stops it when a threshold says so.
func (a *activeRun) watch(done <-chan struct{}) {
	begun, crossed := a.collector.Begun(), a.collector.Crossed()
	for {
		select {
		case <-done:
			// The load may have been so short that its end came first.
			select {
			case <-begun:
				a.begin()
			default:
			}
			return
		case <-begun:
			begun = nil
			a.begin()
		case <-crossed:
			crossed = nil
			if err := a.stop(a.ctx, loadtest.ErrThreshold); err != nil {
				a.m.cfg.Log.Error("stop at a threshold", "run", a.snapshot().ID, "error", err)
			}
		}
	}
}

func (a *activeRun) begin() {
	ctx := context.WithoutCancel(a.ctx)
	run := a.snapshot()
	if run.StartedAt.IsZero() {
		at := a.collector.BegunAt().UTC().Truncate(time.Microsecond)
		a.update(func(r *loadtest.Run) { r.StartedAt = at })
		if err := a.m.cfg.Runs.SetStarted(ctx, run.ID, at); err != nil {
			a.m.cfg.Log.ErrorContext(ctx, "store the start", "run", run.ID, "error", err)
		}
	}
	if err := a.move(ctx, loadtest.Running); err != nil {
		a.m.cfg.Log.ErrorContext(ctx, "note that the load runs", "run", run.ID, "error", err)
	}
}

// safely turns a panic of one run into its error, so that PLOG and the other
// runs go on.
func safely(do func() (loadtest.Outcome, error)) (out loadtest.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.Join(errPanic, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return do()
}
