package jobs_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/jobs"
	"plog.dev/plog/jobs/hub"
	"plog.dev/plog/repo/sqlite"
)

// fakeRunner carries runs out by do; adopt answers for those of an earlier process.
type fakeRunner struct {
	hub     *hub.Hub
	do      func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error)
	adopt   func(ctx context.Context, run loadtest.Run) (loadtest.Outcome, error)
	removed []domain.RunID
	left    []domain.RunID
}

func (r *fakeRunner) Run(ctx context.Context, l loadtest.Launch, started func(loadtest.Process) error) (loadtest.Outcome, error) {
	if err := started(loadtest.Process{PID: 4711, StartedAt: time.Now(), Dir: "nowhere"}); err != nil {
		return loadtest.Outcome{}, err
	}
	return r.do(ctx, l)
}

func (r *fakeRunner) Adopt(ctx context.Context, run loadtest.Run) (loadtest.Outcome, error) {
	return r.adopt(ctx, run)
}

func (r *fakeRunner) Remove(id domain.RunID) error {
	r.removed = append(r.removed, id)
	return nil
}

func (r *fakeRunner) Left() ([]domain.RunID, error) { return r.left, nil }

type bench struct {
	t       *testing.T
	db      *sqlite.DB
	hub     *hub.Hub
	runner  *fakeRunner
	manager *jobs.Manager
	project domain.Project
	seq     uint64
}

// newBench has real stores and a real hub; the Manager is not running yet.
func newBench(t *testing.T) *bench {
	t.Helper()
	db, err := sqlite.OpenTemp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b := &bench{t: t, db: db, project: domain.Project{Name: "p"}}
	if err := db.Projects().Create(t.Context(), &b.project); err != nil {
		t.Fatal(err)
	}
	b.restart()
	return b
}

// restart makes hub and Manager anew on the same stores, as a new process does.
func (b *bench) restart() {
	b.hub = hub.New(hub.Config{Runs: b.db.Runs(), Reports: b.db.Reports(), Rollups: b.db.Rollups()})
	b.runner = &fakeRunner{hub: b.hub}
	b.runner.do = func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
		b.report(ctx, l.Run, 10)
		return loadtest.Outcome{}, nil
	}
	b.manager = jobs.NewManager(jobs.Config{
		Runs: b.db.Runs(), Logs: b.db.Rollups(), Runner: b.runner, Hub: b.hub,
		TokenKey: []byte("key"), IngestURL: func() string { return "http://127.0.0.1:1/ingest" },
	})
}

// report sends ms-slow requests as k6 would.
func (b *bench) report(ctx context.Context, run domain.RunID, ms float64) {
	b.t.Helper()
	b.seq++
	h := metrics.NewHistogram()
	h.RecordMS(ms)
	_, err := b.hub.Ingest(context.WithoutCancel(ctx), run, metrics.Batch{Instance: "1", Seq: b.seq, Final: true, Rollups: []metrics.Rollup{{
		Series: metrics.Series{Metric: metrics.HTTP, Name: "GET /pets", Method: "GET", Status: "200", Expected: "true"},
		Second: time.Now().Unix(), Kind: metrics.Trend, Time: true, Count: 1, Sum: ms, Min: ms, Max: ms, Hist: h.Encode(),
	}}})
	if err != nil {
		b.t.Errorf("report: %v", err)
	}
}

// serve lets the Manager run; the returned function shuts it down and waits.
func (b *bench) serve() (shutdown func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := b.manager.Run(ctx); err != nil {
			b.t.Errorf("manager: %v", err)
		}
	})
	once := sync.OnceFunc(func() { cancel(); running.Wait() })
	b.t.Cleanup(once)
	return once
}

func (b *bench) plan(thresholds ...loadtest.Threshold) loadtest.Plan {
	return loadtest.Plan{
		ProjectID: b.project.ID, Name: "pets", BaseURL: "http://127.0.0.1:9", Thresholds: thresholds,
		Headers: []loadtest.Header{{Name: "Authorization", Value: "s3cret", Secret: true}},
		Scenarios: []loadtest.Scenario{{
			Executor: loadtest.ConstantVUs, VUs: 1, Duration: domain.Dur(time.Second),
			Steps: []loadtest.Step{{Method: "GET", Path: "/pets"}},
		}},
	}
}

