package sqlite_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
)

func reportOf(run loadtest.Run) report.Report {
	return report.Report{
		Run:      run,
		Result:   metrics.Snapshot{Overall: metrics.Summary{Requests: 42, ErrorRate: 1.0 / 3}},
		Findings: []analysis.Finding{{Kind: "k", Severity: analysis.Warn, Title: domain.Msg("a.b", "한글 {{.N}}", "N", "1")}},
	}
}

func TestRunLife(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	plan := b.plan(t)
	run := b.run(t, plan)
	if run.Number != 1 || run.State != loadtest.Queued || run.ID == "" || run.CreatedAt.IsZero() {
		t.Fatalf("created %+v", run)
	}
	must(t, b.Runs().Transition(ctx, run.ID, loadtest.Queued, loadtest.Starting))
	wantCode(t, b.Runs().Transition(ctx, run.ID, loadtest.Queued, loadtest.Starting), domain.Conflict, "store.run_state")
	wantCode(t, b.Runs().Delete(ctx, run.ID), domain.Conflict, "store.run_active")

	started := time.Date(2030, 1, 2, 3, 4, 5, 6789, time.FixedZone("KST", 9*3600))
	process := loadtest.Process{PID: 7, StartedAt: started, Dir: "/tmp/달리기"}
	env := loadtest.Environment{K6: "v1", CPUs: 2, Document: "가게 1.0"}
	must(t, b.Runs().SetStarted(ctx, run.ID, started))
	must(t, b.Runs().SetProcess(ctx, run.ID, process))
	must(t, b.Runs().SetEnv(ctx, run.ID, env))
	must(t, b.Runs().Rename(ctx, run.ID, "새 이름"))
	run.State, run.Name, run.Env = loadtest.Starting, "새 이름", env
	run.StartedAt = started.UTC().Truncate(time.Microsecond)
	run.Process = &process
	run.Process.StartedAt = started.UTC()
	same(t, run, got[loadtest.Run](t)(b.Runs().Get(ctx, run.ID)))
	same(t, []loadtest.Run{run}, got[[]loadtest.Run](t)(b.Runs().Active(ctx)))

	wantCode(t, second(b.Reports().Get(ctx, run.ID)), domain.NotFound, "store.not_found.report")
	run.Verdict, run.EndedAt = loadtest.Failed, started.Add(time.Minute).UTC().Truncate(time.Microsecond)
	run.Reason = domain.Msg("run.because", "{{.Count}} {{.Inner}}", "Count", int64(12_345_678), "Inner", domain.Msg("x.y", "안쪽"))
	rep := reportOf(run)
	must(t, b.Runs().Finish(ctx, run, rep))
	run.State = loadtest.Finished
	same(t, run, got[loadtest.Run](t)(b.Runs().Get(ctx, run.ID)))
	rep.Run.Plan.Headers = []loadtest.Header{{Name: "Authorization", Value: "••••••", Secret: true}, {Name: "X-Team", Value: "주문"}}
	same(t, rep, got[report.Report](t)(b.Reports().Get(ctx, run.ID)))
	if plan.Headers[0].Value != "Bearer 비밀'\"" {
		t.Error("the caller's plan was changed")
	}
	wantCode(t, b.Runs().Finish(ctx, run, rep), domain.Conflict, "store.run_finished")

	must(t, b.Runs().Delete(ctx, run.ID))
	wantCode(t, b.Runs().Rename(ctx, run.ID, "x"), domain.NotFound, "store.not_found.run")
	wantCode(t, b.Runs().Transition(ctx, run.ID, loadtest.Queued, loadtest.Starting), domain.NotFound, "store.not_found.run")
	if next := b.run(t, plan); next.Number != 2 {
		t.Errorf("the deleted run's number was given again: %d", next.Number)
	}
}

func TestRunKeyCreatesOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plan := b.plan(t)
	first := loadtest.Run{ProjectID: b.project.ID, PlanID: plan.ID, Plan: plan, Key: "k'1"}
	must(t, b.Runs().Create(t.Context(), &first))
	again := loadtest.Run{ID: domain.NewID[domain.RunID](), ProjectID: b.project.ID, PlanID: plan.ID, Plan: plan, Key: "k'1"}
	must(t, b.Runs().Create(t.Context(), &again))
	same(t, first, again)
	if n := len(got[[]loadtest.Run](t)(b.Runs().List(t.Context(), loadtest.RunFilter{}))); n != 1 {
		t.Errorf("%d runs", n)
	}
}

func TestRunList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plans := []loadtest.Plan{b.plan(t), b.plan(t)}
	var runs []loadtest.Run
	for i := range 6 {
		run := b.run(t, plans[i%2])
		if i < 4 {
			finish(t, b, run)
		}
		runs = append(runs, run)
	}
	for name, c := range map[string]struct {
		filter loadtest.RunFilter
		want   []int
	}{
		"all":     {loadtest.RunFilter{}, []int{6, 5, 4, 3, 2, 1}},
		"project": {loadtest.RunFilter{ProjectID: b.project.ID, BeforeNumber: 4, Limit: 2}, []int{3, 2}},
		"other":   {loadtest.RunFilter{ProjectID: "none"}, nil},
		"plan":    {loadtest.RunFilter{PlanID: plans[0].ID}, []int{5, 3, 1}},
		"states":  {loadtest.RunFilter{States: []loadtest.State{loadtest.Queued, loadtest.Running}}, []int{6, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			var numbers []int
			for _, r := range got[[]loadtest.Run](t)(b.Runs().List(t.Context(), c.filter)) {
				numbers = append(numbers, r.Number)
			}
			same(t, c.want, numbers)
		})
	}
	active := got[[]loadtest.Run](t)(b.Runs().Active(t.Context()))
	if len(active) != 2 || active[0].ID != runs[4].ID {
		t.Errorf("active %+v", active)
	}
}

// race carries both out at once and returns the error of the one that lost.
func race(t *testing.T, each func(i int) error) error {
	t.Helper()
	var (
		wg    sync.WaitGroup
		start = make(chan struct{})
		errs  [2]error
	)
	for i := range errs {
		wg.Go(func() {
			<-start
			errs[i] = each(i)
		})
	}
	close(start)
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("want exactly one to win, got %v and %v", errs[0], errs[1])
	}
	return errors.Join(errs[:]...)
}

func TestOneActiveRunPerPlan(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plan := b.plan(t)
	err := race(t, func(int) error {
		return b.Runs().Create(t.Context(), &loadtest.Run{ProjectID: b.project.ID, PlanID: plan.ID, Plan: plan})
	})
	wantCode(t, err, domain.Conflict, "store.plan_busy")
	var e *domain.Error
	errors.As(err, &e)
	winner := got[[]loadtest.Run](t)(b.Runs().Active(t.Context()))[0]
	if e.Message.Args["RunID"] != winner.ID || e.Message.Args["Number"] != winner.Number {
		t.Errorf("arguments %v, winner %s #%d", e.Message.Args, winner.ID, winner.Number)
	}
}

func TestOneTransitionWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run := b.run(t, b.plan(t))
	to := []loadtest.State{loadtest.Starting, loadtest.Stopping}
	wantCode(t, race(t, func(i int) error {
		return b.Runs().Transition(t.Context(), run.ID, loadtest.Queued, to[i])
	}), domain.Conflict, "store.run_state")
}

func TestOneSaveWins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	plan := b.plan(t)
	wantCode(t, race(t, func(int) error {
		mine := plan
		return b.Plans().Save(t.Context(), &mine)
	}), domain.Conflict, "store.plan_changed")
}
