package metrics

import (
	"plog.dev/plog/domain/loadtest"
)

// limit is a threshold with the figures it is evaluated on.
type limit struct {
	source loadtest.Threshold
	parsed Threshold
	on     *selection
}

// selection adds up the rollups of one metric and its tags. Limits on the same
// metric share one.
type selection struct {
	*tally
	kind   Kind // of the rollups seen, "" before
	gauges map[string]gauge
}

type gauge struct {
	second int64
	value  float64
}

func (s *selection) add(r *Rollup, instance string) {
	s.kind = r.Kind
	if r.Kind == Gauge {
		if s.gauges == nil {
			s.gauges = map[string]gauge{}
		}
		if r.Second >= s.gauges[instance].second {
			s.gauges[instance] = gauge{r.Second, r.Last}
		}
	}
	s.tally.add(r)
}

// value returns the figure that t limits and whether there is one; fits is
// false when the metric turned out to be of a kind that has no such figure.
func (s *selection) value(t Threshold, seconds float64) (v float64, ok, fits bool) {
	kind := t.Kind()
	if kind == "" {
		kind = s.kind
	}
	if s.count == 0 && s.kind == "" {
		return 0, false, true
	}
	switch kind {
	case Counter:
		v, ok = s.counter(t, seconds)
		return v, ok, ok
	case Rate:
		v, ok = s.rate(t)
		return v, ok || s.count == 0, t.Aggregation == RateOf
	case Gauge:
		return s.gauge(t.Metric), true, t.Aggregation == Value
	}
	v, ok = s.trend(t)
	return v, ok, ok || s.count == 0
}

func (s *selection) counter(t Threshold, seconds float64) (float64, bool) {
	sum := s.sum
	if t.Source() == HTTP {
		sum = float64(s.count)
	}
	switch t.Aggregation {
	case Count:
		return sum, true
	case RateOf:
		return sum / seconds, true
	}
	return 0, false
}

func (s *selection) rate(t Threshold) (float64, bool) {
	if t.Aggregation != RateOf || s.count == 0 {
		return 0, false
	}
	// http_req_failed is true for what failed; any other rate is false for it.
	if t.Source() == HTTP {
		return s.errorRate(), true
	}
	return 1 - s.errorRate(), true
}

// gauge returns the newest value; the VUs of all instances belong together.
func (s *selection) gauge(metric string) float64 {
	var sum float64
	var newest gauge
	for _, g := range s.gauges {
		sum += g.value
		if g.second >= newest.second {
			newest = g
		}
	}
	if metric == "vus" || metric == "vus_max" {
		return sum
	}
	return newest.value
}

func (s *selection) trend(t Threshold) (float64, bool) {
	if s.count == 0 {
		return 0, false
	}
	switch t.Aggregation {
	case Avg:
		return s.mean(), true
	case Min:
		return s.min, true
	case Max:
		return s.max, true
	case Med:
		return s.quantile(0.5)
	case Percentile:
		return s.quantile(t.Percent / 100)
	}
	return 0, false
}

func (s *selection) quantile(p float64) (float64, bool) {
	if s.hist == nil || s.hist.Count() == 0 {
		return 0, false
	}
	return s.hist.Quantiles(p)[0], true
}

func (l limit) evaluate(seconds float64, elapsed int64) ThresholdResult {
	out := ThresholdResult{Metric: l.source.Metric, Expression: l.source.Expression, Passed: true}
	if out.Metric == "" {
		out.Metric = HTTP
	}
	v, ok, fits := l.on.value(l.parsed, seconds)
	if ok && fits {
		out.Value = &v
		out.Passed = l.parsed.Holds(v)
	} else if !fits {
		out.Passed = false
	}
	out.Abort = !out.Passed && l.source.AbortOnFail && elapsed >= l.source.DelayAbort.Milliseconds()
	return out
}
