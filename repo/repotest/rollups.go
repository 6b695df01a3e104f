// Package repotest holds the conformance suites that every store passes.
package repotest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

// Open returns a store that is empty, or holds only other runs, and a function
// that makes a new run known to it. It closes the store when t ends.
type Open func(t *testing.T) (store metrics.RollupStore, newRun func() domain.RunID)

// start is the first second of every batch that the suite makes.
const start int64 = 1_900_000_000

// RollupStore proves that a store keeps the contract of metrics.RollupStore.
// Times are compared to the microsecond.
func RollupStore(t *testing.T, open Open) {
	t.Helper()
	for name, prove := range map[string]func(*testing.T, *fixture){
		"replays whole batches in stored order": replays,
		"stores a sequence number once":         storesOnce,
		"stores once under concurrency":         storesOnceConcurrently,
		"finds series by name and range":        findsSeries,
		"leaves gaps as gaps":                   leavesGaps,
		"keeps late parts of a second":          keepsLateParts,
		"keeps runs apart":                      keepsRunsApart,
		"deletes one run":                       deletes,
		"appends after a deletion":              appendsAfterDeletion,
		"limits logs to the last":               limitsLogs,
		"does not know a run":                   unknownRun,
		"ends a replay when asked":              endsReplay,
		"stops with its context":                stopsWithContext,
		"holds many rollups":                    holdsMany,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, newRun := open(t)
			prove(t, &fixture{store, newRun})
		})
	}
}

type fixture struct {
	store  metrics.RollupStore
	newRun func() domain.RunID
}

func (f *fixture) append(t *testing.T, run domain.RunID, batches ...metrics.Batch) {
	t.Helper()
	for _, b := range batches {
		added, err := f.store.Append(t.Context(), run, b)
		if err != nil || !added {
			t.Fatalf("append %s/%d: added %v, error %v", b.Instance, b.Seq, added, err)
		}
	}
}

func (f *fixture) batches(t *testing.T, run domain.RunID) []metrics.Batch {
	t.Helper()
	var all []metrics.Batch
	for b, err := range f.store.Batches(t.Context(), run) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	return all
}

func (f *fixture) series(t *testing.T, run domain.RunID, q metrics.Query) []metrics.Rollup {
	t.Helper()
	rollups, err := f.store.Series(t.Context(), run, q)
	if err != nil {
		t.Fatal(err)
	}
	return rollups
}

func (f *fixture) logs(t *testing.T, run domain.RunID, limit int) []string {
	t.Helper()
	lines, err := f.store.Logs(t.Context(), run, limit)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 0, len(lines))
	for _, l := range lines {
		texts = append(texts, l.Text)
	}
	return texts
}

// batch makes a batch with everything in it that a batch can hold.
func batch(instance string, seq uint64) metrics.Batch {
	moment := time.Unix(start+int64(seq), 123_456_000).UTC()
	return metrics.Batch{
		Instance: instance, Seq: seq, SentAt: moment,
		Rollups: []metrics.Rollup{request("GET /가게/{id}", instance, start+int64(seq)), gauge(instance, start+int64(seq))},
		Logs:    []metrics.LogLine{{At: moment, Level: "warning", Text: "말씀 🛒 \"quoted\" 'single' \\ \n\t end"}},
		Samples: []metrics.Sample{{At: moment, Name: "GET /가게/{id}", Status: "500", Body: "{\"오류\":\"'\"}", URL: "http://x/?q=1&r=%20"}},
		Heartbeat: &metrics.Heartbeat{
			At: moment, CPU: 1.0 / 3, CPUs: 2, MemoryBytes: 1 << 40, LoopLag: 7 * time.Nanosecond, DroppedIters: 3, LostSamples: 1, Buffered: 2,
		},
	}
}

func request(name, instance string, second int64) metrics.Rollup {
	return metrics.Rollup{
		Series: metrics.Series{
			Metric: metrics.HTTP, Scenario: "main", Group: "::outer::안", Name: name, Method: "GET", Status: "200",
			Expected: "true", ErrorCode: "1212", Error: "a \"quote\"", Check: "c", Tags: "k=v\x1fl=w",
		},
		Instance: instance, Second: second, Kind: metrics.Trend, Time: true,
		Count: 1 << 62, Failed: 3, Sum: 0.1 + 0.2, Min: 1e-300, Max: 1e300, Last: -0.5,
		Hist:   []byte{0, 255, 1, 0, '\'', '"', '\n', 128},
		Phases: &metrics.Phases{Blocked: 1, Connecting: 2, TLS: 3, Sending: 4, Waiting: 5.5, Receiving: 1.0 / 7},
	}
}

func gauge(instance string, second int64) metrics.Rollup {
	return metrics.Rollup{Series: metrics.Series{Metric: "vus", Scenario: "other"}, Instance: instance, Second: second, Kind: metrics.Gauge, Last: 5, Min: 1, Max: 9}
}

