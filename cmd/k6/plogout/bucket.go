package plogout

import (
	"time"

	"go.k6.io/k6/lib/netext/httpext"

	"plog.dev/plog/domain/metrics"
)

// tally is what was seen of one series in one second.
type tally struct {
	count  uint64
	failed uint64
	sum    float64
	min    float64
	max    float64
	last   float64
	hist   *metrics.Histogram // of trends
	phases metrics.Phases     // sums, of requests
}

func (t *tally) add(v float64) {
	if t.count == 0 {
		t.min, t.max = v, v
	}
	t.count++
	t.sum += v
	t.min, t.max, t.last = min(t.min, v), max(t.max, v), v
}

// bucket is one second.
type bucket struct {
	second  int64
	tallies []*tally // by slot; nil was not seen
	// When the first of its requests began and the last ended, in Unix
	// seconds by PLOG's clock; 0 without requests.
	began, ended float64
}

// pool hands out tallies again, so that a second costs no new memory.
type pool struct{ tallies []*tally }

func (p *pool) get(k metrics.Kind) *tally {
	var t *tally
	if n := len(p.tallies); n > 0 {
		t, p.tallies = p.tallies[n-1], p.tallies[:n-1]
	} else {
		t = &tally{}
	}
	if k == metrics.Trend && t.hist == nil {
		t.hist = metrics.NewHistogram()
	}
	return t
}

func (p *pool) put(t *tally) {
	const most = 2 * maxSeries
	if len(p.tallies) >= most {
		return
	}
	h := t.hist
	if h != nil {
		h.Reset()
	}
	*t = tally{hist: h}
	p.tallies = append(p.tallies, t)
}

func (a *aggregator) tally(b *bucket, n slot) *tally {
	if int(n) >= len(b.tallies) {
		grown := make([]*tally, max(len(a.dir.known), int(n)+1))
		copy(grown, b.tallies)
		b.tallies = grown
	}
	t := b.tallies[n]
	if t == nil {
		t = a.pool.get(a.dir.known[n].kind)
		b.tallies[n] = t
	}
	return t
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (t *tally) addTrail(tr *httpext.Trail) {
	t.count++
	if tr.Failed.Valid && tr.Failed.Bool {
		t.failed++
	}
	t.hist.RecordMS(ms(tr.Duration))
	t.phases.Blocked += ms(tr.Blocked)
	t.phases.Connecting += ms(tr.Connecting)
	t.phases.TLS += ms(tr.TLSHandshaking)
	t.phases.Sending += ms(tr.Sending)
	t.phases.Waiting += ms(tr.Waiting)
	t.phases.Receiving += ms(tr.Receiving)
}

// ran widens the time that requests ran, by PLOG's clock.
func (b *bucket) ran(end time.Time, took time.Duration) {
	ended := float64(end.UnixMicro()) / 1e6
	began := ended - took.Seconds()
	if b.ended == 0 {
		b.began, b.ended = began, ended
		return
	}
	b.began, b.ended = min(b.began, began), max(b.ended, ended)
}

// rollups returns the second as PLOG takes it.
func (b *bucket) rollups(known []seriesInfo) []metrics.Rollup {
	out := make([]metrics.Rollup, 0, len(b.tallies)+1)
	for n, t := range b.tallies {
		if t != nil {
			out = append(out, t.rollup(known[n], b.second))
		}
	}
	if b.ended != 0 {
		out = append(out, metrics.Rollup{
			Series: metrics.Series{Metric: metrics.Span}, Second: b.second, Kind: metrics.Gauge,
			Count: 1, Min: b.began, Max: b.ended, Last: b.ended,
		})
	}
	return out
}

func (t *tally) rollup(i seriesInfo, second int64) metrics.Rollup {
	r := metrics.Rollup{Series: i.series, Second: second, Kind: i.kind, Time: i.time, Count: t.count, Failed: t.failed}
	switch i.kind {
	case metrics.Counter:
		r.Sum = t.sum
	case metrics.Gauge:
		r.Min, r.Max, r.Last = t.min, t.max, t.last
	case metrics.Trend:
		r.Count, r.Sum, r.Min, r.Max, r.Hist = t.hist.Count(), t.hist.Sum(), t.hist.Min(), t.hist.Max(), t.hist.Encode()
		if i.series.Metric == metrics.HTTP {
			phases := t.phases
			r.Phases = &phases
		}
	}
	return r
}
