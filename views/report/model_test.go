package report

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/views/i18n"
)

func ptr(v float64) *float64 { return &v }

func english(t *testing.T) context.Context {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(t.Context(), b.Localizer("en"))
}

func TestLimits(t *testing.T) {
	ctx := english(t)
	for _, c := range []struct {
		metric, expression, label, value, text string
		at                                     *float64
	}{
		{"http_req_duration", "p(95)<500", "p95", "182 ms", "<500 ms", ptr(182.4)},
		{"http_req_duration", "avg<=1500", "average", "–", "<=1.5 s", nil},
		{"http_req_failed", "rate<0.01", "errors", "0.02 %", "<1 %", ptr(0.0002)},
		{"http_reqs", "rate>100", "TPS", "412 /s", ">100 /s", ptr(412)},
		{"http_reqs", "count>1000", "requests", "1,240", ">1,000", ptr(1240)},
		{"checks", "rate>0.99", "checks", "99.5 %", ">99 %", ptr(0.995)},
		{"http_req_duration{name:GET /pets}", "p(99.9)<800", "p99.9 of GET /pets", "650 ms", "<800 ms", ptr(650)},
		{"my_trend", "max<3", "maximum of my_trend", "2", "<3", ptr(2)},
		{"http_req_duration", "not a threshold", "http_req_duration", "3", "not a threshold", ptr(3)},
	} {
		l := limitOf(language.English, metrics.ThresholdResult{Metric: c.metric, Expression: c.expression, Value: c.at, Passed: true})
		if got := i18n.Msg(ctx, l.Label); got != c.label || l.Value.String() != c.value || l.Text() != c.text {
			t.Errorf("%s %s = %q %q %q, want %q %q %q", c.metric, c.expression, got, l.Value, l.Text(), c.label, c.value, c.text)
		}
	}
}

func subject(state loadtest.State, thresholds ...metrics.ThresholdResult) Subject {
	start := time.Unix(1000, 0).UTC()
	s := Subject{Run: loadtest.Run{State: state, StartedAt: start}, At: start.Add(3 * time.Second), Planned: 4 * time.Second}
	s.Snapshot = metrics.Snapshot{
		First: start, Thresholds: thresholds, Statuses: map[string]uint64{"200": 29, "503": 1},
		Now:     metrics.Now{TPS: ptr(20), VUs: ptr(3)},
		Overall: metrics.Summary{Requests: 30, Failed: 1, ErrorRate: 1. / 30, TPS: 10, Iterations: 30, VUsMax: 5, Latency: &metrics.Latency{P50: 40, P95: 90}},
		Points: []metrics.Point{
			{Second: 1000, Rev: 1, Requests: 10, Iterations: 10, P50: ptr(40), P95: ptr(80), P99: ptr(85), VUs: ptr(5), Statuses: map[string]uint64{"2xx": 10}},
			{Second: 1001, Rev: 2},
			{Second: 1002, Rev: 3, Requests: 20, Failed: 1, Iterations: 20, P50: ptr(41), P95: ptr(91), P99: ptr(99), VUs: ptr(3), Statuses: map[string]uint64{"2xx": 19, "5xx": 1}},
		},
	}
	return s
}

func TestTiles(t *testing.T) {
	ctx := english(t)
	slow := metrics.ThresholdResult{Metric: "http_req_duration", Expression: "p(99)<50", Value: ptr(99)}
	tagged := metrics.ThresholdResult{Metric: "http_req_failed{name:x}", Expression: "rate<0.01", Value: ptr(0), Passed: true}
	for _, c := range []struct {
		name    string
		subject Subject
		want    string // label, figure, limit and tone of each tile
	}{
		{"live without limits", subject(loadtest.Running), "TPS 20  |p95 90 ms  |Errors 3.33 %  |VUs 3  |Iterations 30  |"},
		{"final", subject(loadtest.Finished), "TPS 10  |p95 90 ms  |Errors 3.33 %  |VUs 5  |Iterations 30  |"},
		{"limits: the first on all requests counts", subject(loadtest.Running, tagged, slow), "TPS 20  |p99 99 ms <50 ms bad|Errors 3.33 %  |VUs 3  |Iterations 30  |"},
		{"nothing yet", Subject{Run: loadtest.Run{State: loadtest.Starting}}, "TPS –  |p95 –  |Errors –  |VUs –  |Iterations –  |"},
	} {
		var got strings.Builder
		for _, tile := range Tiles(language.English, c.subject) {
			p := tile.params(ctx)
			got.WriteString(p.Label + " " + p.Figure.String() + " " + p.Limit + " " + string(p.Tone) + "|")
		}
		if got.String() != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got.String(), c.want)
		}
	}
}

func TestSparksOfActiveRunsDoNotStretch(t *testing.T) {
	live := Tiles(language.English, subject(loadtest.Running))[0].Spark
	if len(live) != sparkSeconds || !math.IsNaN(live[0]) || live[57] != 10 || !math.IsNaN(live[58]) || live[59] != 20 {
		t.Errorf("live: %v", live)
	}
	if final := Tiles(language.English, subject(loadtest.Finished))[0].Spark; len(final) != 3 {
		t.Errorf("final: %v", final)
	}
}

