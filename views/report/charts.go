package report

import (
	"context"
	"math"
	"time"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/chart"
	"plog.dev/plog/views/i18n"
)

// classes are the classes of status in the order of the stack, with their tones.
var classes = []struct{ name, tone string }{
	{"2xx", "3"}, {"3xx", "1"}, {"4xx", "2"}, {"5xx", "bad"}, {"none", "muted"},
}

// The keys of series in chart.Points; a class of status is statusKey and its name.
const (
	statusKey  = "status:"
	offeredKey = "offered"
	vusKey     = "vus"
	droppedKey = "dropped"
)

// Points returns the seconds of s that changed after the revision since, for charts that are shown already;
// since 0 returns all. It is what an event named "points" carries, once a second.
func Points(s Subject, since uint64) chart.Points {
	var fresh []metrics.Point
	for _, p := range s.Snapshot.Points {
		if since == 0 || p.Rev > since {
			fresh = append(fresh, p)
		}
	}
	return pointsOf(s, fresh)
}

func pointsOf(s Subject, seconds []metrics.Point) chart.Points {
	out := chart.Points{T: make([]float64, 0, len(seconds)), Until: until(s), Series: map[string]chart.Values{}}
	add := func(key string, v float64) { out.Series[key] = append(out.Series[key], v) }
	arrives, start := offers(s.Run.Plan), s.Start().Unix()
	for _, p := range seconds {
		out.T = append(out.T, float64(p.Second))
		add("p50", gap(p.P50))
		add("p95", gap(p.P95))
		add("p99", gap(p.P99))
		for _, class := range classes {
			add(statusKey+class.name, ofClass(s, p, class.name))
		}
		if arrives {
			add(offeredKey, offered(s, time.Duration(p.Second-start)*time.Second))
		}
		add(vusKey, gap(p.VUs))
		if silent(p) {
			add(droppedKey, math.NaN())
		} else {
			add(droppedKey, float64(p.Dropped))
		}
	}
	return out
}

// offered is the planned rate in the middle of a second; none once the plan is over.
func offered(s Subject, second time.Duration) float64 {
	if second+time.Second > s.Planned {
		return math.NaN()
	}
	return loadtest.Offered(s.Run.Plan, second+time.Second/2)
}

// ofClass is a gap for classes that the run never saw, so that they do not clutter the chart.
func ofClass(s Subject, p metrics.Point, class string) float64 {
	n, here := p.Statuses[class]
	if silent(p) || !here && !seen(s, class) {
		return math.NaN()
	}
	return float64(n)
}

func seen(s Subject, class string) bool {
	for code := range s.Snapshot.Statuses {
		if classOf(code) == class {
			return true
		}
	}
	return false
}

func classOf(code string) string {
	if len(code) != 3 || code[0] < '1' || code[0] > '5' {
		return "none"
	}
	return code[:1] + "xx"
}

func offers(p loadtest.Plan) bool {
	for _, s := range p.Scenarios {
		if s.Executor.Arrives() {
			return true
		}
	}
	return false
}

// until is where the time axis ends: at the plan's end while the run lasts.
func until(s Subject) float64 {
	if start := s.Start(); !start.IsZero() && s.Run.State.Active() {
		return float64(start.Add(s.Planned).Unix())
	}
	return 0
}

// Charts are the charts of a run. They share one time axis and one cursor.
type Charts struct{ ResponseTime, Throughput, VUs chart.Chart }

// NewCharts returns the charts of s with texts in the language of ctx.
func NewCharts(ctx context.Context, s Subject) Charts {
	points := pointsOf(s, s.Snapshot.Points)
	chartOf := func(id string, kind chart.Kind, unit chart.Unit) chart.Chart {
		c := chart.Chart{
			ID: "chart-" + id, Title: i18n.T(ctx, "report.chart."+id), Kind: kind, Unit: unit,
			Sync: "run", Until: points.Until, Times: points.T,
		}
		if start := s.Start(); !start.IsZero() {
			c.Origin = float64(start.Unix())
		}
		return c
	}
	series := func(key, label, tone string) chart.Series {
		return chart.Series{Key: key, Label: label, Tone: tone, Values: points.Series[key]}
	}
	c := Charts{
		ResponseTime: chartOf("response_time", chart.Line, chart.Millis),
		Throughput:   chartOf("throughput", chart.Stacked, chart.PerSec),
		VUs:          chartOf("vus", chart.Line, chart.None),
	}
	c.ResponseTime.Series = []chart.Series{series("p50", "p50", "1"), series("p95", "p95", "2"), series("p99", "p99", "4")}
	c.ResponseTime.Limits = latencyLimits(ctx, s)
	for _, class := range classes {
		label := class.name
		if label == "none" {
			label = i18n.T(ctx, "report.status.no_response")
		}
		c.Throughput.Series = append(c.Throughput.Series, series(statusKey+class.name, label, class.tone))
	}
	if offers(s.Run.Plan) {
		offered := series(offeredKey, i18n.T(ctx, "report.chart.offered"), "4")
		offered.Alone, offered.Dashed = true, true
		c.Throughput.Series = append(c.Throughput.Series, offered)
	}
	c.VUs.Size = chart.Small
	c.VUs.Series = []chart.Series{
		series(vusKey, i18n.T(ctx, "report.chart.active_vus"), "1"),
		series(droppedKey, i18n.T(ctx, "report.chart.dropped"), "bad"),
	}
	return c
}

// latencyLimits are the upper limits on the response time of all requests.
func latencyLimits(ctx context.Context, s Subject) []chart.Limit {
	var out []chart.Limit
	for _, l := range Limits(i18n.Lang(ctx), s.Snapshot.Thresholds) {
		if l.Whole(metrics.HTTP) && l.Upper() {
			out = append(out, chart.Limit{Value: l.parsed.Limit, Label: i18n.Msg(ctx, l.Label) + " " + l.Text()})
		}
	}
	return out
}
