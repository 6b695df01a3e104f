package metrics

import (
	"fmt"
	"strings"
	"sync"

	"plog.dev/plog/domain/loadtest"
)

const (
	// maxRoutes bounds the memory of where a series goes; it is rebuilt at will.
	maxRoutes = 20000
	maxChecks = 1000
)

// Aggregate adds up everything the instances of one run report. Live frames,
// final reports and the command line all read it, so they never disagree. It
// is safe for concurrent use.
type Aggregate struct {
	mu         sync.Mutex
	rev        uint64
	limits     []limit
	selections map[string]*selection // by metric with tags

	instances  map[string]*instance
	timeline   timeline
	http       tally
	whole      span // by the seconds with requests
	exact      span // by what instances said of Span
	statuses   map[string]uint64
	operations map[operationKey]*operation
	ordered    []*operation
	failures   failures
	checks     map[string]*CheckResult
	custom     map[string]*selection
	timed      map[string]bool // custom metrics whose values are milliseconds
	totals     map[string]float64
	routes     map[Series]*route
}

// route is where the rollups of one series go.
type route struct {
	left       bool // setup and teardown are no load
	status     string
	class      int
	operation  *operation
	check      *CheckResult
	custom     *selection
	selections []*selection
}

// NewAggregate returns an empty Aggregate that evaluates thresholds. It returns
// Invalid when one of them cannot be read.
func NewAggregate(thresholds []loadtest.Threshold) (*Aggregate, error) {
	a := &Aggregate{
		selections: map[string]*selection{},
		instances:  map[string]*instance{},
		statuses:   map[string]uint64{},
		operations: map[operationKey]*operation{},
		failures:   newFailures(),
		checks:     map[string]*CheckResult{},
		custom:     map[string]*selection{},
		timed:      map[string]bool{},
		totals:     map[string]float64{},
		routes:     map[Series]*route{},
	}
	for _, t := range thresholds {
		metric := t.Metric
		if metric == "" {
			metric = HTTP
		}
		p, err := ParseThreshold(metric, t.Expression)
		if err != nil {
			return nil, fmt.Errorf("threshold %s: %w", metric, err)
		}
		a.limits = append(a.limits, limit{source: t, parsed: p, on: a.selectionFor(p)})
	}
	return a, nil
}

// selectionFor returns the figures that p is about. All HTTP requests are added
// up anyway.
func (a *Aggregate) selectionFor(p Threshold) *selection {
	key := fmt.Sprintf("%s%q", p.Source(), p.Tags)
	s, ok := a.selections[key]
	if !ok {
		s = &selection{tally: &tally{}}
		if p.Source() == HTTP && len(p.Tags) == 0 {
			s.tally = &a.http
		}
		a.selections[key] = s
	}
	return s
}

// Add adds a batch that DecodeBatch accepted. The same (instance, seq) again
// changes nothing.
func (a *Aggregate) Add(b Batch) {
	a.mu.Lock()
	defer a.mu.Unlock()
	from, ok := a.instances[b.Instance]
	if !ok {
		from = &instance{}
		a.instances[b.Instance] = from
	}
	if !from.take(b.Seq) {
		return
	}
	a.rev++
	from.hear(&b)
	for i := range b.Rollups {
		a.addRollup(&b.Rollups[i], b.Instance, from)
	}
	for _, s := range b.Samples {
		a.failures.keep(s)
	}
	a.timeline.seal()
}

func (a *Aggregate) addRollup(r *Rollup, name string, from *instance) {
	to := a.route(r)
	if to.left {
		return
	}
	from.newest = max(from.newest, r.Second)
	for _, s := range to.selections {
		s.add(r, name)
	}
	if to.custom != nil {
		to.custom.add(r, name)
		a.timed[r.Series.Metric] = r.Time
		return
	}
	s := a.timeline.second(r.Second, a.rev)
	if s == nil {
		s = &second{} // out of bounds: in the totals only
	}
	switch r.Series.Metric {
	case HTTP:
		a.addHTTP(r, to, s)
	case Span:
		a.exact.add(r.Min, r.Max)
	case "vus":
		s.setVUs(from, r.Last)
	case "iterations":
		s.iterations += r.Sum
		a.totals[r.Series.Metric] += r.Sum
	case "dropped_iterations":
		s.dropped += r.Sum
		a.totals[r.Series.Metric] += r.Sum
	case "data_sent", "data_received":
		a.totals[r.Series.Metric] += r.Sum
	case "checks":
		to.check.Passes += r.Count - r.Failed
		to.check.Fails += r.Failed
	}
}

func (a *Aggregate) addHTTP(r *Rollup, to *route, s *second) {
	a.http.add(r)
	a.statuses[to.status] += r.Count
	to.operation.add(r, to.status)
	a.timeline.addHTTP(s, r, to.class)
	if r.Failed > 0 {
		a.failures.add(r, to.operation.name, to.status)
	}
	a.whole.add(float64(r.Second), float64(r.Second+1))
}

// span is a stretch of time in Unix seconds; the zero value is none.
type span struct{ began, ended float64 }

func (s *span) add(began, ended float64) {
	if s.ended == 0 {
		*s = span{began, ended}
		return
	}
	s.began, s.ended = min(s.began, began), max(s.ended, ended)
}

// seconds returns how long requests were measured: from the beginning of the
// first to the end of the last, and at least one second.
func (a *Aggregate) seconds() float64 {
	s := a.exact
	switch {
	case s.ended > 0:
	case a.whole.ended > 0:
		s = a.whole
	default:
		return max(1, float64(len(a.timeline.seconds)))
	}
	return max(1, s.ended-s.began)
}

func (a *Aggregate) route(r *Rollup) *route {
	if to, ok := a.routes[r.Series]; ok {
		return to
	}
	if len(a.routes) >= maxRoutes {
		clear(a.routes)
	}
	to := a.newRoute(r)
	a.routes[r.Series] = to
	return to
}

func (a *Aggregate) newRoute(r *Rollup) *route {
	s := r.Series
	to := &route{status: s.Status, class: classOf(s.Status)}
	if Unmeasured(s.Group) {
		to.left = true
		return to
	}
	if to.status == "" {
		to.status = "0"
	}
	seen := map[*selection]bool{}
	for _, l := range a.limits {
		if l.on.tally != &a.http && !seen[l.on] && l.parsed.Matches(s) {
			to.selections = append(to.selections, l.on)
			seen[l.on] = true
		}
	}
	switch {
	case s.Metric == HTTP:
		to.operation = a.operation(s, r.Second)
	case s.Metric == "checks":
		to.check = a.check(s.Check)
	case s.Metric != Span && builtinKind(s.Metric) == "":
		if to.custom = a.customMetric(r); to.custom == nil {
			to.left = true
		}
	}
	return to
}

// Unmeasured reports whether a group of k6 is setup or teardown, which are no
// part of the load.
func Unmeasured(group string) bool {
	return group == "::setup" || strings.HasPrefix(group, "::setup::") ||
		group == "::teardown" || strings.HasPrefix(group, "::teardown::")
}

func (a *Aggregate) check(name string) *CheckResult {
	c, ok := a.checks[name]
	if !ok && len(a.checks) >= maxChecks {
		name = Other
		c, ok = a.checks[name]
	}
	if !ok {
		c = &CheckResult{Name: name}
		a.checks[name] = c
	}
	return c
}