func (b *bench) start(req jobs.Request) loadtest.Run {
	b.t.Helper()
	req.ProjectID = b.project.ID
	run, err := b.manager.Start(b.t.Context(), req)
	if err != nil {
		b.t.Fatal(err)
	}
	return run
}

// await reads frames until one satisfies want, and returns it.
func (b *bench) await(run domain.RunID, what string, want func(*live.Frame) bool) *live.Frame {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	frames, err := b.hub.Subscribe(ctx, run)
	if err != nil {
		b.t.Fatal(err)
	}
	for f := range frames {
		if want(f) {
			return f
		}
	}
	b.t.Fatalf("run %s: no frame in which %s", run, what)
	return nil
}

func in(state loadtest.State) func(*live.Frame) bool {
	return func(f *live.Frame) bool { return f.Run.State == state }
}

func (b *bench) finished(run domain.RunID) loadtest.Run {
	b.t.Helper()
	b.await(run, "it has finished", in(loadtest.Finished))
	stored, err := b.db.Runs().Get(b.t.Context(), run)
	if err != nil {
		b.t.Fatal(err)
	}
	return stored
}

func TestVerdicts(t *testing.T) {
	limit := loadtest.Threshold{Metric: "http_req_duration", Expression: "p(95)<5"}
	abort := limit
	abort.AbortOnFail = true
	tests := []struct {
		name    string
		plan    []loadtest.Threshold
		do      func(b *bench, ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error)
		verdict loadtest.Verdict
		reason  string // message key
	}{
		{name: "passed", verdict: loadtest.Passed},
		{name: "threshold crossed", plan: []loadtest.Threshold{limit}, verdict: loadtest.Failed, reason: "run.reason.thresholds"},
		{name: "ended by a threshold", plan: []loadtest.Threshold{abort}, verdict: loadtest.Failed, reason: "run.reason.threshold_abort",
			do: func(b *bench, ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
				b.report(ctx, l.Run, 10)
				<-b.begun(l.Run)
				b.report(ctx, l.Run, 10)
				<-ctx.Done()
				return loadtest.Outcome{ExitCode: 105, Stopped: true}, nil
			}},
		{name: "k6 fails", verdict: loadtest.Errored, reason: "run.reason.exit",
			do: func(*bench, context.Context, loadtest.Launch) (loadtest.Outcome, error) {
				return loadtest.Outcome{ExitCode: 107, LastLog: []string{"boom"}}, nil
			}},
		{name: "no k6", verdict: loadtest.Errored, reason: "run.k6_missing",
			do: func(*bench, context.Context, loadtest.Launch) (loadtest.Outcome, error) {
				return loadtest.Outcome{}, domain.Errorf(domain.Unavailable, "run.k6_missing", "k6 is not there")
			}},
		{name: "nothing measured", verdict: loadtest.Invalid, reason: "run.reason.no_requests",
			do: func(*bench, context.Context, loadtest.Launch) (loadtest.Outcome, error) {
				return loadtest.Outcome{}, nil
			}},
		{name: "the last measurements missing", verdict: loadtest.Invalid, reason: "run.reason.no_end",
			do: func(b *bench, ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
				b.report(ctx, l.Run, 1)
				_, err := b.hub.Ingest(ctx, l.Run, metrics.Batch{Instance: "2", Seq: 1, Heartbeat: &metrics.Heartbeat{}})
				return loadtest.Outcome{}, err
			}},
		{name: "measurements lost", verdict: loadtest.Invalid, reason: "run.reason.lost_samples",
			do: func(b *bench, ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
				b.report(ctx, l.Run, 1)
				b.seq++
				_, err := b.hub.Ingest(ctx, l.Run, metrics.Batch{Instance: "1", Seq: b.seq, Heartbeat: &metrics.Heartbeat{LostSamples: 1}})
				return loadtest.Outcome{}, err
			}},
		{name: "a panic", verdict: loadtest.Errored, reason: "run.panic",
			do: func(*bench, context.Context, loadtest.Launch) (loadtest.Outcome, error) { panic("oops") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if tt.do != nil {
				b.runner.do = func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) { return tt.do(b, ctx, l) }
			}
			b.serve()
			run := b.finished(b.start(jobs.Request{Plan: b.plan(tt.plan...)}).ID)
			if run.Verdict != tt.verdict || run.Reason.Key != tt.reason {
				t.Errorf("verdict %s because %q (%s), want %s because %q", run.Verdict, run.Reason.Key, run.Reason, tt.verdict, tt.reason)
			}
			rep, err := b.db.Reports().Get(t.Context(), run.ID)
			if err != nil {
				t.Fatal(err)
			}
			if v := rep.Run.Plan.Headers[0].Value; v != loadtest.Mask {
				t.Errorf("the report shows the secret %q", v)
			}
		})
	}
}