// blank is a batch with nothing but one gauge rollup at a second.
func blank(instance string, seq uint64, second int64) metrics.Batch {
	return metrics.Batch{Instance: instance, Seq: seq, SentAt: time.Unix(second, 0).UTC(), Rollups: []metrics.Rollup{gauge(instance, second)}}
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func seconds(rollups []metrics.Rollup) []int64 {
	s := make([]int64, 0, len(rollups))
	for _, r := range rollups {
		s = append(s, r.Second)
	}
	return s
}

func replays(t *testing.T, f *fixture) {
	run := f.newRun()
	want := []metrics.Batch{batch("b", 1), batch("a", 1), batch("a", 3), batch("a", 2), {Instance: "b", Seq: 2, SentAt: time.Unix(start, 0).UTC(), Final: true}}
	f.append(t, run, want...)
	equal(t, want, f.batches(t, run))
	if h := f.batches(t, run)[0].Rollups[0].Hist; !slices.Equal(h, want[0].Rollups[0].Hist) {
		t.Errorf("histogram bytes %v", h)
	}
}

func findsSeries(t *testing.T, f *fixture) {
	run := f.newRun()
	for i := range int64(5) {
		b := blank("a", uint64(5-i), start+4-i) // stored backwards
		b.Rollups = append(b.Rollups, request("GET /a", "a", start+4-i), request("GET /b", "a", start+4-i))
		f.append(t, run, b)
	}
	for name, c := range map[string]struct {
		q    metrics.Query
		want []int64
	}{
		"metric":   {metrics.Query{Metric: "vus"}, []int64{0, 1, 2, 3, 4}},
		"name":     {metrics.Query{Metric: metrics.HTTP, Name: "GET /a"}, []int64{0, 1, 2, 3, 4}},
		"scenario": {metrics.Query{Scenario: "other"}, []int64{0, 1, 2, 3, 4}},
		"range":    {metrics.Query{Metric: "vus", From: start + 1, To: start + 3}, []int64{1, 2}},
		"from":     {metrics.Query{Metric: "vus", From: start + 3}, []int64{3, 4}},
		"to":       {metrics.Query{To: start + 1}, []int64{0, 0, 0}},
		"nothing":  {metrics.Query{Name: "GET /' OR 1=1 --"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := seconds(f.series(t, run, c.q))
			for i := range got {
				got[i] -= start
			}
			equal(t, c.want, got)
		})
	}
	equal(t, []metrics.Rollup{request("GET /b", "a", start+2)}, f.series(t, run, metrics.Query{Name: "GET /b", From: start + 2, To: start + 3}))
}

func leavesGaps(t *testing.T, f *fixture) {
	run := f.newRun()
	f.append(t, run, blank("a", 1, start), blank("a", 2, start+60))
	equal(t, []int64{start, start + 60}, seconds(f.series(t, run, metrics.Query{})))
	equal(t, []metrics.Rollup(nil), f.series(t, run, metrics.Query{From: start + 1, To: start + 60}))
}

func keepsLateParts(t *testing.T, f *fixture) {
	run := f.newRun()
	late := blank("a", 3, start)
	late.Rollups = append(late.Rollups, gauge("a", start)) // twice in one batch, too
	f.append(t, run, blank("a", 1, start), blank("a", 2, start+1), late, blank("b", 1, start))
	equal(t, []int64{start, start, start, start, start + 1}, seconds(f.series(t, run, metrics.Query{})))
}

func keepsRunsApart(t *testing.T, f *fixture) {
	one, other := f.newRun(), f.newRun()
	f.append(t, one, batch("a", 1))
	f.append(t, other, blank("a", 1, start))
	f.append(t, one, batch("a", 2))
	equal(t, []metrics.Batch{batch("a", 1), batch("a", 2)}, f.batches(t, one))
	equal(t, []metrics.Batch{blank("a", 1, start)}, f.batches(t, other))
	equal(t, []metrics.Rollup{gauge("a", start)}, f.series(t, other, metrics.Query{}))
	equal(t, []string(nil), f.logs(t, other, 0))
}

func limitsLogs(t *testing.T, f *fixture) {
	run := f.newRun()
	line := func(second int64, text string) metrics.LogLine {
		return metrics.LogLine{At: time.Unix(start+second, 0).UTC(), Level: "info", Text: text}
	}
	f.append(t, run,
		metrics.Batch{Instance: "a", Seq: 1, Logs: []metrics.LogLine{line(0, "0"), line(2, "2"), line(2, "2 again")}},
		metrics.Batch{Instance: "b", Seq: 1, Logs: []metrics.LogLine{line(1, "1"), line(3, "3")}})
	for limit, want := range map[int][]string{
		0: {"0", "1", "2", "2 again", "3"}, 1: {"3"}, 3: {"2", "2 again", "3"}, 9: {"0", "1", "2", "2 again", "3"},
	} {
		equal(t, want, f.logs(t, run, limit))
	}
}

func unknownRun(t *testing.T, f *fixture) {
	run := domain.NewID[domain.RunID]()
	added, err := f.store.Append(t.Context(), run, batch("a", 1))
	if added || domain.CodeOf(err) != domain.NotFound {
		t.Errorf("added %v, error %v; want NotFound", added, err)
	}
	equal(t, []metrics.Batch(nil), f.batches(t, run))
	equal(t, []metrics.Rollup(nil), f.series(t, run, metrics.Query{}))
	equal(t, []string(nil), f.logs(t, run, 0))
	if err := f.store.Delete(t.Context(), run); err != nil {
		t.Errorf("delete: %v", err)
	}
}

func endsReplay(t *testing.T, f *fixture) {
	run := f.newRun()
	f.append(t, run, batch("a", 1), batch("a", 2))
	for b, err := range f.store.Batches(t.Context(), run) {
		if err != nil {
			t.Fatal(err)
		}
		f.append(t, run, batch("b", b.Seq)) // a reader may write
		break
	}
	if n := len(f.batches(t, run)); n != 3 {
		t.Errorf("%d batches", n)
	}
}

func stopsWithContext(t *testing.T, f *fixture) {
	run := f.newRun()
	f.append(t, run, batch("a", 1))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.store.Append(ctx, run, batch("a", 2)); err == nil {
		t.Error("appended with an ended context")
	}
	var failed error
	for _, err := range f.store.Batches(ctx, run) {
		failed = err
	}
	if failed == nil {
		t.Error("replayed with an ended context")
	}
	f.append(t, run, batch("a", 2))
}
