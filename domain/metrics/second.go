package metrics

import (
	"slices"
	"time"
)

const (
	// openSeconds is for how long a second's distribution is kept ready for late parts.
	openSeconds = 15
	// maxSeconds bounds the points of a run: eight days.
	maxSeconds = 8 * 24 * 3600
)

// The classes of status, in the order of second.classes.
const classes = 6

func className(i int) string {
	return [classes]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}[i]
}

func classOf(status string) int {
	if len(status) == 3 && status[0] >= '1' && status[0] <= '5' {
		return int(status[0] - '0')
	}
	return 0
}

type instanceVUs struct {
	instance *instance
	vus      float64
}

// second is one second of a run as it is added up.
type second struct {
	at         int64
	rev        uint64
	changed    bool // since its Point was made
	requests   uint64
	failed     uint64
	iterations float64
	dropped    float64
	classes    [classes]uint64
	vus        []instanceVUs
	latency    cell
}

// timeline is a run's seconds without holes, and the points made of them.
type timeline struct {
	seconds []*second
	open    []*second // whose distribution is not sealed
	points  []Point   // what snapshots share: only ever replaced, or appended to
	vusMax  float64
}

// second returns the one at the given time, nil when it is out of bounds.
func (t *timeline) second(at int64, rev uint64) *second {
	if len(t.seconds) == 0 {
		t.seconds = append(t.seconds, &second{at: at, changed: true, rev: rev})
	}
	first, last := t.seconds[0].at, t.seconds[len(t.seconds)-1].at
	if at-first >= maxSeconds || last-at >= maxSeconds {
		return nil
	}
	for ; last < at; last++ {
		t.seconds = append(t.seconds, &second{at: last + 1, changed: true, rev: rev})
	}
	if at < first {
		before := make([]*second, 0, first-at)
		for s := at; s < first; s++ {
			before = append(before, &second{at: s, changed: true, rev: rev})
		}
		t.seconds = append(before, t.seconds...)
		t.points = nil
		first = at
	}
	s := t.seconds[at-first]
	s.changed, s.rev = true, rev
	return s
}

func (t *timeline) addHTTP(s *second, r *Rollup, class int) {
	s.requests += r.Count
	s.failed += r.Failed
	s.classes[class] += r.Count
	if s.latency.open == nil && len(r.Hist) > 0 {
		t.open = append(t.open, s)
	}
	s.latency.add(r.Hist)
}

func (s *second) setVUs(i *instance, vus float64) {
	for j := range s.vus {
		if s.vus[j].instance == i {
			s.vus[j].vus = vus
			return
		}
	}
	s.vus = append(s.vus, instanceVUs{i, vus})
}

// seal puts away what is not expected to change.
func (t *timeline) seal() {
	if len(t.seconds) == 0 {
		return
	}
	newest := t.seconds[len(t.seconds)-1].at
	t.open = slices.DeleteFunc(t.open, func(s *second) bool {
		if s.at > newest-openSeconds {
			return false
		}
		s.latency.seal()
		return true
	})
}

// snapshot returns the points, which nobody will change.
func (t *timeline) snapshot() []Point {
	known := len(t.points)
	own := false
	for i, s := range t.seconds {
		switch {
		case i >= known:
			t.points = append(t.points, t.point(s))
		case s.changed:
			if !own {
				t.points, own = append(make([]Point, 0, len(t.seconds)+len(t.seconds)/4+60), t.points...), true
			}
			t.points[i] = t.point(s)
		}
	}
	return slices.Clip(t.points)
}

func (t *timeline) point(s *second) Point {
	s.changed = false
	p := Point{
		Second: s.at, Rev: s.rev, Requests: s.requests, Failed: s.failed,
		Iterations: uint64(s.iterations), Dropped: uint64(s.dropped),
	}
	if s.requests > 0 {
		p.Statuses = make(map[string]uint64, 2)
		for i, n := range s.classes {
			if n > 0 {
				p.Statuses[className(i)] = n
			}
		}
		if h := s.latency.histogram(); h.Count() > 0 {
			q := h.Quantiles(0.5, 0.95, 0.99)
			p.P50, p.P95, p.P99 = &q[0], &q[1], &q[2]
		}
	}
	if len(s.vus) > 0 {
		var sum float64
		for _, v := range s.vus {
			sum += v.vus
		}
		p.VUs = &sum
		t.vusMax = max(t.vusMax, sum)
	}
	return p
}

func (t *timeline) first() time.Time {
	if len(t.seconds) == 0 {
		return time.Time{}
	}
	return time.Unix(t.seconds[0].at, 0).UTC()
}

func (t *timeline) last() time.Time {
	if len(t.seconds) == 0 {
		return time.Time{}
	}
	return time.Unix(t.seconds[len(t.seconds)-1].at, 0).UTC()
}
