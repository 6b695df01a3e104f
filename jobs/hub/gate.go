package hub

import (
	"context"
	"sync"
	"time"
)

// lead is how long after the last instance came all of them start, so that a
// reply on its way does not make one start late.
const lead = 500 * time.Millisecond

// gate holds instances until all that are expected are there.
type gate struct {
	expected int

	mu    sync.Mutex
	seen  map[string]bool
	ready chan struct{} // closed once all came
	start time.Time     // when they go together
}

func newGate(expected int) *gate {
	return &gate{expected: expected, seen: map[string]bool{}, ready: make(chan struct{})}
}

// open lets everyone through: the load was started before.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.release(time.Now())
}

func (g *gate) release(start time.Time) {
	select {
	case <-g.ready:
	default:
		g.start = start
		close(g.ready)
	}
}

// pass waits for all instances and returns how long this one still has to wait
// for the start; false when ctx ended first.
func (g *gate) pass(ctx context.Context, instance string) (time.Duration, bool) {
	g.arrive(instance)
	select {
	case <-g.ready:
		return max(time.Until(g.start), 0), true
	case <-ctx.Done():
		return 0, false
	}
}

func (g *gate) arrive(instance string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.seen[instance] = true
	if len(g.seen) < g.expected {
		return
	}
	start := time.Now()
	if g.expected > 1 {
		start = start.Add(lead)
	}
	g.release(start)
}
