// Package truth counts and times what a server really did, exactly, so that others can be checked against it.
package truth

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultLimit is how many samples a Recorder usually keeps.
const DefaultLimit = 5_000_000

const (
	chunkSize    = 4096
	settleStep   = 200 * time.Microsecond
	settleAtMost = time.Second
)

// Sample is one finished request.
type Sample struct {
	// Status is the HTTP status that was answered; 499 when the client left before.
	Status int
	// Duration is from the request's arrival in the handler until its answer was written.
	Duration time.Duration
	// Queued is the part of Duration that the request waited for a slot.
	Queued time.Duration
	// Injected is the latency that was asked for; the real one is inside Duration and never shorter.
	Injected time.Duration
}

// Recorder keeps the truth of a fixed list of operations. It is safe for concurrent use.
type Recorder struct {
	operations []*Operation
	limit      int64
	kept       atomic.Int64
	unmatched  atomic.Int64
	answering  atomic.Int64
	answered   atomic.Int64
	since      atomic.Int64
}

// Operation is the truth of one operation.
type Operation struct {
	name     string
	recorder *Recorder
	arrived  atomic.Int64
	finished atomic.Int64

	mu       sync.Mutex
	statuses map[int]int64
	totals   [measures]totals
	chunks   [][]times
	dropped  int64
}

// times are a sample's durations in nanoseconds, indexed by measure.
type times [measures]int64

type measure int

const (
	duration measure = iota
	queued
	injected
	measures
)

type totals struct{ count, min, max, sum int64 }

// NewRecorder returns a Recorder for the named operations that keeps at most limit samples in all;
// counts, least, greatest and sum stay exact beyond it.
func NewRecorder(names []string, limit int) *Recorder {
	r := &Recorder{limit: int64(limit)}
	for _, name := range names {
		r.operations = append(r.operations, &Operation{name: name, recorder: r, statuses: map[int]int64{}})
	}
	r.since.Store(time.Now().UnixNano())
	return r
}

// Operation returns the named operation, or nil if the Recorder was not made for it.
func (r *Recorder) Operation(name string) *Operation {
	at := slices.IndexFunc(r.operations, func(o *Operation) bool { return o.name == name })
	if at < 0 {
		return nil
	}
	return r.operations[at]
}

// Unmatched counts a request that belongs to no operation.
func (r *Recorder) Unmatched() { r.unmatched.Add(1) }

// Reset forgets everything. A request that is under way counts when it ends.
func (r *Recorder) Reset() {
	for _, o := range r.operations {
		o.mu.Lock()
		for _, chunk := range o.chunks {
			r.kept.Add(-int64(len(chunk)))
		}
		o.statuses, o.chunks, o.totals, o.dropped = map[int]int64{}, nil, [measures]totals{}, 0
		o.mu.Unlock()
	}
	r.unmatched.Store(0)
	r.since.Store(time.Now().UnixNano())
}

// Settle waits, a second at most, for the requests whose answer is being written: a client that has read
// all of its answers and then asks finds every one of them counted.
func (r *Recorder) Settle(ctx context.Context) {
	begun := r.answering.Load()
	ctx, cancel := context.WithTimeout(ctx, settleAtMost)
	defer cancel()
	tick := time.NewTicker(settleStep)
	defer tick.Stop()
	for r.answered.Load() < begun {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Arrive counts a request as under way; Finish ends it.
func (o *Operation) Arrive() { o.arrived.Add(1) }

// Answer says that the request's answer is about to be written; Answered follows Finish.
func (o *Operation) Answer() { o.recorder.answering.Add(1) }

// Answered follows the Finish of a request that called Answer.
func (o *Operation) Answered() { o.recorder.answered.Add(1) }

// Finish records a request that Arrive announced.
func (o *Operation) Finish(s Sample) {
	defer o.finished.Add(1)
	t := times{duration: int64(s.Duration), queued: int64(s.Queued), injected: int64(s.Injected)}
	keep := o.recorder.kept.Add(1) <= o.recorder.limit
	if !keep {
		o.recorder.kept.Add(-1)
	}

	o.mu.Lock()
	defer o.mu.Unlock()
	o.statuses[s.Status]++
	for m := range measures {
		o.totals[m].add(t[m])
	}
	if !keep {
		o.dropped++
		return
	}
	// Fixed chunks: growing one long slice would copy megabytes inside somebody's request.
	last := len(o.chunks) - 1
	if last < 0 || len(o.chunks[last]) == chunkSize {
		o.chunks = append(o.chunks, make([]times, 0, chunkSize))
		last++
	}
	o.chunks[last] = append(o.chunks[last], t)
}

func (t *totals) add(value int64) {
	if t.count == 0 || value < t.min {
		t.min = value
	}
	t.max = max(t.max, value)
	t.sum += value
	t.count++
}

func (t *totals) merge(other totals) {
	if other.count == 0 {
		return
	}
	if t.count == 0 || other.min < t.min {
		t.min = other.min
	}
	t.max = max(t.max, other.max)
	t.sum += other.sum
	t.count += other.count
}