// begun is closed when the run is seen running, or past that.
func (b *bench) begun(id domain.RunID) <-chan struct{} {
	done := make(chan struct{})
	b.await(id, "it runs", func(f *live.Frame) bool {
		return f.Run.State == loadtest.Running || f.Run.State == loadtest.Stopping
	})
	close(done)
	return done
}

func TestRunsWaitForTheirTurn(t *testing.T) {
	b := newBench(t)
	release := make(chan struct{})
	b.runner.do = func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
		b.report(ctx, l.Run, 1)
		<-release
		return loadtest.Outcome{}, nil
	}
	b.serve()
	first := b.start(jobs.Request{Plan: b.plan()})
	b.await(first.ID, "it runs", in(loadtest.Running))
	second, third := b.start(jobs.Request{Plan: b.plan()}), b.start(jobs.Request{Plan: b.plan()})
	b.await(third.ID, "one run waits before it", func(f *live.Frame) bool { return f.Run.State == loadtest.Queued && f.Queue == 1 })

	if err := b.manager.Stop(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if run := b.finished(second.ID); run.Verdict != loadtest.Aborted || !run.StartedAt.IsZero() {
		t.Errorf("a run stopped in the queue: %s, started at %s", run.Verdict, run.StartedAt)
	}
	b.await(third.ID, "it is next", func(f *live.Frame) bool { return f.Queue == 0 })
	close(release)
	if run := b.finished(third.ID); run.Verdict != loadtest.Passed {
		t.Errorf("the last run: %s", run.Verdict)
	}
}

func TestStopAndDelete(t *testing.T) {
	b := newBench(t)
	b.runner.do = func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
		b.report(ctx, l.Run, 1)
		<-ctx.Done()
		b.report(ctx, l.Run, 1) // what k6 sends while it ends gracefully
		if !errors.Is(context.Cause(ctx), loadtest.ErrStoppedByUser) {
			t.Errorf("cause %v", context.Cause(ctx))
		}
		return loadtest.Outcome{ExitCode: 105, Stopped: true}, nil
	}
	b.serve()
	run := b.start(jobs.Request{Plan: b.plan()})
	b.await(run.ID, "it runs", in(loadtest.Running))
	if err := b.manager.Delete(t.Context(), run.ID); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("delete a running run: %v", err)
	}
	if err := b.manager.Stop(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	run = b.finished(run.ID)
	if run.Verdict != loadtest.Aborted || run.Reason.Key != loadtest.ErrStoppedByUser.Message.Key {
		t.Errorf("%s because %s", run.Verdict, run.Reason)
	}
	rep, err := b.db.Reports().Get(t.Context(), run.ID)
	if err != nil || rep.Result.Overall.Requests != 2 {
		t.Errorf("%d requests, %v; want both", rep.Result.Overall.Requests, err)
	}
	if err := b.manager.Stop(t.Context(), run.ID); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("stop a finished run: %v", err)
	}
	if err := b.manager.Delete(t.Context(), run.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.db.Runs().Get(t.Context(), run.ID); domain.CodeOf(err) != domain.NotFound || len(b.runner.removed) != 1 {
		t.Errorf("after delete: %v, files removed of %v", err, b.runner.removed)
	}
}

