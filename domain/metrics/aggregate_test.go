package metrics_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

const start = int64(1750000000)

func at(second int64) time.Time { return time.Unix(start+second, 0).UTC() }

// requests is one rollup of HTTP with these durations.
func requests(second int64, name, status string, ms ...float64) metrics.Rollup {
	h := record(ms...)
	r := metrics.Rollup{
		Series: metrics.Series{Metric: metrics.HTTP, Scenario: "main", Name: name, Method: "GET", Status: status},
		Second: start + second, Kind: metrics.Trend, Time: true,
		Count: h.Count(), Sum: h.Sum(), Min: h.Min(), Max: h.Max(), Hist: h.Encode(),
		Phases: &metrics.Phases{Waiting: h.Sum() / 2},
	}
	if status != "200" {
		r.Failed = r.Count
	}
	return r
}

func counter(second int64, metric string, sum float64) metrics.Rollup {
	return metrics.Rollup{Series: metrics.Series{Metric: metric, Scenario: "main"}, Second: start + second,
		Kind: metrics.Counter, Count: uint64(sum), Sum: sum}
}

func vus(second int64, n float64) metrics.Rollup {
	return metrics.Rollup{Series: metrics.Series{Metric: "vus"}, Second: start + second, Kind: metrics.Gauge,
		Count: 1, Last: n, Min: n, Max: n}
}

func newAggregate(t testing.TB, thresholds ...loadtest.Threshold) *metrics.Aggregate {
	t.Helper()
	a, err := metrics.NewAggregate(thresholds)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAggregateAddsEverythingUp(t *testing.T) {
	a := newAggregate(t)
	a.Add(metrics.Batch{Instance: "a", Seq: 1, SentAt: at(1), Rollups: []metrics.Rollup{
		requests(0, "GET /b", "200", 10, 20), requests(0, "GET /a", "200", 30),
		vus(0, 2), counter(0, "iterations", 3), counter(0, "data_sent", 100),
		{Series: metrics.Series{Metric: "checks", Check: "ok"}, Second: start, Kind: metrics.Rate, Count: 3, Failed: 1},
	}})
	a.Add(metrics.Batch{Instance: "a", Seq: 2, SentAt: at(4), Final: true, Rollups: []metrics.Rollup{
		requests(3, "GET /b", "500", 40), vus(3, 1), counter(3, "dropped_iterations", 2),
	}, Samples: []metrics.Sample{{Name: "GET /b", Status: "500", Body: "oops"}}})
	s := a.Snapshot(at(4))

	wantOverall := metrics.Summary{Requests: 4, Failed: 1, ErrorRate: 0.25, TPS: 1, Iterations: 3, Dropped: 2, VUsMax: 2, DataSent: 100,
		Latency: &metrics.Latency{Min: 10, Avg: 25, P50: 25, P90: 37, P95: 38.5, P99: 39.7, P999: 39.97, Max: 40}}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 0.001*math.Abs(a) })
	if d := cmp.Diff(wantOverall, s.Overall, near); d != "" {
		t.Error(d)
	}
	if names := []string{s.Operations[0].Name, s.Operations[1].Name}; !slices.Equal(names, []string{"GET /a", "GET /b"}) {
		t.Errorf("operations %v", names)
	}
	b := s.Operations[1]
	if b.Path != "/b" || b.Requests != 3 || b.Failed != 1 || b.TPS != 0.75 || b.Phases == nil {
		t.Errorf("operation %+v", b)
	}
	if d := cmp.Diff(map[string]uint64{"200": 2, "500": 1}, b.Statuses); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]float64{19.5, -1, -1, 40}, b.Spark, near); d != "" {
		t.Error(d)
	}
	if len(s.Points) != 4 || s.Points[1].P50 != nil || s.Points[1].VUs != nil || s.Points[1].Requests != 0 {
		t.Errorf("the gap is not one: %+v", s.Points)
	}
	if d := cmp.Diff(map[string]uint64{"5xx": 1}, s.Points[3].Statuses); d != "" {
		t.Error(d)
	}
	wantErrors := []metrics.ErrorGroup{{Operation: "GET /b", Status: "500", Error: "500 Internal Server Error", Count: 1,
		First: at(3), Last: at(3), Sample: &metrics.Sample{Name: "GET /b", Status: "500", Body: "oops"}}}
	if d := cmp.Diff(wantErrors, s.Errors); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]metrics.CheckResult{{Name: "ok", Passes: 2, Fails: 1}}, s.Checks); d != "" {
		t.Error(d)
	}
	if s.Generator.Instances != 1 || s.Generator.Final != 1 || !s.Generator.LastSeen.Equal(at(4)) {
		t.Errorf("generator %+v", s.Generator)
	}
	if _, err := json.Marshal(s); err != nil {
		t.Error(err)
	}
}

