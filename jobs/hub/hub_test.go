package hub_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/jobs/hub"
)

const second = 1_700_000_000

// stores are the hub's three stores in memory.
type stores struct {
	mu      sync.Mutex
	runs    map[domain.RunID]loadtest.Run
	reports map[domain.RunID]report.Report
	batches []metrics.Batch
	fail    error
}

type runs struct{ *stores }

func (s runs) Get(_ context.Context, id domain.RunID) (loadtest.Run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	run, ok := s.runs[id]
	if !ok {
		return run, domain.Errorf(domain.NotFound, "x", "no such run")
	}
	return run, nil
}

type reports struct{ *stores }

func (s reports) Get(_ context.Context, id domain.RunID) (report.Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rep, ok := s.reports[id]
	if !ok {
		return rep, domain.Errorf(domain.NotFound, "x", "no report")
	}
	return rep, nil
}

func (s *stores) Append(_ context.Context, _ domain.RunID, b metrics.Batch) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return false, s.fail
	}
	for _, old := range s.batches {
		if old.Instance == b.Instance && old.Seq == b.Seq {
			return false, nil
		}
	}
	s.batches = append(s.batches, b)
	return true, nil
}

func (s *stores) Batches(context.Context, domain.RunID) iter.Seq2[metrics.Batch, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.Clone(s.batches)
	return func(yield func(metrics.Batch, error) bool) {
		for _, b := range all {
			if !yield(b, nil) {
				return
			}
		}
	}
}

func (s *stores) Series(context.Context, domain.RunID, metrics.Query) ([]metrics.Rollup, error) {
	return nil, nil
}
func (s *stores) Logs(context.Context, domain.RunID, int) ([]metrics.LogLine, error) { return nil, nil }
func (s *stores) Delete(context.Context, domain.RunID) error                         { return nil }

func setup(t *testing.T, change ...func(*hub.Config)) (*hub.Hub, *stores) {
	t.Helper()
	s := &stores{runs: map[domain.RunID]loadtest.Run{}, reports: map[domain.RunID]report.Report{}}
	cfg := hub.Config{Runs: runs{s}, Reports: reports{s}, Rollups: s}
	for _, c := range change {
		c(&cfg)
	}
	return hub.New(cfg), s
}

func running() loadtest.Run {
	return loadtest.Run{ID: "r1", State: loadtest.Running, TokenHash: "hash", StartedAt: time.Now()}
}