func TestShutdownKeepsWhatWasMeasured(t *testing.T) {
	b := newBench(t)
	b.runner.do = func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
		b.report(ctx, l.Run, 1)
		<-ctx.Done()
		return loadtest.Outcome{Stopped: true}, nil
	}
	shutdown := b.serve()
	run, waiting := b.start(jobs.Request{Plan: b.plan()}), b.start(jobs.Request{Plan: b.plan()})
	b.await(run.ID, "it runs", in(loadtest.Running))
	shutdown()
	if run = b.finished(run.ID); run.Verdict != loadtest.Aborted || run.Reason.Key != loadtest.ErrShutdown.Message.Key {
		t.Errorf("%s because %s", run.Verdict, run.Reason)
	}
	if _, err := b.manager.Start(t.Context(), jobs.Request{Plan: b.plan(), ProjectID: b.project.ID}); domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("start while shutting down: %v", err)
	}
	b.restart()
	b.serve()
	if waiting = b.finished(waiting.ID); waiting.Verdict != loadtest.Passed {
		t.Errorf("the run that waited over the restart: %s because %s", waiting.Verdict, waiting.Reason)
	}
}

// TestAdoption kills PLOG (nothing of the first Manager ever ends) and starts
// another on the same stores.
func TestAdoption(t *testing.T) {
	tests := []struct {
		name     string
		adopt    func(b *bench) func(ctx context.Context, run loadtest.Run) (loadtest.Outcome, error)
		verdict  loadtest.Verdict
		requests uint64
	}{
		{"k6 lives", func(b *bench) func(context.Context, loadtest.Run) (loadtest.Outcome, error) {
			return func(ctx context.Context, run loadtest.Run) (loadtest.Outcome, error) {
				if run.Process == nil || run.Process.PID != 4711 {
					b.t.Errorf("process %+v", run.Process)
				}
				b.report(ctx, run.ID, 1)
				return loadtest.Outcome{}, nil
			}
		}, loadtest.Passed, 2},
		{"k6 is gone", func(*bench) func(context.Context, loadtest.Run) (loadtest.Outcome, error) {
			return func(context.Context, loadtest.Run) (loadtest.Outcome, error) {
				return loadtest.Outcome{}, domain.Errorf(domain.NotFound, "x", "nothing lives")
			}
		}, loadtest.Aborted, 1},
		{"k6 died meanwhile", func(*bench) func(context.Context, loadtest.Run) (loadtest.Outcome, error) {
			return func(context.Context, loadtest.Run) (loadtest.Outcome, error) {
				return loadtest.Outcome{ExitCode: 137, LastLog: []string{"killed"}}, nil
			}
		}, loadtest.Errored, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			dead := make(chan struct{})
			b.runner.do = func(ctx context.Context, l loadtest.Launch) (loadtest.Outcome, error) {
				b.report(ctx, l.Run, 1)
				<-dead
				return loadtest.Outcome{}, nil
			}
			b.serve()
			t.Cleanup(func() { close(dead) })
			run := b.start(jobs.Request{Plan: b.plan()})
			b.await(run.ID, "it runs", in(loadtest.Running))
			b.restart()
			b.runner.adopt = tt.adopt(b)
			b.serve()
			run = b.finished(run.ID)
			rep, err := b.db.Reports().Get(t.Context(), run.ID)
			if err != nil {
				t.Fatal(err)
			}
			if run.Verdict != tt.verdict || rep.Result.Overall.Requests != tt.requests {
				t.Errorf("%s with %d requests because %s, want %s with %d", run.Verdict, rep.Result.Overall.Requests, run.Reason, tt.verdict, tt.requests)
			}
		})
	}
}

