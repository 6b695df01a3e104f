package report

import (
	"math"
	"strconv"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/chart"
	"plog.dev/plog/views/format"
)

// sparkSeconds is how much of the past a tile shows.
const sparkSeconds = 60

// Tile is one of the figures that people watch.
type Tile struct {
	Key    string         // names its texts: "report.tile." + Key
	Label  domain.Message // in place of the key's own label, when a threshold chose another figure
	Figure format.Figure
	Limit  *Limit // the first threshold on it
	Note   domain.Message
	Spark  chart.Values
}

// Tiles returns TPS, response time, errors, VUs and iterations. TPS and VUs of an active run are those of
// the last second; the others are of the whole run so far, as thresholds judge them.
func Tiles(lang language.Tag, s Subject) []Tile {
	limits := Limits(lang, s.Snapshot.Thresholds)
	return []Tile{
		tpsTile(lang, s, limits), latencyTile(lang, s, limits), errorTile(lang, s, limits),
		vusTile(lang, s, limits), iterationTile(lang, s),
	}
}

func tpsTile(lang language.Tag, s Subject, limits []Limit) Tile {
	t := Tile{Key: "tps", Limit: limitOn(limits, "http_reqs"), Spark: recent(s, func(p metrics.Point) float64 { return float64(p.Requests) })}
	switch {
	case s.Run.State.Active() && s.Snapshot.Now.TPS != nil:
		t.Figure = format.Number(lang, *s.Snapshot.Now.TPS)
	case s.Snapshot.Overall.Requests > 0:
		t.Figure = format.Number(lang, s.Snapshot.Overall.TPS)
	}
	if n := s.Snapshot.Overall.Requests; n > 0 {
		t.Note = domain.Msg("report.tile.requests", "{{.Requests}} requests", "Requests", format.Count(lang, int64(n)).String())
	}
	return t
}

func latencyTile(lang language.Tag, s Subject, limits []Limit) Tile {
	t := Tile{Key: "latency", Limit: limitOn(limits, metrics.HTTP), Spark: recent(s, func(p metrics.Point) float64 { return gap(p.P95) })}
	l := s.Snapshot.Overall.Latency
	if t.Limit != nil {
		t.Label, t.Figure = t.Limit.Label, t.Limit.Value
	} else if l != nil {
		t.Figure = format.Millis(lang, l.P95)
	}
	if l != nil {
		t.Note = domain.Msg("report.tile.median", "median {{.Value}}", "Value", format.Millis(lang, l.P50).String())
	}
	return t
}

func errorTile(lang language.Tag, s Subject, limits []Limit) Tile {
	t := Tile{Key: "errors", Limit: limitOn(limits, "http_req_failed"), Spark: recent(s, func(p metrics.Point) float64 { return float64(p.Failed) })}
	o := s.Snapshot.Overall
	if o.Requests > 0 {
		t.Figure = format.Ratio(lang, o.ErrorRate)
		t.Note = domain.Msg("report.tile.failed", "{{.Failed}} failed", "Failed", format.Count(lang, int64(o.Failed)).String())
	}
	return t
}

func vusTile(lang language.Tag, s Subject, limits []Limit) Tile {
	t := Tile{Key: "vus", Limit: limitOn(limits, "vus"), Spark: recent(s, func(p metrics.Point) float64 { return gap(p.VUs) })}
	o := s.Snapshot.Overall
	switch {
	case s.Run.State.Active() && s.Snapshot.Now.VUs != nil:
		t.Figure = format.Number(lang, *s.Snapshot.Now.VUs)
	case o.VUsMax > 0:
		t.Figure = format.Count(lang, int64(o.VUsMax))
	}
	if o.VUsMax > 0 && s.Run.State.Active() {
		t.Note = domain.Msg("report.tile.most", "at most {{.Count}}", "Count", strconv.Itoa(o.VUsMax))
	}
	return t
}

func iterationTile(lang language.Tag, s Subject) Tile {
	t := Tile{Key: "iterations", Spark: recent(s, func(p metrics.Point) float64 { return float64(p.Iterations) })}
	o := s.Snapshot.Overall
	if o.Iterations > 0 || o.Requests > 0 {
		t.Figure = format.Count(lang, int64(o.Iterations))
	}
	if o.Dropped > 0 {
		t.Note = domain.Msg("report.tile.dropped", "{{.Dropped}} dropped", "Dropped", format.Count(lang, int64(o.Dropped)).String())
	} else if n := s.Snapshot.Now.Iterations; n != nil && s.Run.State.Active() {
		t.Note = domain.Msg("report.tile.now", "{{.Rate}} now", "Rate", format.Rate(lang, *n).String())
	}
	return t
}

// limitOn returns the first limit on a whole metric, nil when there is none.
func limitOn(limits []Limit, metric string) *Limit {
	for i := range limits {
		if limits[i].Whole(metric) && (metric != "http_reqs" || limits[i].parsed.Aggregation == metrics.RateOf) {
			return &limits[i]
		}
	}
	return nil
}

// recent returns a figure of the last minute, second by second; a second without any data is a gap. Of
// fewer seconds the missing ones are gaps before them, so that the line does not stretch.
func recent(s Subject, of func(metrics.Point) float64) chart.Values {
	points := s.Snapshot.Points
	if len(points) == 0 {
		return nil
	}
	points = points[max(0, len(points)-sparkSeconds):]
	values := make(chart.Values, 0, sparkSeconds)
	if s.Run.State.Active() {
		for range sparkSeconds - len(points) {
			values = append(values, math.NaN())
		}
	}
	for _, p := range points {
		if silent(p) {
			values = append(values, math.NaN())
		} else {
			values = append(values, of(p))
		}
	}
	return values
}

// silent reports whether nothing at all is known of a second.
func silent(p metrics.Point) bool { return p.Requests == 0 && p.Iterations == 0 && p.VUs == nil }

func gap(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
