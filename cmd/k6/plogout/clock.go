package plogout

import (
	"sync/atomic"
	"time"
)

// maxStep is the most by which a reply may correct the clock. Clocks of two
// machines drift apart by less between two replies; a larger difference is a
// step of PLOG's clock.
const maxStep = 2 * time.Second

// clock tells PLOG's time. It reads the machine's wall clock once and counts on
// from there, so that neither a step of that clock nor, after the first reply,
// one of PLOG's tears the run's seconds apart.
type clock struct {
	start  time.Time // with a monotonic reading
	offset atomic.Int64
	known  atomic.Bool // a reply has told the offset
}

func newClock() *clock { return &clock{start: time.Now()} }

// At returns PLOG's time at a moment of ours, which has a monotonic reading as
// all of time.Now's and k6's have.
func (c *clock) At(local time.Time) time.Time {
	return c.start.Add(local.Sub(c.start) + time.Duration(c.offset.Load()))
}

// Learn takes in that PLOG's clock showed theirs at some moment between sent
// and received. Whatever offset that allows is kept, so that quick replies
// correct the clock and slow ones do not spoil it; else the middle is taken,
// unless that is a step.
func (c *clock) Learn(sent, received, theirs time.Time) {
	if theirs.IsZero() {
		return
	}
	half := received.Sub(sent) / 2
	off := theirs.Sub(c.At(sent.Add(half)))
	if off.Abs() <= half {
		c.known.Store(true)
		return
	}
	if c.known.Swap(true) && off.Abs()-half > maxStep {
		return
	}
	c.offset.Add(int64(off))
}
