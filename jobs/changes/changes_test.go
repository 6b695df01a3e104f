package changes_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/jobs/changes"
	"plog.dev/plog/jobs/work"
	"plog.dev/plog/repo/sqlite"
)

// compared is a comparer that tests steer.
type compared struct {
	calls   atomic.Int32
	release chan struct{} // nil answers at once
	err     error
}

func (c *compared) Diff(ctx context.Context, before, after []byte) (openapi.Diff, error) {
	c.calls.Add(1)
	if c.release != nil {
		select {
		case <-c.release:
		case <-ctx.Done():
			return openapi.Diff{}, ctx.Err()
		}
	}
	return openapi.Diff{Operations: []openapi.OperationDiff{{Name: string(before) + " " + string(after), Kind: openapi.Removed, Breaking: true}}}, c.err
}

type bundle struct {
	*changes.Service
	db      *sqlite.DB
	project domain.Project
	ids     []domain.DocumentID
}

func setup(t *testing.T, c *compared, patience time.Duration) *bundle {
	t.Helper()
	db, err := sqlite.OpenTemp(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	runner := work.NewRunner(db.Work(time.Hour), slog.New(slog.DiscardHandler))
	b := &bundle{db: db, project: domain.Project{Name: "p"}, Service: changes.New(changes.Config{
		Changes: db.Changes(), Documents: db.Documents(), Runs: db.Runs(), Contract: c, Work: runner, Patience: patience,
	})}
	runner.Handle(changes.TaskKind, b.Work)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-ended)
	})
	must(t, db.Projects().Create(t.Context(), &b.project))
	s := domain.Source{ProjectID: b.project.ID, Kind: domain.SourceURL}
	must(t, db.Sources().Create(t.Context(), &s))
	for _, raw := range []string{"one", "two"} {
		d := domain.Document{SourceID: s.ID, Raw: []byte(raw)}
		must(t, db.Documents().Create(t.Context(), &d))
		b.ids = append(b.ids, d.ID)
	}
	return b
}

const ample = time.Minute

func TestBetweenIsWorkedOutOnce(t *testing.T) {
	t.Parallel()
	c := &compared{}
	b := setup(t, c, ample)
	for range 3 {
		d, ready, err := b.Between(t.Context(), b.ids[0], b.ids[1])
		must(t, err)
		if !ready || len(d.Operations) != 1 || d.Operations[0].Name != "one two" {
			t.Fatalf("got %+v, ready %v", d, ready)
		}
	}
	if n := c.calls.Load(); n != 1 {
		t.Errorf("compared %d times", n)
	}
	d, ready, err := b.Between(t.Context(), b.ids[0], b.ids[0])
	if !ready || err != nil || !d.IsZero() {
		t.Errorf("the same document: %+v, %v, %v", d, ready, err)
	}
}

func TestBetweenDoesNotKeepAPageWaiting(t *testing.T) {
	t.Parallel()
	c := &compared{release: make(chan struct{})}
	b := setup(t, c, time.Nanosecond)
	for range 2 { // the second asks for what the first has had begun
		_, ready, err := b.Between(t.Context(), b.ids[0], b.ids[1])
		must(t, err)
		if ready {
			t.Fatal("ready before it was compared")
		}
	}
	close(c.release)
	for {
		d, ready, err := b.Between(t.Context(), b.ids[0], b.ids[1])
		must(t, err)
		if ready {
			if len(d.Operations) != 1 {
				t.Errorf("got %+v", d)
			}
			break
		}
	}
	if n := c.calls.Load(); n != 1 {
		t.Errorf("compared %d times", n)
	}
}

func TestBetweenOfWhatIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t, &compared{}, ample)
	_, ready, err := b.Between(t.Context(), b.ids[0], "gone")
	if ready || domain.CodeOf(err) != domain.NotFound {
		t.Errorf("ready %v, %v", ready, err)
	}
	b = setup(t, &compared{err: domain.Errorf(domain.Invalid, "openapi.html", "A web page.")}, ample)
	_, ready, err = b.Between(t.Context(), b.ids[0], b.ids[1])
	if ready || domain.CodeOf(err) != domain.NotFound {
		t.Errorf("of what cannot be read: ready %v, %v", ready, err)
	}
}

func TestBetweenEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	b := setup(t, &compared{release: make(chan struct{})}, ample)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := b.Between(ctx, b.ids[0], b.ids[1]); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// ran stores a finished run of the plan with a document.
func (b *bundle) ran(t *testing.T, plan loadtest.Plan, id domain.DocumentID) loadtest.Run {
	t.Helper()
	plan.DocumentID = id
	run := loadtest.Run{ProjectID: b.project.ID, PlanID: plan.ID, Plan: plan}
	must(t, b.db.Runs().Create(t.Context(), &run))
	run.Verdict, run.EndedAt = loadtest.Passed, time.Now()
	must(t, b.db.Runs().Finish(t.Context(), run, report.Report{}))
	return run
}

func TestDrift(t *testing.T) {
	t.Parallel()
	b := setup(t, &compared{}, ample)
	plan := loadtest.Plan{ProjectID: b.project.ID, Name: "plan"}
	must(t, b.db.Plans().Save(t.Context(), &plan))
	other := loadtest.Plan{ProjectID: b.project.ID, Name: "other"}
	must(t, b.db.Plans().Save(t.Context(), &other))

	first := b.ran(t, plan, b.ids[0])
	b.ran(t, other, b.ids[1]) // says nothing about the plan
	same := b.ran(t, plan, b.ids[0])
	changed := b.ran(t, plan, b.ids[1])
	gone := b.ran(t, plan, "gone")
	for name, run := range map[string]loadtest.Run{"the first": first, "the same document": same, "a document that is gone": gone} {
		if d, ok, err := b.Drift(t.Context(), run); ok || err != nil {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	d, ok, err := b.Drift(t.Context(), changed)
	must(t, err)
	if !ok || d.Pending || d.Baseline.ID != same.ID || d.Diff.Count() != (openapi.DiffCount{Removed: 1, Breaking: 1}) {
		t.Errorf("got %+v, %v", d, ok)
	}
	d, ok, err = b.Since(t.Context(), changed, first)
	must(t, err)
	if !ok || d.Diff.Operations[0].Name != "two one" {
		t.Errorf("the other way round: %+v, %v", d, ok)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