// batch holds n requests of 10 ms in the given second.
func batch(instance string, seq uint64, n int) metrics.Batch {
	h := metrics.NewHistogram()
	for range n {
		h.RecordMS(10)
	}
	return metrics.Batch{Instance: instance, Seq: seq, Rollups: []metrics.Rollup{{
		Series: metrics.Series{Metric: metrics.HTTP, Scenario: "default", Name: "GET /pets", Method: "GET", Status: "200", Expected: "true"},
		Second: second + int64(seq), Kind: metrics.Trend, Time: true, Count: uint64(n),
		Sum: h.Sum(), Min: 10, Max: 10, Hist: h.Encode(),
	}}}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestAWatcherSeesTheRunFromItsFirstFrameToItsLast(t *testing.T) {
	h, s := setup(t)
	run := running()
	c := must[*hub.Collector](t)(h.Open(run))
	must[metrics.Reply](t)(h.Ingest(t.Context(), run.ID, batch("a", 1, 5)))

	frames := must[<-chan *live.Frame](t)(h.Subscribe(t.Context(), run.ID))
	first := <-frames
	if got := first.Snapshot.Overall.Requests; got != 5 {
		t.Errorf("the first frame has %d requests, want all 5", got)
	}
	for _, seq := range []uint64{2, 2} { // the same batch again changes nothing
		reply := must[metrics.Reply](t)(h.Ingest(t.Context(), run.ID, batch("a", seq, 5)))
		if reply.Ack != seq {
			t.Errorf("ack = %d, want %d", reply.Ack, seq)
		}
	}
	final := c.Close()
	if final.Overall.Requests != 10 {
		t.Errorf("requests = %d, want 10", final.Overall.Requests)
	}
	if _, err := h.Ingest(t.Context(), run.ID, batch("a", 3, 5)); !errors.Is(err, metrics.ErrOver) {
		t.Errorf("a batch after the end: %v, want ErrOver", err)
	}
	run.State, run.Verdict = loadtest.Finished, loadtest.Passed
	s.runs[run.ID] = run
	s.reports[run.ID] = report.Report{Run: run, Result: final}
	c.Finish(run)
	var last *live.Frame
	for f := range frames {
		last = f
	}
	if last == nil || last.Run.State != loadtest.Finished || last.Snapshot.Overall.Requests != 10 {
		t.Fatalf("the last frame is %+v, want the finished run with 10 requests", last)
	}
	again := must[<-chan *live.Frame](t)(h.Subscribe(t.Context(), run.ID))
	if f := <-again; f.Snapshot.Overall.Requests != 10 || f.Run.Verdict != loadtest.Passed {
		t.Errorf("a finished run shows %+v", f)
	}
	if _, open := <-again; open {
		t.Error("a finished run has one frame only")
	}
}

func TestASlowReaderSkipsToTheNewest(t *testing.T) {
	h, _ := setup(t)
	run := running()
	c := must[*hub.Collector](t)(h.Open(run))
	frames := must[<-chan *live.Frame](t)(h.Subscribe(t.Context(), run.ID))
	for i := range 5 {
		run.Number = i + 1
		c.Update(run)
	}
	if f := <-frames; f.Run.Number != 5 {
		t.Errorf("read frame of update %d, want the newest, 5", f.Run.Number)
	}
	run.State = loadtest.Finished
	c.Finish(run)
	if f := <-frames; f.Run.State != loadtest.Finished {
		t.Errorf("state = %s, want finished", f.Run.State)
	}
}

func TestAWatcherLeaves(t *testing.T) {
	h, _ := setup(t)
	must[*hub.Collector](t)(h.Open(running()))
	ctx, cancel := context.WithCancel(t.Context())
	frames := must[<-chan *live.Frame](t)(h.Subscribe(ctx, "r1"))
	<-frames
	cancel()
	if _, open := <-frames; open {
		t.Error("the channel stays open after its context ended")
	}
	if n := h.Watchers(); n != 0 {
		t.Errorf("%d watchers are left", n)
	}
}

func TestTheClockMovesWithoutNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := setup(t)
		run := running()
		must[*hub.Collector](t)(h.Open(run))
		ctx, cancel := context.WithCancel(t.Context())
		var ran sync.WaitGroup
		ran.Go(func() { _ = h.Run(ctx) })
		frames := must[<-chan *live.Frame](t)(h.Subscribe(ctx, run.ID))
		var seen []time.Duration
		for f := range frames {
			seen = append(seen, f.Elapsed)
			if f.Silent > 0 {
				if f.Elapsed < 3*time.Second {
					t.Errorf("silence was told after %s", f.Elapsed)
				}
				break
			}
		}
		if len(seen) != 4 {
			t.Errorf("frames at %v, want one each second until the silence is told", seen)
		}
		cancel()
		ran.Wait()
	})
}

func TestTheGateWaitsForAllInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := setup(t, func(c *hub.Config) { c.Instances = 2 })
		run := running()
		run.State, run.StartedAt = loadtest.Starting, time.Time{}
		c := must[*hub.Collector](t)(h.Open(run))
		early, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if reply := must[metrics.Reply](t)(h.Gate(early, run.ID, "a")); reply.Go {
			t.Error("one of two instances was let through")
		}
		var replies [2]metrics.Reply
		var all sync.WaitGroup
		for i, name := range []string{"a", "b"} {
			all.Go(func() { replies[i], _ = h.Gate(t.Context(), run.ID, name) })
		}
		all.Wait()
		<-c.Begun()
		if !replies[0].Go || replies[0].StartInMS != replies[1].StartInMS || replies[0].StartInMS == 0 {
			t.Errorf("replies %+v, want both to go together", replies)
		}
	})
}

func TestACrossedThresholdStopsTheRun(t *testing.T) {
	h, _ := setup(t)
	run := running()
	run.Plan.Thresholds = []loadtest.Threshold{{Metric: "http_req_duration", Expression: "p(95)<5", AbortOnFail: true}}
	c := must[*hub.Collector](t)(h.Open(run))
	reply := must[metrics.Reply](t)(h.Ingest(t.Context(), run.ID, batch("a", 1, 5)))
	<-c.Crossed()
	if !reply.Stop || reply.Reason == "" {
		t.Errorf("reply %+v, want a stop with its reason", reply)
	}
	if c.Limit().Expression != "p(95)<5" {
		t.Errorf("limit %+v", c.Limit())
	}
}

