package plogout

import (
	"sync/atomic"
	"time"
)

// clock knows how far PLOG's clock is from ours.
type clock struct{ offset atomic.Int64 } // nanoseconds to add to ours

// At returns PLOG's time at a moment of ours.
func (c *clock) At(local time.Time) time.Time {
	return local.Add(time.Duration(c.offset.Load()))
}

// Learn takes in that PLOG's clock showed theirs at some moment between sent
// and received. Whatever offset that allows is kept, so that quick replies
// correct the clock and slow ones do not spoil it; else the middle is taken.
func (c *clock) Learn(sent, received, theirs time.Time) {
	if theirs.IsZero() {
		return
	}
	half := received.Sub(sent) / 2
	middle := theirs.Sub(sent.Add(half))
	known := time.Duration(c.offset.Load())
	if known < middle-half || known > middle+half {
		c.offset.Store(int64(middle))
	}
}