func TestTheSameBatchAgainChangesNothing(t *testing.T) {
	a := newAggregate(t)
	second := metrics.Batch{Instance: "a", Seq: 2, Rollups: []metrics.Rollup{requests(1, "GET /", "200", 1)}}
	first := metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{requests(0, "GET /", "200", 1)}}
	for _, b := range []metrics.Batch{second, first, second, first, second} {
		a.Add(b)
	}
	if n := a.Snapshot(at(2)).Overall.Requests; n != 2 {
		t.Fatalf("%d requests", n)
	}
}

// How samples are cut into instances, batches and parts must not matter.
func TestPartsGiveTheSameFiguresAsTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := newAggregateOrFail(t)
		parts := newAggregateOrFail(t)
		bySecond := map[int64][]float64{}
		var all []float64
		seq := map[string]uint64{}
		for range rapid.IntRange(1, 60).Draw(t, "rollups") {
			second := rapid.Int64Range(0, 90).Draw(t, "second") // beyond what stays open, in any order
			ms := latencies().Draw(t, "ms")
			bySecond[second] = append(bySecond[second], ms...)
			all = append(all, ms...)
			name := fmt.Sprint("i", rapid.IntRange(0, 3).Draw(t, "instance"))
			seq[name]++
			parts.Add(metrics.Batch{Instance: name, Seq: seq[name], Rollups: []metrics.Rollup{requests(second, "GET /", "200", ms...)}})
			if rapid.Bool().Draw(t, "look") {
				parts.Snapshot(at(100))
			}
		}
		var n uint64
		for _, second := range slices.Sorted(maps.Keys(bySecond)) {
			n++
			whole.Add(metrics.Batch{Instance: "a", Seq: n, Rollups: []metrics.Rollup{requests(second, "GET /", "200", bySecond[second]...)}})
		}
		got, want := parts.Snapshot(at(100)), whole.Snapshot(at(100))
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(a) })
		for _, d := range []string{
			cmp.Diff(want.Overall, got.Overall, near),
			cmp.Diff(want.Points, got.Points, near, cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Rev" }, cmp.Ignore())),
		} {
			if d != "" {
				t.Fatal(d)
			}
		}
		if p95 := exact(all, 0.95); math.Abs(got.Overall.Latency.P95-p95) > max(p95*0.001, 1e-5) {
			t.Fatalf("p95 %v, exactly %v", got.Overall.Latency.P95, p95)
		}
	})
}

func newAggregateOrFail(t *rapid.T) *metrics.Aggregate {
	a, err := metrics.NewAggregate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestASnapshotNeverChanges(t *testing.T) {
	a := newAggregate(t, loadtest.Threshold{Metric: metrics.HTTP, Expression: "avg<5"})
	var kept []metrics.Snapshot
	var asJSON [][]byte
	for i := range int64(40) {
		a.Add(metrics.Batch{Instance: "a", Seq: uint64(2*i + 1), Rollups: []metrics.Rollup{requests(i, "GET /", "200", float64(i)), vus(i, 1)}})
		// A late part of an earlier second.
		a.Add(metrics.Batch{Instance: "a", Seq: uint64(2*i + 2), Rollups: []metrics.Rollup{requests(i/2, "GET /", "404", 100)}})
		s := a.Snapshot(at(i + 1))
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		kept, asJSON = append(kept, s), append(asJSON, b)
	}
	for i := range kept {
		b, err := json.Marshal(kept[i])
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != string(asJSON[i]) {
			t.Fatalf("snapshot %d changed", i)
		}
	}
}

func TestRevTellsWhichPointsAreNew(t *testing.T) {
	a := newAggregate(t)
	a.Add(metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{requests(0, "GET /", "200", 1), requests(1, "GET /", "200", 1)}})
	before := a.Snapshot(at(2)).Rev
	a.Add(metrics.Batch{Instance: "a", Seq: 2, Rollups: []metrics.Rollup{requests(0, "GET /", "200", 5), requests(3, "GET /", "200", 1)}})
	var fresh []int64
	for _, p := range a.Snapshot(at(4)).Points {
		if p.Rev > before {
			fresh = append(fresh, p.Second-start)
		}
	}
	if !slices.Equal(fresh, []int64{0, 2, 3}) {
		t.Fatalf("%v", fresh)
	}
}

func TestTPSIsMeasuredFromTheFirstBeginningToTheLastEnd(t *testing.T) {
	a := newAggregate(t)
	span := func(second int64, began, ended float64) metrics.Rollup {
		return metrics.Rollup{Series: metrics.Series{Metric: metrics.Span}, Second: start + second, Kind: metrics.Gauge,
			Count: 1, Min: float64(start) + began, Max: float64(start) + ended, Last: float64(start) + ended}
	}
	a.Add(metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{
		requests(0, "GET /", "200", 100, 100), span(0, 0.25, 0.9),
		requests(2, "GET /", "200", 100, 100), span(2, 1.9, 2.25),
	}})
	if tps := a.Snapshot(at(3)).Overall.TPS; tps != 2 {
		t.Fatalf("4 requests in 2 s are %v/s", tps)
	}
}

