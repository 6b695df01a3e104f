package metrics

import (
	"slices"
	"strings"
)

// maxCustom bounds the metrics of a script's own.
const maxCustom = 500

func (a *Aggregate) customMetric(r *Rollup) *selection {
	c, ok := a.custom[r.Series.Metric]
	if !ok && len(a.custom) < maxCustom {
		c = &selection{tally: &tally{}}
		a.custom[r.Series.Metric] = c
	}
	return c
}

func (a *Aggregate) customs() []Custom {
	out := make([]Custom, 0, len(a.custom))
	for name, s := range a.custom {
		c := Custom{Name: name, Kind: s.kind, Time: a.timed[name], Count: s.count}
		switch s.kind {
		case Counter:
			c.Value = s.sum
		case Gauge:
			c.Value = s.gauge(name)
		case Rate:
			if s.count > 0 {
				c.Value = 1 - s.errorRate()
			}
		case Trend:
			c.Value = s.mean()
			c.Latency = s.latency()
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Custom) int { return strings.Compare(a.Name, b.Name) })
	return out
}
