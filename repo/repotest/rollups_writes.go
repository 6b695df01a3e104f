package repotest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

func storesOnce(t *testing.T, f *fixture) {
	run := f.newRun()
	f.append(t, run, batch("a", 1), batch("a", 2))
	other := batch("a", 1)
	other.Rollups = other.Rollups[:1]
	added, err := f.store.Append(t.Context(), run, other)
	if added || err != nil {
		t.Fatalf("again: added %v, error %v", added, err)
	}
	equal(t, []metrics.Batch{batch("a", 1), batch("a", 2)}, f.batches(t, run))
}

func storesOnceConcurrently(t *testing.T, f *fixture) {
	const batches, senders = 20, 4
	run := f.newRun()
	var (
		wg    sync.WaitGroup
		added atomic.Int64
	)
	for range senders {
		wg.Go(func() {
			for seq := range uint64(batches) {
				ok, err := f.store.Append(t.Context(), run, batch("a", seq+1))
				if err != nil {
					t.Errorf("append %d: %v", seq+1, err)
				}
				if ok {
					added.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := len(f.batches(t, run)); added.Load() != batches || n != batches {
		t.Errorf("%d said to be added, %d stored, want %d", added.Load(), n, batches)
	}
	if n := len(f.series(t, run, metrics.Query{Metric: "vus"})); n != batches {
		t.Errorf("%d rollups, want %d", n, batches)
	}
}

func deletes(t *testing.T, f *fixture) {
	run, other := f.newRun(), f.newRun()
	f.append(t, run, batch("a", 1), batch("a", 2))
	f.append(t, other, batch("a", 1))
	for range 2 { // what is not there is no error
		if err := f.store.Delete(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, []metrics.Batch(nil), f.batches(t, run))
	equal(t, []metrics.Rollup(nil), f.series(t, run, metrics.Query{}))
	equal(t, []string(nil), f.logs(t, run, 0))
	equal(t, []metrics.Batch{batch("a", 1)}, f.batches(t, other))
}

func appendsAfterDeletion(t *testing.T, f *fixture) {
	run := f.newRun()
	f.append(t, run, batch("a", 1))
	if err := f.store.Delete(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	f.append(t, run, batch("a", 1))
	equal(t, []metrics.Batch{batch("a", 1)}, f.batches(t, run))
}

// holdsMany stores 10⁵ rollups of two runs at once (fewer with -short), and
// replays, finds and deletes them.
func holdsMany(t *testing.T, f *fixture) {
	const runs, each = 2, 100
	batches := 500
	if testing.Short() {
		batches = 50
	}
	var (
		wg  sync.WaitGroup
		ids [runs]domain.RunID
	)
	for i := range ids {
		ids[i] = f.newRun()
		wg.Go(func() {
			for seq := range uint64(batches) {
				if _, err := f.store.Append(t.Context(), ids[i], Many("a", seq+1, each)); err != nil {
					t.Errorf("append %d: %v", seq+1, err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, run := range ids {
		var rollups, last uint64
		for b, err := range f.store.Batches(t.Context(), run) {
			if err != nil {
				t.Fatal(err)
			}
			if b.Seq != last+1 {
				t.Fatalf("batch %d follows %d", b.Seq, last)
			}
			rollups, last = rollups+uint64(len(b.Rollups)), b.Seq
		}
		if rollups != uint64(batches*each) {
			t.Fatalf("replayed %d rollups, want %d", rollups, batches*each)
		}
		one := f.series(t, run, metrics.Query{Metric: metrics.HTTP, Name: "GET /7", From: start + 10, To: start + 20})
		if len(one) != 10 {
			t.Fatalf("%d rollups of ten seconds of one series", len(one))
		}
	}
	if err := f.store.Delete(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	if n := len(f.series(t, ids[0], metrics.Query{})); n != 0 {
		t.Errorf("%d rollups left", n)
	}
	if n := len(f.series(t, ids[1], metrics.Query{})); n != batches*each {
		t.Errorf("%d rollups of the other run left", n)
	}
}

// Many returns the batch that an instance with n series sends for second seq of
// a run; its histograms have the size that some tens of requests leave.
func Many(instance string, seq uint64, n int) metrics.Batch {
	second := start + int64(seq)
	b := metrics.Batch{
		Instance: instance, Seq: seq, SentAt: time.Unix(second, 0).UTC(), Rollups: make([]metrics.Rollup, n),
		Heartbeat: &metrics.Heartbeat{At: time.Unix(second, 0).UTC(), CPUs: 1},
	}
	hist := make([]byte, 120)
	for i := range hist {
		hist[i] = byte(i * int(seq))
	}
	for i := range b.Rollups {
		b.Rollups[i] = metrics.Rollup{
			Series:   metrics.Series{Metric: metrics.HTTP, Scenario: "main", Name: fmt.Sprintf("GET /%d", i), Method: "GET", Status: "200", Expected: "true"},
			Instance: instance, Second: second, Kind: metrics.Trend, Time: true, Count: 30, Sum: 1234.5, Min: 1, Max: 99,
			Hist: hist, Phases: &metrics.Phases{Waiting: 1000},
		}
	}
	return b
}