func TestNowIsTheLastSecondThatAllInstancesReported(t *testing.T) {
	a := newAggregate(t)
	a.Add(metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{requests(0, "GET /", "200", 1), requests(1, "GET /", "200", 1)}})
	a.Add(metrics.Batch{Instance: "b", Seq: 1, Rollups: []metrics.Rollup{requests(0, "GET /", "500", 1), vus(0, 3)}})
	now := a.Snapshot(at(2)).Now
	if now.TPS == nil || *now.TPS != 2 || *now.ErrorRate != 0.5 || *now.VUs != 3 {
		t.Fatalf("%+v", now)
	}
	if now := a.Snapshot(at(60)).Now; now.TPS != nil {
		t.Fatal("a minute old is not now")
	}
}

func TestSetupAndTeardownAreLeftOut(t *testing.T) {
	a := newAggregate(t)
	r := requests(0, "GET /login", "200", 1)
	r.Series.Group = "::setup"
	a.Add(metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{r}})
	if s := a.Snapshot(at(1)); s.Overall.Requests != 0 || len(s.Points) != 0 || !s.First.IsZero() {
		t.Fatalf("%+v", s)
	}
}

func TestThresholds(t *testing.T) {
	th := func(metric, expression string) loadtest.Threshold {
		return loadtest.Threshold{Metric: metric, Expression: expression}
	}
	delayed := th("http_req_failed", "rate<0.1")
	delayed.AbortOnFail, delayed.DelayAbort = true, domain.Dur(5*time.Second)
	prompt := delayed
	prompt.DelayAbort = domain.Duration{}
	for _, tt := range []struct {
		threshold loadtest.Threshold
		value     float64 // NaN is none
		passed    bool
		abort     bool
	}{
		{th("http_req_duration", "max<=40"), 40, true, false},
		{th("", "avg<25"), 25, false, false},
		{th("http_req_duration{name:GET /{id}}", "max<30"), 20, true, false},
		{th("http_req_duration{name:GET /nothing}", "max<30"), math.NaN(), true, false},
		{th("http_req_duration{status:500}", "med>=40"), 40, true, false},
		{th("http_reqs", "count==4"), 4, true, false},
		{th("http_reqs{status:200}", "rate>1.5"), 1.5, false, false},
		{th("http_req_failed{name:GET /{id}}", "rate==0"), 0, true, false},
		{th("http_req_failed", "rate<0.3"), 0.25, true, false},
		{th("checks", "rate>0.9"), 0.75, false, false},
		{th("iterations", "count>=7"), 7, true, false},
		{th("vus", "value<9"), 5, true, false},
		{th("my_rate{kind:x}", "rate>0.4"), 0.5, true, false},
		{th("my_gauge", "value==7"), 7, true, false},
		{th("my_gauge", "p(95)<7"), math.NaN(), false, false},
		{th("my_other", "count>7"), math.NaN(), true, false},
		{th("http_req_waiting", "p(100)<9"), 8, true, false},
		{delayed, 0.25, false, false},
		{prompt, 0.25, false, true},
	} {
		a := newAggregate(t, tt.threshold)
		a.Add(metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{
			requests(0, "GET /{id}", "200", 10, 20), requests(1, "GET /b", "200", 30), requests(1, "GET /b", "500", 40),
			counter(0, "iterations", 3), counter(1, "iterations", 4), vus(0, 1), vus(1, 2),
			{Series: metrics.Series{Metric: "checks", Check: "ok"}, Second: start, Kind: metrics.Rate, Count: 4, Failed: 1},
			{Series: metrics.Series{Metric: "my_rate", Tags: "kind=x"}, Second: start, Kind: metrics.Rate, Count: 2, Failed: 1},
			{Series: metrics.Series{Metric: "my_rate", Tags: "kind=y"}, Second: start, Kind: metrics.Rate, Count: 9, Failed: 9},
			{Series: metrics.Series{Metric: "my_gauge"}, Second: start + 1, Kind: metrics.Gauge, Count: 1, Last: 7, Min: 7, Max: 7},
			{Series: metrics.Series{Metric: "http_req_waiting"}, Second: start, Kind: metrics.Trend, Time: true, Count: 1, Sum: 8, Min: 8, Max: 8, Hist: record(8).Encode()},
		}})
		a.Add(metrics.Batch{Instance: "b", Seq: 1, Rollups: []metrics.Rollup{vus(1, 3)}})
		got := a.Snapshot(at(2)).Thresholds[0]
		value := math.NaN()
		if got.Value != nil {
			value = *got.Value
		}
		same := value == tt.value || math.IsNaN(value) && math.IsNaN(tt.value)
		if !same || got.Passed != tt.passed || got.Abort != tt.abort {
			t.Errorf("%s %s: value %v passed %v abort %v", tt.threshold.Metric, tt.threshold.Expression, value, got.Passed, got.Abort)
		}
	}
}

