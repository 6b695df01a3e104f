// Package hub gathers what the instances of active runs report and shows it to
// watchers: one collector per run, however many instances and viewers it has.
package hub

import (
	"context"
	"fmt"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
)

const (
	minGap  = 250 * time.Millisecond // between two frames of a run
	idleGap = time.Second            // after this a frame is due even without news
)

type runReader interface {
	Get(ctx context.Context, id domain.RunID) (loadtest.Run, error) // NotFound
}

type reportReader interface {
	Get(ctx context.Context, id domain.RunID) (report.Report, error) // NotFound
}

// Config is what a Hub works with.
type Config struct {
	Runs    runReader
	Reports reportReader
	Rollups metrics.RollupStore
	// Instances is how many instances of a run the gate waits for; 0 is 1.
	Instances int
}

// Hub holds the collectors of all active runs. It implements live.Feed.
type Hub struct {
	cfg Config

	mu         sync.RWMutex
	collectors map[domain.RunID]*Collector
}

var _ live.Feed = (*Hub)(nil)

// New returns a Hub without any run.
func New(cfg Config) *Hub {
	cfg.Instances = max(cfg.Instances, 1)
	return &Hub{cfg: cfg, collectors: map[domain.RunID]*Collector{}}
}

// Run moves the clocks of live frames until ctx ends, and then returns nil.
// Frames that carry news do not wait for it longer than a quarter of a second.
func (h *Hub) Run(ctx context.Context) error {
	ticker := time.NewTicker(minGap)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			for _, c := range h.all() {
				c.tick(time.Now())
			}
		}
	}
}

// Open returns the run's collector, made when there is none yet. It fails when
// a threshold of the run's plan does not parse.
func (h *Hub) Open(run loadtest.Run) (*Collector, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.collectors[run.ID]; c != nil {
		return c, nil
	}
	c, err := newCollector(h, run)
	if err != nil {
		return nil, fmt.Errorf("collect run %s: %w", run.ID, err)
	}
	h.collectors[run.ID] = c
	return c, nil
}

// TokenHash returns the hex SHA-256 of the token that the run's instances
// report with; NotFound if there is no such run.
func (h *Hub) TokenHash(ctx context.Context, run domain.RunID) (string, error) {
	if c := h.find(run); c != nil {
		return c.tokenHash, nil
	}
	r, err := h.cfg.Runs.Get(ctx, run)
	if err != nil {
		return "", fmt.Errorf("find the run's token: %w", err)
	}
	return r.TokenHash, nil
}

// Ingest stores a batch, counts it, and shows it to the watchers. The same
// batch again changes nothing. NotFound if there is no such run, metrics.ErrOver if it
// has ended, metrics.ErrNotReady if it is not collected yet.
func (h *Hub) Ingest(ctx context.Context, run domain.RunID, batch metrics.Batch) (metrics.Reply, error) {
	c, err := h.require(ctx, run)
	if err != nil {
		return metrics.Reply{}, err
	}
	return c.ingest(ctx, batch)
}

// Gate waits until every instance of the run has come to it, and then lets
// them go together; a Reply without Go means to ask again. Errors as Ingest.
func (h *Hub) Gate(ctx context.Context, run domain.RunID, instance string) (metrics.Reply, error) {
	c, err := h.require(ctx, run)
	if err != nil {
		return metrics.Reply{}, err
	}
	return c.pass(ctx, instance), nil
}

// Subscribe implements live.Feed. A finished run yields one frame made of its report.
func (h *Hub) Subscribe(ctx context.Context, run domain.RunID) (<-chan *live.Frame, error) {
	if c := h.find(run); c != nil {
		if frames, ok := c.watch(ctx); ok {
			return frames, nil
		}
	}
	r, err := h.cfg.Runs.Get(ctx, run)
	if err != nil {
		return nil, fmt.Errorf("watch run %s: %w", run, err)
	}
	if r.State.Active() {
		return h.watchEarly(ctx, r)
	}
	return h.finished(ctx, r)
}

// watchEarly watches an active run that nobody collects yet, just after PLOG
// started. Who carries it out opens the same collector.
func (h *Hub) watchEarly(ctx context.Context, r loadtest.Run) (<-chan *live.Frame, error) {
	c, err := h.Open(r)
	if err != nil {
		return nil, err
	}
	// The run may have ended since it was read: then this collector is a new one
	// that nobody else will ever finish.
	if r, err = h.cfg.Runs.Get(ctx, r.ID); err != nil {
		return nil, fmt.Errorf("watch run: %w", err)
	}
	if !r.State.Active() {
		c.Finish(r)
		return h.finished(ctx, r)
	}
	if frames, ok := c.watch(ctx); ok {
		return frames, nil
	}
	return nil, metrics.ErrNotReady
}

func (h *Hub) finished(ctx context.Context, r loadtest.Run) (<-chan *live.Frame, error) {
	frame := &live.Frame{Seq: 1, At: time.Now(), Run: masked(r), Planned: loadtest.Planned(r.Plan)}
	rep, err := h.cfg.Reports.Get(ctx, r.ID)
	switch {
	case err == nil:
		frame.Snapshot = rep.Result
	case domain.CodeOf(err) != domain.NotFound:
		return nil, fmt.Errorf("watch run %s: %w", r.ID, err)
	}
	frame.Elapsed = elapsed(r, frame.At)
	frames := make(chan *live.Frame, 1)
	frames <- frame
	close(frames)
	return frames, nil
}

// Watchers returns how many subscriptions to active runs are open.
func (h *Hub) Watchers() int {
	n := 0
	for _, c := range h.all() {
		n += c.watchers()
	}
	return n
}

func (h *Hub) find(run domain.RunID) *Collector {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.collectors[run]
}

func (h *Hub) all() []*Collector {
	h.mu.RLock()
	defer h.mu.RUnlock()
	all := make([]*Collector, 0, len(h.collectors))
	for _, c := range h.collectors {
		all = append(all, c)
	}
	return all
}

func (h *Hub) require(ctx context.Context, run domain.RunID) (*Collector, error) {
	if c := h.find(run); c != nil {
		return c, nil
	}
	r, err := h.cfg.Runs.Get(ctx, run)
	switch {
	case err != nil:
		return nil, fmt.Errorf("report to run %s: %w", run, err)
	case r.State == loadtest.Finished:
		return nil, metrics.ErrOver
	}
	return nil, metrics.ErrNotReady
}

func (h *Hub) remove(run domain.RunID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.collectors, run)
}
