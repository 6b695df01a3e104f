package plogout

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"go.k6.io/k6/lib/netext/httpext"
	k6metrics "go.k6.io/k6/metrics"

	"plog.dev/plog/domain/metrics"
)

// aggregator adds samples up by series and second, as they come.
type aggregator struct {
	now func(local time.Time) time.Time // PLOG's clock for one of ours

	mu      sync.Mutex
	dir     *directory
	phases  []func(*httpext.Trail) time.Duration
	pool    pool
	open    []*bucket // seconds not taken yet, few
	current *bucket   // the one used last
	taken   int64     // the last second that was complete
	started bool      // something other than idle VUs was seen
	vus     *gaugeState
	dropped float64 // iterations
	folded  uint64  // samples of series beyond the bound
}

// gaugeState repeats the VUs in each second: k6's own ticks drift, and would
// leave a second without any now and then.
type gaugeState struct {
	slot  slot
	value float64
}

func newAggregator(trends []string, now func(time.Time) time.Time, mask *strings.Replacer) *aggregator {
	a := &aggregator{now: now, dir: newDirectory(trends, mask)}
	for _, name := range trends {
		a.phases = append(a.phases, phaseOf(name))
	}
	return a
}

// Add takes samples in. It costs a few hundred nanoseconds per request and
// never waits for the network.
func (a *aggregator) Add(containers []k6metrics.SampleContainer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range containers {
		switch c := c.(type) {
		case *httpext.Trail:
			a.addTrail(c)
		case k6metrics.Sample:
			a.addSample(&c)
		default:
			samples := c.GetSamples()
			for i := range samples {
				a.addSample(&samples[i])
			}
		}
	}
}

func (a *aggregator) addTrail(t *httpext.Trail) {
	to := a.dir.request(t.Tags)
	if to.left {
		return
	}
	a.started = true
	if to.folded {
		a.folded++
	}
	end := a.now(t.EndTime)
	b := a.bucket(end.Unix())
	a.tally(b, to.slot).addTrail(t)
	b.ran(end, t.Duration+t.Blocked+t.ConnDuration)
	for i, n := range to.trends {
		tt := a.tally(b, n)
		tt.hist.RecordMS(ms(a.phases[i](t)))
	}
}

func (a *aggregator) addSample(s *k6metrics.Sample) {
	if math.IsNaN(s.Value) || math.IsInf(s.Value, 0) {
		return
	}
	to := a.dir.sample(s.TimeSeries)
	if to.left || a.idle(s) {
		return
	}
	if to.folded {
		a.folded++
	}
	t := a.tally(a.bucket(a.now(s.Time).Unix()), to.slot)
	switch s.Metric.Type {
	case k6metrics.Trend:
		t.hist.RecordMS(s.Value)
	case k6metrics.Rate:
		t.count++
		if s.Value == 0 {
			t.failed++
		}
	default:
		t.add(s.Value)
	}
	switch s.Metric.Name {
	case k6metrics.VUsName:
		a.vus = &gaugeState{to.slot, s.Value}
	case k6metrics.DroppedIterationsName:
		a.dropped += s.Value
	}
}

// idle reports whether the sample only says that the load has not begun: k6
// counts VUs while it still prepares them.
func (a *aggregator) idle(s *k6metrics.Sample) bool {
	if a.started {
		return false
	}
	switch s.Metric.Name {
	case k6metrics.VUsMaxName:
		return true
	case k6metrics.VUsName:
		a.started = s.Value > 0
		return !a.started
	}
	a.started = true
	return false
}

func (a *aggregator) bucket(second int64) *bucket {
	if a.current != nil && a.current.second == second {
		return a.current
	}
	for _, b := range a.open {
		if b.second == second {
			a.current = b
			return b
		}
	}
	b := &bucket{second: second}
	a.open = append(a.open, b)
	a.current = b
	return b
}

// everything is an end that no second reaches.
const everything = math.MaxInt64

// Take returns the rollups of all seconds before end and forgets them. What
// comes for them later is a further part.
func (a *aggregator) Take(end int64) []metrics.Rollup {
	a.mu.Lock()
	a.repeatVUs(end)
	var done []*bucket
	a.open = slices.DeleteFunc(a.open, func(b *bucket) bool {
		if b.second >= end {
			return false
		}
		done = append(done, b)
		return true
	})
	a.current = nil
	known := a.dir.known[:len(a.dir.known):len(a.dir.known)]
	a.mu.Unlock()

	slices.SortFunc(done, func(x, y *bucket) int { return int(x.second - y.second) })
	var out []metrics.Rollup
	for _, b := range done {
		out = append(out, b.rollups(known)...)
	}

	a.mu.Lock()
	defer a.mu.Unlock()
	for _, b := range done {
		for _, t := range b.tallies {
			if t != nil {
				a.pool.put(t)
			}
		}
	}
	return out
}

// repeatVUs gives each second that is taken now the VUs, if k6 did not.
func (a *aggregator) repeatVUs(end int64) {
	const most = 60 // after the process was suspended, a gap is a gap
	if end == everything {
		for _, b := range a.open {
			if b.second > a.taken && b.ended != 0 {
				a.fillVUs(b)
			}
		}
		return
	}
	if a.vus != nil && a.taken > 0 {
		for second := max(a.taken+1, end-most); second < end; second++ {
			a.fillVUs(a.bucket(second))
		}
	}
	a.taken = end - 1
}

func (a *aggregator) fillVUs(b *bucket) {
	if a.vus == nil {
		return
	}
	if t := a.tally(b, a.vus.slot); t.count == 0 {
		t.add(a.vus.value)
	}
}

// lost returns how many samples were folded together, and how many iterations
// k6 has dropped, since the start.
func (a *aggregator) lost() (folded uint64, dropped float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.folded, a.dropped
}
