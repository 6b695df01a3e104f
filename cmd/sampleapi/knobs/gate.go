package knobs

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// ErrFull is returned by Gate.Enter when as many requests wait as are allowed to.
var ErrFull = errors.New("the queue is full")

// Gate lets a fixed number of requests work at once; the others wait in the order in which they came.
// A nil *Gate lets everyone in.
type Gate struct {
	slots   chan struct{}
	waiting atomic.Int64
	limit   int64
}

// newGate returns a gate for the given number of requests; limit < 0 is a queue without end.
func newGate(concurrency, limit int) *Gate {
	return &Gate{slots: make(chan struct{}, concurrency), limit: int64(limit)}
}

// Enter waits for a slot; the caller gives it back with Leave. It returns ErrFull when the queue is full,
// or the cause of ctx when that ends first; then there is nothing to give back.
func (g *Gate) Enter(ctx context.Context) error {
	if g == nil {
		return nil
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	waiting := g.waiting.Add(1)
	defer g.waiting.Add(-1)
	if g.limit >= 0 && waiting > g.limit {
		return ErrFull
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a slot: %w", context.Cause(ctx))
	}
}

// Leave gives the slot of a successful Enter back.
func (g *Gate) Leave() {
	if g != nil {
		<-g.slots
	}
}

// Waiting returns how many requests wait at this moment.
func (g *Gate) Waiting() int64 {
	if g == nil {
		return 0
	}
	return g.waiting.Load()
}
