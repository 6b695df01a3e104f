package metrics

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// stale is how old the last complete second may be to count as now.
const stale = 10 * time.Second

// Snapshot returns everything known at the moment now, by PLOG's clock.
func (a *Aggregate) Snapshot(now time.Time) Snapshot {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := Snapshot{
		Rev:        a.rev,
		First:      a.timeline.first(),
		Last:       a.timeline.last(),
		Points:     a.timeline.snapshot(),
		Operations: make([]Operation, 0, len(a.ordered)),
		Errors:     a.failures.snapshot(),
		Checks:     a.checkResults(),
		Thresholds: a.thresholds(now),
		Custom:     a.customs(),
		Generator:  a.generator(),
		Statuses:   maps.Clone(a.statuses),
	}
	s.Overall = a.overall()
	s.Now = a.now(s.Points, now)
	seconds := a.seconds()
	for _, op := range a.ordered {
		s.Operations = append(s.Operations, op.snapshot(seconds))
	}
	return s
}

func (a *Aggregate) overall() Summary {
	return Summary{
		Requests: a.http.count, Failed: a.http.failed, ErrorRate: a.http.errorRate(),
		TPS:        float64(a.http.count) / a.seconds(),
		Iterations: uint64(a.totals["iterations"]), Dropped: uint64(a.totals["dropped_iterations"]),
		VUsMax:   int(a.timeline.vusMax),
		Latency:  a.http.latency(),
		DataSent: uint64(a.totals["data_sent"]), DataReceived: uint64(a.totals["data_received"]),
	}
}

func (a *Aggregate) now(points []Point, now time.Time) Now {
	at := a.complete()
	if len(points) == 0 || at < points[0].Second || now.Sub(time.Unix(at+1, 0)) > stale {
		return Now{}
	}
	i := at - points[0].Second
	if i >= int64(len(points)) {
		return Now{}
	}
	p := points[i]
	tps, iterations := float64(p.Requests), float64(p.Iterations)
	n := Now{TPS: &tps, P50: p.P50, P95: p.P95, P99: p.P99, VUs: p.VUs, Iterations: &iterations}
	if p.Requests > 0 {
		rate := float64(p.Failed) / float64(p.Requests)
		n.ErrorRate = &rate
	}
	return n
}

func (a *Aggregate) checkResults() []CheckResult {
	out := make([]CheckResult, 0, len(a.checks))
	for _, c := range a.checks {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b CheckResult) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (a *Aggregate) thresholds(now time.Time) []ThresholdResult {
	out := make([]ThresholdResult, 0, len(a.limits))
	var elapsed int64 = -1
	if first := a.timeline.first(); !first.IsZero() {
		elapsed = now.Sub(first).Milliseconds()
	}
	seconds := a.seconds()
	for _, l := range a.limits {
		out = append(out, l.evaluate(seconds, elapsed))
	}
	return out
}
