package sqlite_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/repo/repotest"
)

func (b *bundle) newRun(t testing.TB) domain.RunID {
	t.Helper()
	return b.run(t, loadtest.Plan{}).ID
}

func TestRollupStore(t *testing.T) {
	t.Parallel()
	repotest.RollupStore(t, func(t *testing.T) (metrics.RollupStore, func() domain.RunID) {
		b := setup(t)
		return b.Rollups(), func() domain.RunID { return b.newRun(t) }
	})
}

func TestRunTakesItsRollupsAlong(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	run := b.run(t, loadtest.Plan{})
	got[bool](t)(b.Rollups().Append(ctx, run.ID, repotest.Many("a", 1, 3)))
	finish(t, b, run)
	must(t, b.Runs().Delete(ctx, run.ID))
	_, err := b.Rollups().Append(ctx, run.ID, repotest.Many("a", 2, 3))
	wantCode(t, err, domain.NotFound, "store.not_found.run")
	for _, table := range []string{"batches", "rollups", "series", "logs", "reports"} {
		same(t, 0, b.Count(t, table))
	}
}

// More runs and series than the dictionary remembers are stored right, too.
func TestDictionaryForgets(t *testing.T) {
	t.Parallel()
	b := setup(t)
	runs := make([]domain.RunID, 70)
	for i := range runs {
		runs[i] = b.newRun(t)
	}
	for seq := range uint64(2) {
		for _, run := range runs {
			got[bool](t)(b.Rollups().Append(t.Context(), run, repotest.Many("a", seq+1, 2)))
		}
	}
	same(t, 2*len(runs), b.Count(t, "series"))
	for _, run := range runs {
		same(t, 4, len(got[[]metrics.Rollup](t)(b.Rollups().Series(t.Context(), run, metrics.Query{}))))
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	run := b.newRun(t)
	b.LimitPages(t, 20)
	var acknowledged uint64
	for {
		_, err := b.Rollups().Append(ctx, run, repotest.Many("a", acknowledged+1, 200))
		if err != nil {
			wantCode(t, err, domain.Unavailable, "store.full")
			break
		}
		acknowledged++
	}
	wantCode(t, b.Documents().Create(ctx, &domain.Document{SourceID: b.source.ID, Raw: random(1 << 20)}), domain.Unavailable, "store.full")
	same(t, int(acknowledged), b.Count(t, "batches"))
	b.LimitPages(t, 1<<30)
	if added := got[bool](t)(b.Rollups().Append(ctx, run, repotest.Many("a", acknowledged+1, 200))); !added {
		t.Error("the batch that did not fit was noted as stored")
	}
	same(t, (int(acknowledged)+1)*200, len(got[[]metrics.Rollup](t)(b.Rollups().Series(ctx, run, metrics.Query{}))))
	b.CheckIntegrity(t)
}

// BenchmarkAppend measures what 20 runs of 50 series each cost every second.
func BenchmarkAppend(b *testing.B) {
	const runs, series = 20, 50
	s := setup(b)
	ids := make([]domain.RunID, runs)
	for i := range ids {
		ids[i] = s.newRun(b)
	}
	cpu := cpuTime(b)
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		for _, run := range ids {
			if _, err := s.Rollups().Append(b.Context(), run, repotest.Many("a", uint64(i+1), series)); err != nil {
				b.Fatal(err)
			}
		}
	}
	seconds := float64(b.N)
	b.ReportMetric(seconds*runs*series/b.Elapsed().Seconds(), "rollups/s")
	b.ReportMetric(float64((cpuTime(b)-cpu).Milliseconds())/seconds, "cpu-ms/load-second")
}

// BenchmarkMillion replays and queries 10⁶ rollups of one run.
func BenchmarkMillion(b *testing.B) {
	const batches, series = 10_000, 100
	s := setup(b)
	run := s.newRun(b)
	for seq := range uint64(batches) {
		got[bool](b)(s.Rollups().Append(b.Context(), run, repotest.Many("a", seq+1, series)))
	}
	b.Run("Replay", func(b *testing.B) {
		for b.Loop() {
			n := 0
			for batch, err := range s.Rollups().Batches(b.Context(), run) {
				must(b, err)
				n += len(batch.Rollups)
			}
			same(b, batches*series, n)
		}
	})
	b.Run("OneSeries", func(b *testing.B) {
		for b.Loop() {
			same(b, batches, len(got[[]metrics.Rollup](b)(s.Rollups().Series(b.Context(), run, metrics.Query{Name: fmt.Sprint("GET /", 50)}))))
		}
	})
	b.Run("Delete", func(b *testing.B) {
		for b.Loop() {
			must(b, s.Rollups().Delete(b.Context(), run))
		}
	})
}

func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
