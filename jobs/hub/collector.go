package hub

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// silence is how long the generators may be unheard before watchers are told;
// they report every second.
const silence = 3 * time.Second

// Collector gathers one active run. All methods may be called from anywhere.
type Collector struct {
	hub       *Hub
	id        domain.RunID
	tokenHash string
	planned   time.Duration
	aborts    bool // some threshold ends the run
	gate      *gate

	order sync.Mutex // batches are counted in the order they are stored

	mu      sync.Mutex // guards all below
	run     loadtest.Run
	agg     *metrics.Aggregate
	acks    map[string]uint64
	heard   time.Time
	queue   int
	closed  bool   // takes no more batches
	stop    string // the reason that replies give to end the run
	begun   chan struct{}
	begunAt time.Time
	crossed chan struct{}
	limit   metrics.ThresholdResult // what closed crossed
	frame   *live.Frame             // the newest
	dirty   bool                    // something changed since
	feeds   map[chan *live.Frame]struct{}
	over    bool // the last frame is out
}

func newCollector(h *Hub, run loadtest.Run) (*Collector, error) {
	agg, err := metrics.NewAggregate(run.Plan.Thresholds)
	if err != nil {
		return nil, err
	}
	c := &Collector{
		hub: h, id: run.ID, tokenHash: run.TokenHash, planned: loadtest.Planned(run.Plan), run: masked(run), agg: agg,
		gate: newGate(h.cfg.Instances), acks: map[string]uint64{},
		begun: make(chan struct{}), crossed: make(chan struct{}), feeds: map[chan *live.Frame]struct{}{}, dirty: true,
	}
	for _, t := range run.Plan.Thresholds {
		c.aborts = c.aborts || t.AbortOnFail
	}
	if !run.StartedAt.IsZero() {
		c.begin(run.StartedAt)
		c.gate.open()
	}
	return c, nil
}

// Replay counts what the store already holds of the run, so that a collector
// made after a restart knows all of it. Call it before instances report.
func (c *Collector) Replay(ctx context.Context) error {
	for batch, err := range c.hub.cfg.Rollups.Batches(ctx, c.id) {
		if err != nil {
			return fmt.Errorf("replay run %s: %w", c.id, err)
		}
		c.mu.Lock()
		c.count(batch)
		c.mu.Unlock()
	}
	return nil
}

// Update shows watchers the run as it stands now: its state, times and names.
func (c *Collector) Update(run loadtest.Run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.run, c.dirty = masked(run), true
	c.publish(time.Now())
}

// SetQueue shows watchers how many runs go before this one.
func (c *Collector) SetQueue(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.queue != n {
		c.queue, c.dirty = n, true
		c.publish(time.Now())
	}
}

// Stop lets every further reply ask the instances to end, with the reason.
// The first reason stays.
func (c *Collector) Stop(reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop == "" {
		c.stop = reason
	}
}

// Begun is closed once the load has started: the gate was passed, or a request
// was measured. BegunAt then says when.
func (c *Collector) Begun() <-chan struct{} { return c.begun }

// BegunAt returns when the load started; zero before Begun is closed.
func (c *Collector) BegunAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begunAt
}

// Crossed is closed once a threshold that ends the run is crossed; Limit then
// says which.
func (c *Collector) Crossed() <-chan struct{} { return c.crossed }

// Limit returns the threshold that closed Crossed.
func (c *Collector) Limit() metrics.ThresholdResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit
}

// Close refuses further batches with metrics.ErrOver and returns all that was measured.
func (c *Collector) Close() metrics.Snapshot {
	c.order.Lock() // a batch that is being stored is still counted
	defer c.order.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return c.agg.Snapshot(time.Now())
}

// Finish shows watchers the finished run, ends their channels, and lets the
// hub forget the collector. The run's report must be stored by then.
func (c *Collector) Finish(run loadtest.Run) {
	c.mu.Lock()
	c.run, c.closed, c.dirty = masked(run), true, true
	c.publish(time.Now())
	for feed := range c.feeds {
		close(feed)
		delete(c.feeds, feed)
	}
	c.over = true
	c.mu.Unlock()
	c.hub.remove(run.ID)
}

func (c *Collector) ingest(ctx context.Context, batch metrics.Batch) (metrics.Reply, error) {
	c.order.Lock()
	defer c.order.Unlock()
	if c.isClosed() {
		return metrics.Reply{}, metrics.ErrOver
	}
	added, err := c.hub.cfg.Rollups.Append(ctx, c.id, batch)
	if err != nil {
		return metrics.Reply{}, fmt.Errorf("store batch %d of %s: %w", batch.Seq, batch.Instance, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.heard = now
	if added {
		c.count(batch)
	}
	if c.frame == nil || now.Sub(c.frame.At) >= minGap {
		c.publish(now)
	}
	return metrics.Reply{Ack: c.acks[batch.Instance], Now: now, Stop: c.stop != "", Reason: c.stop}, nil
}

func (c *Collector) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *Collector) count(batch metrics.Batch) {
	c.agg.Add(batch)
	c.acks[batch.Instance] = max(c.acks[batch.Instance], batch.Seq)
	c.dirty = true
	for _, r := range batch.Rollups {
		if strings.HasPrefix(r.Series.Group, "::setup") {
			continue
		}
		if r.Series.Metric == metrics.HTTP || r.Series.Metric == "iterations" {
			c.begin(time.Unix(r.Second, 0).UTC())
			return
		}
	}
}

func (c *Collector) begin(at time.Time) {
	select {
	case <-c.begun:
	default:
		c.begunAt = at
		close(c.begun)
	}
}

func (c *Collector) pass(ctx context.Context, instance string) metrics.Reply {
	wait, open := c.gate.pass(ctx, instance)
	c.mu.Lock()
	defer c.mu.Unlock()
	reply := metrics.Reply{Now: time.Now(), Stop: c.stop != "", Reason: c.stop}
	if open {
		c.begin(reply.Now.Add(wait))
		reply.Go, reply.StartInMS = true, float64(wait)/float64(time.Millisecond)
	}
	return reply
}

func masked(run loadtest.Run) loadtest.Run {
	run.Plan = loadtest.Masked(run.Plan)
	run.TokenHash = ""
	return run
}
