package hub_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/jobs/hub"
)

// wide is a batch of 50 series, as an instance sends each second.
func wide(seq uint64) metrics.Batch {
	b := batch("a", seq, 20)
	one := b.Rollups[0]
	for i := range 49 {
		one.Series.Name = fmt.Sprintf("GET /things/%d", i)
		b.Rollups = append(b.Rollups, one)
	}
	return b
}

// BenchmarkIngest counts batches of 50 series of a run that nobody watches.
func BenchmarkIngest(b *testing.B) {
	benchmark(b, 0)
}

// BenchmarkIngestWatched does so with 500 watchers, each of whom reads every
// frame it can get.
func BenchmarkIngestWatched(b *testing.B) {
	benchmark(b, 500)
}

func benchmark(b *testing.B, watchers int) {
	s := &stores{}
	h := hub.New(hub.Config{Runs: runs{s}, Reports: reports{s}, Rollups: forgetful{s}})
	run := running()
	c, err := h.Open(run)
	if err != nil {
		b.Fatal(err)
	}
	done := make(chan struct{}, watchers)
	for range watchers {
		frames, err := h.Subscribe(b.Context(), run.ID)
		if err != nil {
			b.Fatal(err)
		}
		go func(frames <-chan *live.Frame) {
			for range frames {
			}
			done <- struct{}{}
		}(frames)
	}
	before, seq := cpu(b), uint64(0)
	for b.Loop() {
		seq++
		if _, err := h.Ingest(b.Context(), run.ID, wide(seq)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(cpu(b)-before)/float64(seq)/1e6, "cpu-ms/batch")
	c.Finish(run)
	for range watchers {
		<-done
	}
}

// forgetful keeps nothing: what the store costs is measured where the store is.
type forgetful struct{ *stores }

func (forgetful) Append(context.Context, domain.RunID, metrics.Batch) (bool, error) { return true, nil }

// cpu returns what the process has used, in nanoseconds.
func cpu(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