// A run that PLOG was stopping when it was killed ends for the reason it was
// being stopped for; one that k6 had ended by itself, by its thresholds.
func TestAdoptionOfAStoppingRun(t *testing.T) {
	for name, tt := range map[string]struct {
		cause   *domain.Error
		verdict loadtest.Verdict
	}{
		"by a person":    {loadtest.ErrStoppedByUser, loadtest.Aborted},
		"by a shutdown":  {loadtest.ErrShutdown, loadtest.Aborted},
		"by a threshold": {loadtest.ErrThreshold, loadtest.Failed},
		"by itself":      {nil, loadtest.Passed},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			run := b.start(jobs.Request{Plan: b.plan()})
			runs := b.db.Runs()
			b.report(t.Context(), run.ID, 1)
			steps := []error{
				runs.Transition(t.Context(), run.ID, loadtest.Queued, loadtest.Running),
				runs.SetProcess(t.Context(), run.ID, loadtest.Process{PID: 4711, StartedAt: time.Now()}),
			}
			if tt.cause != nil {
				steps = append(steps, runs.SetReason(t.Context(), run.ID, tt.cause.Message))
			}
			steps = append(steps, runs.Transition(t.Context(), run.ID, loadtest.Running, loadtest.Stopping))
			if err := errors.Join(steps...); err != nil {
				t.Fatal(err)
			}
			b.restart()
			b.runner.adopt = func(context.Context, loadtest.Run) (loadtest.Outcome, error) { return loadtest.Outcome{}, nil }
			b.serve()
			if run = b.finished(run.ID); run.Verdict != tt.verdict {
				t.Errorf("%s because %s, want %s", run.Verdict, run.Reason, tt.verdict)
			}
		})
	}
}

func TestFilesOfDeletedRunsAreRemovedAtTheStart(t *testing.T) {
	b := newBench(t)
	run := b.start(jobs.Request{Plan: b.plan()})
	b.runner.left = []domain.RunID{"forgotten", run.ID}
	b.serve()
	b.finished(run.ID)
	if len(b.runner.removed) != 1 || b.runner.removed[0] != "forgotten" {
		t.Errorf("removed %v", b.runner.removed)
	}
}

// failingRuns is a store whose disk is full for the first writes of an end.
type failingRuns struct {
	*sqlite.Runs
	left atomic.Int32
}

func (f *failingRuns) Finish(ctx context.Context, run loadtest.Run, rep report.Report) error {
	if f.left.Add(-1) >= 0 {
		return domain.Errorf(domain.Unavailable, "store.full", "The disk is full.")
	}
	return f.Runs.Finish(ctx, run, rep)
}

func TestAnEndIsStoredOnceTheStoreWorksAgain(t *testing.T) {
	b := newBench(t)
	store := &failingRuns{Runs: b.db.Runs()}
	store.left.Store(2)
	b.manager = jobs.NewManager(jobs.Config{
		Runs: store, Logs: b.db.Rollups(), Runner: b.runner, Hub: b.hub,
		TokenKey: []byte("key"), IngestURL: func() string { return "http://127.0.0.1:1/ingest" },
	})
	b.serve()
	if run := b.finished(b.start(jobs.Request{Plan: b.plan()}).ID); run.Verdict != loadtest.Passed {
		t.Errorf("%s because %s", run.Verdict, run.Reason)
	}
}

func TestStartRefuses(t *testing.T) {
	b := newBench(t)
	if _, err := b.manager.Start(t.Context(), jobs.Request{ProjectID: b.project.ID}); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("an empty plan: %v", err)
	}
	saved := b.plan()
	if err := b.db.Plans().Save(t.Context(), &saved); err != nil {
		t.Fatal(err)
	}
	first := b.start(jobs.Request{Plan: saved, Key: "k"})
	if again := b.start(jobs.Request{Plan: saved, Key: "k"}); again.ID != first.ID {
		t.Errorf("the same key made another run")
	}
	_, err := b.manager.Start(t.Context(), jobs.Request{Plan: saved, ProjectID: b.project.ID})
	if domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the same plan twice: %v", err)
	}
}
