package main

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/metrics"
)

func TestASectionIsMarkdown(t *testing.T) {
	s := section{
		title: "Speed", how: "By hand.",
		tables:  []table{{title: "All:", head: []string{"What", "ms"}, rows: [][]string{{"a|b", "1"}}}},
		targets: []target{{"fast", "≤ 2", "1", true}, {"small", "≤ 2", "3", false}},
		notes:   []string{"Busy."},
	}
	want := "## Speed\n\nBy hand.\n\nAll:\n\n| What | ms |\n|:--|--:|\n| a\\|b | 1 |\n\n" +
		"| Target | Wanted | Measured |  |\n|:--|--:|--:|--:|\n| fast | ≤ 2 | 1 | met |\n| small | ≤ 2 | 3 | **missed** |\n\n- Busy.\n\n"
	if diff := cmp.Diff(want, s.markdown()); diff != "" {
		t.Error(diff)
	}
}

func TestQuantilesAreK6s(t *testing.T) {
	sorted := []float64{1, 2, 3, 4, 10}
	for p, want := range map[float64]float64{0: 1, 0.5: 3, 0.25: 2, 0.875: 7, 1: 10} {
		if got := quantile(sorted, p); got != want {
			t.Errorf("quantile(%g) = %g, want %g", p, got, want)
		}
	}
	if !math.IsNaN(quantile(nil, 0.5)) {
		t.Error("nothing has a median")
	}
	if got := median([]float64{9, 1, 5}); got != 5 {
		t.Errorf("median = %g", got)
	}
}

func TestSamplesAreTheLoadsDurations(t *testing.T) {
	got, err := readSamples(strings.NewReader(`metric_name,timestamp,metric_value,check,group,name
http_reqs,1,1.000000,,,GET /a
http_req_duration,1,2.500000,,,GET /a
http_req_duration,1,99.000000,,::setup,gate
http_req_duration,2,1.500000,,,"GET /b, or c"
http_req_duration,2,0.500000,,::journey,GET /a
`))
	if err != nil {
		t.Fatal(err)
	}
	got.sort()
	want := samples{"": {0.5, 1.5, 2.5}, "GET /a": {0.5, 2.5}, "GET /b, or c": {1.5}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "metric_name,metric_value\n", "metric_name,metric_value,name,group\nhttp_req_duration,x,a,\n"} {
		if _, err := readSamples(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestADelayEndsWithTheFirstMessageThatCountsTheRequest(t *testing.T) {
	zero := time.Unix(1_700_000_000, 0)
	at := func(ms int) time.Time { return zero.Add(time.Duration(ms) * time.Millisecond) }
	got := delays([]time.Time{at(0), at(100), at(900), at(5000)}, []told{{2, at(1000)}, {2, at(1100)}, {3, at(2000)}})
	if diff := cmp.Diff([]float64{900, 1000, 1100}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAWatcherKnowsTheNewestOfEachSecond(t *testing.T) {
	stream := "data: <hx-partial>\ndata: panels</hx-partial>\n\n" +
		"event: points\ndata: {\"t\":[10,11],\"series\":{\"status:2xx\":[5,null],\"status:5xx\":[1,null],\"p95\":[3,null]}}\n\n" +
		":\n\n" +
		"event: points\ndata: {\"t\":[11,12],\"series\":{\"status:2xx\":[4,2],\"offered\":[9,9]}}\n\n" +
		"event: points\ndata: {\"t\":[11],\"series\":{\"status:2xx\":[3]}}\n\n" +
		"event: finished\ndata: \n\n"
	var totals []uint64
	got, err := watchRun(strings.NewReader(stream), func(total uint64, _ time.Time) { totals = append(totals, total) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int64]uint64{10: 6, 11: 3, 12: 2}, got.requests); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]uint64{6, 12, 11}, totals); diff != "" {
		t.Error(diff)
	}
	if !got.finished || got.total != 11 || got.bytes != len(stream) || len(got.first) != 3 {
		t.Errorf("%+v", got)
	}
}

func TestWhatABrowserLoadsBecauseOfAFile(t *testing.T) {
	for _, tt := range []struct {
		kind, body string
		want       []string
	}{
		{"text/html", `<link rel="stylesheet" href="/a.css"><link rel="canonical" href="/no"><script type="module" src="/a.js"></script>` +
			`<a href="/no">x</a><svg><use href="/i.svg#x"/></svg><img src="/p.png"><script>1</script>`, []string{"/a.css", "/a.js", "/i.svg#x", "/p.png"}},
		{"text/javascript", "// import './no' is said below\nimport './a.js';\nimport { b, c } from \"./b.js\";\nexport * from './c.js';\nconst x = 'import';\n",
			[]string{"./a.js", "./b.js", "./c.js"}},
		{"text/css", `@import "a.css"; x{background:url('b.svg')} y{background:url( c.svg )}`, []string{"a.css", "b.svg", "c.svg"}},
		{"image/svg+xml", `<svg/>`, nil},
	} {
		if diff := cmp.Diff(tt.want, references(tt.kind, []byte(tt.body))); diff != "" {
			t.Errorf("%s: %s", tt.kind, diff)
		}
	}
}

func TestBenchmarksBecomeRows(t *testing.T) {
	got := benchmarkRows("domain/metrics", []byte("goos: linux\nBenchmarkAdd/50-2   \t 1000\t 1234567 ns/op\t 5.6 rollups/s\t 2048 B/op\t 1 allocs/op\nPASS\n"))
	want := [][]string{{"domain/metrics Add/50", "1.23 ms", "2.0 KiB", "1", "5.6 rollups/s"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFlagsAreLeftOut(t *testing.T) {
	args := []string{"run", "--out", "plog", "--quiet", "s.js"}
	if got := without(args, "--out", 2); !slices.Equal(got, []string{"run", "--quiet", "s.js"}) {
		t.Errorf("%q", got)
	}
	if got := without(args, "--none", 1); !slices.Equal(got, args) {
		t.Errorf("%q", got)
	}
}

func TestTheStandInReportsWhatPLOGTakes(t *testing.T) {
	series := rollups(50)
	for i := range series {
		series[i].Second = 1_700_000_000
	}
	var body bytes.Buffer
	if err := metrics.EncodeBatch(&body, metrics.Batch{Instance: "a", Seq: 1, Rollups: series}); err != nil {
		t.Fatal(err)
	}
	batch, err := metrics.DecodeBatch(&body, maxBatch)
	if err != nil {
		t.Fatal(err)
	}
	agg, err := metrics.NewAggregate(nil)
	if err != nil {
		t.Fatal(err)
	}
	agg.Add(batch)
	got := agg.Snapshot(time.Unix(1_700_000_001, 0))
	if len(series) != 50 || len(got.Operations) != 48 || got.Overall.Requests != 48*perSeries {
		t.Errorf("%d series, %d operations, %d requests", len(series), len(got.Operations), got.Overall.Requests)
	}
}