func TestARestartReplaysAndKeepsSecretsOut(t *testing.T) {
	h, s := setup(t)
	s.batches = []metrics.Batch{batch("a", 1, 5), batch("a", 2, 7)}
	run := running()
	run.Plan.Headers = []loadtest.Header{{Name: "Authorization", Value: "s3cret", Secret: true}}
	c := must[*hub.Collector](t)(h.Open(run))
	if err := c.Replay(t.Context()); err != nil {
		t.Fatal(err)
	}
	reply := must[metrics.Reply](t)(h.Ingest(t.Context(), run.ID, batch("a", 2, 7)))
	if reply.Ack != 2 {
		t.Errorf("ack = %d, want 2", reply.Ack)
	}
	f := <-must[<-chan *live.Frame](t)(h.Subscribe(t.Context(), run.ID))
	if f.Snapshot.Overall.Requests != 12 {
		t.Errorf("requests = %d, want 12", f.Snapshot.Overall.Requests)
	}
	if v := f.Run.Plan.Headers[0].Value; v == "s3cret" || f.Run.TokenHash != "" {
		t.Error("a frame carries a secret")
	}
}

func TestWhoCannotReport(t *testing.T) {
	h, s := setup(t)
	s.runs["over"] = loadtest.Run{ID: "over", State: loadtest.Finished}
	s.runs["left"] = loadtest.Run{ID: "left", State: loadtest.Running}
	for run, want := range map[domain.RunID]func(error) bool{
		"over": func(err error) bool { return errors.Is(err, metrics.ErrOver) },
		"left": func(err error) bool { return errors.Is(err, metrics.ErrNotReady) },
		"none": func(err error) bool { return domain.CodeOf(err) == domain.NotFound },
	} {
		if _, err := h.Ingest(t.Context(), run, batch("a", 1, 1)); !want(err) {
			t.Errorf("batch for %q: %v", run, err)
		}
		if _, err := h.Gate(t.Context(), run, "a"); !want(err) {
			t.Errorf("gate for %q: %v", run, err)
		}
	}
	if _, err := h.Subscribe(t.Context(), "none"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("watch an unknown run: %v", err)
	}
}

func TestABatchThatIsNotStoredIsNotCounted(t *testing.T) {
	h, s := setup(t)
	c := must[*hub.Collector](t)(h.Open(running()))
	s.fail = domain.Errorf(domain.Unavailable, "x", "disk full")
	if _, err := h.Ingest(t.Context(), "r1", batch("a", 1, 5)); domain.CodeOf(err) != domain.Unavailable {
		t.Fatalf("err = %v", err)
	}
	s.fail = nil
	must[metrics.Reply](t)(h.Ingest(t.Context(), "r1", batch("a", 1, 5)))
	if n := c.Close().Overall.Requests; n != 5 {
		t.Errorf("requests = %d, want 5", n)
	}
}

func TestFiveHundredWatchersSeeTheEnd(t *testing.T) {
	h, s := setup(t)
	run := running()
	c := must[*hub.Collector](t)(h.Open(run))
	var watchers sync.WaitGroup
	ends := make(chan error, 500)
	for range 500 {
		frames := must[<-chan *live.Frame](t)(h.Subscribe(t.Context(), run.ID))
		watchers.Go(func() {
			var last *live.Frame
			for f := range frames {
				if last != nil && f.Seq <= last.Seq {
					ends <- fmt.Errorf("frame %d came after %d", f.Seq, last.Seq)
				}
				last = f
			}
			if last.Run.State != loadtest.Finished || last.Snapshot.Overall.Requests != 4*25 {
				ends <- fmt.Errorf("the last frame: %s, %d requests", last.Run.State, last.Snapshot.Overall.Requests)
			}
		})
	}
	var instances sync.WaitGroup
	for i := range 4 {
		instances.Go(func() {
			for seq := range 25 {
				if _, err := h.Ingest(t.Context(), run.ID, batch(fmt.Sprint(i), uint64(seq+1), 1)); err != nil {
					ends <- err
				}
			}
		})
	}
	instances.Wait()
	c.Close()
	run.State = loadtest.Finished
	s.runs[run.ID] = run
	c.Finish(run)
	watchers.Wait()
	close(ends)
	for err := range ends {
		t.Error(err)
	}
}