func TestPointsHaveGapsAndOnlyWhatIsNew(t *testing.T) {
	s := subject(loadtest.Running)
	s.Run.Plan.Scenarios = []loadtest.Scenario{{Executor: loadtest.ConstantArrivalRate, Rate: 20, Duration: domain.Dur(2 * time.Second), Steps: []loadtest.Step{{}}}}
	s.Planned = 2 * time.Second
	all := Points(s, 0)
	if len(all.T) != 3 || all.Until != 1002 {
		t.Fatalf("%+v", all)
	}
	for key, want := range map[string][]float64{
		"p95": {80, math.NaN(), 91}, "status:2xx": {10, math.NaN(), 19}, "status:5xx": {0, math.NaN(), 1},
		"status:4xx": {math.NaN(), math.NaN(), math.NaN()}, "offered": {20, 20, math.NaN()}, "dropped": {0, math.NaN(), 0},
	} {
		got := all.Series[key]
		for i := range want {
			if got[i] != want[i] && !(math.IsNaN(got[i]) && math.IsNaN(want[i])) {
				t.Errorf("%s = %v, want %v", key, got, want)
				break
			}
		}
	}
	if news := Points(s, 2); len(news.T) != 1 || news.T[0] != 1002 {
		t.Errorf("new since 2: %v", news.T)
	}
	if news := Points(s, 3); len(news.T) != 0 {
		t.Errorf("new since 3: %v", news.T)
	}
}

func TestSentences(t *testing.T) {
	ctx := english(t)
	kept := metrics.ThresholdResult{Metric: "http_req_duration", Expression: "p(95)<500", Value: ptr(182), Passed: true}
	crossed := metrics.ThresholdResult{Metric: "http_req_failed", Expression: "rate<0.01", Value: ptr(0.02)}
	for _, c := range []struct {
		verdict    loadtest.Verdict
		reason     domain.Message
		thresholds []metrics.ThresholdResult
		empty      bool
		want, why  string
	}{
		{verdict: loadtest.Passed, thresholds: []metrics.ThresholdResult{kept}, want: "Passed: p95 182 ms of 500 ms"},
		{verdict: loadtest.Passed, want: "Passed: 30 requests, p95 90 ms, errors 3.33 %"},
		{verdict: loadtest.Failed, thresholds: []metrics.ThresholdResult{kept, crossed}, reason: domain.Msg("run.reason.thresholds", "x"), want: "Failed: errors 2 % (limit <1 %)"},
		{verdict: loadtest.Aborted, reason: loadtest.ErrStoppedByUser.Message, empty: true, want: "Aborted before anything was measured", why: "Stopped by a person."},
		{verdict: loadtest.Errored, reason: domain.Message{Text: "k6 is gone"}, empty: true, want: "The run could not be carried out", why: "k6 is gone"},
		{verdict: loadtest.Invalid, empty: true, want: "Not valid: the load itself cannot be trusted"},
	} {
		s := subject(loadtest.Finished, c.thresholds...)
		if c.empty {
			s.Snapshot = metrics.Snapshot{}
		}
		s.Run.Verdict, s.Run.Reason = c.verdict, c.reason
		got := NewSentence(language.English, s)
		if got.text(ctx) != c.want || got.reason(ctx) != c.why {
			t.Errorf("%s: %q %q, want %q %q", c.verdict, got.text(ctx), got.reason(ctx), c.want, c.why)
		}
	}
}

func TestOperationsAreSorted(t *testing.T) {
	ops := []metrics.Operation{
		{Name: "GET /b", Method: "GET", Path: "/b", Requests: 2, Latency: &metrics.Latency{P95: 5}},
		{Name: "GET /a", Method: "GET", Path: "/a", Requests: 3, Latency: &metrics.Latency{P95: 9}},
		{Name: "GET /c", Method: "GET", Path: "/c", Requests: 1},
	}
	for query, want := range map[string]string{
		"": "/b/a/c", "name asc": "/a/b/c", "name desc": "/c/b/a", "requests desc": "/a/b/c", "p95 desc": "/a/b/c", "p95 asc": "/c/b/a", "drop table": "/b/a/c",
	} {
		by, dir, _ := strings.Cut(query, " ")
		got := ""
		for _, r := range OperationRows(language.English, ops, ParseSort(by, dir)) {
			got += r.Path
		}
		if got != want {
			t.Errorf("by %q: %s, want %s", query, got, want)
		}
	}
	if next := (Sort{By: "p95", Desc: true}).Toggled("p95"); next.Desc || next.By != "p95" {
		t.Errorf("toggled: %+v", next)
	}
}

func TestStatusRows(t *testing.T) {
	var got []string
	for _, r := range StatusRows(language.English, map[string]uint64{"503": 1, "200": 97, "0": 1, "404": 1}) {
		got = append(got, r.Class+" "+r.Code+" "+r.Share.String())
	}
	if want := "2xx 200 97 %|4xx 404 1 %|5xx 503 1 %|none  1 %"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", strings.Join(got, "|"), want)
	}
}

func TestTheReportIsOneFile(t *testing.T) {
	s := subject(loadtest.Finished)
	s.Run.Name, s.Run.Plan.Headers = "<Black> Friday", []loadtest.Header{{Name: "X", Value: "s3cret", Secret: true}}
	var b strings.Builder
	if err := HTML(english(t), &b, report.Report{Run: s.Run, Result: s.Snapshot}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "src=", `href="/`, "http-equiv=\"refresh", "s3cret", "<Black>", "@import", "url("} {
		if i := strings.Index(b.String(), bad); i >= 0 {
			t.Errorf("the file has %q: %s", bad, b.String()[i:min(i+120, b.Len())])
		}
	}
	for _, good := range []string{"<style>", `<symbol id="icon-`, `class="chart`, "&lt;Black&gt; Friday"} {
		if !strings.Contains(b.String(), good) {
			t.Errorf("the file lacks %q", good)
		}
	}
}