func TestNewAggregateRefusesAThresholdThatDoesNotParse(t *testing.T) {
	_, err := metrics.NewAggregate([]loadtest.Threshold{{Metric: metrics.HTTP, Expression: "p95<3"}})
	if domain.CodeOf(err) != domain.Invalid {
		t.Fatal(err)
	}
}

func TestCustomMetrics(t *testing.T) {
	a := newAggregate(t)
	custom := func(second int64, name string, r metrics.Rollup) metrics.Rollup {
		r.Series.Metric, r.Second = name, start+second
		return r
	}
	a.Add(metrics.Batch{Instance: "a", Seq: 1, Rollups: []metrics.Rollup{
		custom(0, "c", metrics.Rollup{Kind: metrics.Counter, Count: 2, Sum: 5}),
		custom(1, "c", metrics.Rollup{Kind: metrics.Counter, Count: 1, Sum: 1.5}),
		custom(0, "g", metrics.Rollup{Kind: metrics.Gauge, Count: 1, Last: 3}),
		custom(1, "g", metrics.Rollup{Kind: metrics.Gauge, Count: 1, Last: 2}),
		custom(0, "r", metrics.Rollup{Kind: metrics.Rate, Count: 4, Failed: 1}),
		custom(0, "t", metrics.Rollup{Kind: metrics.Trend, Time: true, Count: 2, Sum: 30, Min: 10, Max: 20, Hist: record(10, 20).Encode()}),
	}})
	got := a.Snapshot(at(2)).Custom
	for i := range got {
		got[i].Latency = nil
	}
	want := []metrics.Custom{
		{Name: "c", Kind: metrics.Counter, Count: 3, Value: 6.5},
		{Name: "g", Kind: metrics.Gauge, Count: 2, Value: 2},
		{Name: "r", Kind: metrics.Rate, Count: 4, Value: 0.75},
		{Name: "t", Kind: metrics.Trend, Time: true, Count: 2, Value: 15},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func TestASparkCoversALongRunInSixtyParts(t *testing.T) {
	a := newAggregate(t)
	for i := range int64(1000) {
		a.Add(metrics.Batch{Instance: "a", Seq: uint64(i + 1), Rollups: []metrics.Rollup{requests(i, "GET /", "200", float64(i+1))}})
	}
	spark := a.Snapshot(at(1000)).Operations[0].Spark
	if len(spark) < 30 || len(spark) > 60 || !slices.IsSorted(spark) || spark[0] > 32 || spark[len(spark)-1] < 950 {
		t.Fatalf("%v", spark)
	}
}

func TestEverNewNamesAreBounded(t *testing.T) {
	a := newAggregate(t)
	for i := range uint64(3000) {
		a.Add(metrics.Batch{Instance: "a", Seq: i + 1, Rollups: []metrics.Rollup{requests(0, fmt.Sprint("GET /", i), "500", 1)}})
	}
	s := a.Snapshot(at(1))
	if len(s.Operations) > 2001 || len(s.Errors) > 1001 || s.Overall.Requests != 3000 {
		t.Fatalf("%d operations, %d errors, %d requests", len(s.Operations), len(s.Errors), s.Overall.Requests)
	}
}

func benchmarkBatch(seq uint64, second int64) metrics.Batch {
	b := metrics.Batch{Instance: "a", Seq: seq}
	ms := make([]float64, 100)
	for i := range 50 {
		for j := range ms {
			ms[j] = float64(5+i) + float64(j*j)/300
		}
		b.Rollups = append(b.Rollups, requests(second, fmt.Sprint("GET /", i), "200", ms...))
	}
	return b
}

func BenchmarkAdd50Series(b *testing.B) {
	a := newAggregate(b, loadtest.Threshold{Metric: metrics.HTTP, Expression: "p(95)<500"})
	batch := benchmarkBatch(0, 0)
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		batch.Seq++
		for j := range batch.Rollups {
			batch.Rollups[j].Second = start + i%3600
		}
		a.Add(batch)
	}
}

func BenchmarkSnapshot50Operations(b *testing.B) {
	a := newAggregate(b, loadtest.Threshold{Metric: metrics.HTTP, Expression: "p(95)<500"})
	var seq uint64
	for i := range int64(600) {
		seq++
		a.Add(benchmarkBatch(seq, i))
	}
	next := benchmarkBatch(0, 600)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		seq++
		next.Seq = seq
		a.Add(next)
		b.StartTimer()
		a.Snapshot(at(600))
	}
}
