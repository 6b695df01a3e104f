package refetch_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/jobs/refetch"
	"plog.dev/plog/repo/sqlite"
)

type bundle struct {
	*refetch.Service
	db      *sqlite.DB
	source  domain.Source
	changed [][2]domain.DocumentID
	busy    atomic.Bool
}

// setup returns a Service of a real store with one source, which finds what
// find says.
func setup(t *testing.T, find func(ctx context.Context, s domain.Source) (string, error)) *bundle {
	t.Helper()
	db, err := sqlite.OpenTemp(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	p := domain.Project{Name: "p"}
	must(t, db.Projects().Create(t.Context(), &p))
	b := &bundle{db: db, source: domain.Source{
		ProjectID: p.ID, Kind: domain.SourceURL, Name: "Shop", URL: "http://127.0.0.1/docs", RefreshEvery: time.Hour,
	}}
	must(t, db.Sources().Create(t.Context(), &b.source))
	b.Service = refetch.New(refetch.Config{
		Sources: db.Sources(), Documents: db.Documents(), Log: slog.New(slog.DiscardHandler),
		Busy: func(context.Context) bool { return b.busy.Load() },
		Changed: func(_ context.Context, before, after domain.DocumentID) error {
			b.changed = append(b.changed, [2]domain.DocumentID{before, after})
			return nil
		},
		Find: func(ctx context.Context, s domain.Source) (refetch.Found, error) {
			raw, err := find(ctx, s)
			return refetch.Found{
				Document: openapi.Document{Title: "Shop", Version: "1", OpenAPI: "3.1.0"}, Raw: []byte(raw),
				DocumentURL: s.URL + "/openapi.json", Strategy: "direct",
			}, err
		},
	})
	return b
}

func (b *bundle) stored(t *testing.T) domain.Source {
	t.Helper()
	s, err := b.db.Sources().Get(t.Context(), b.source.ID)
	must(t, err)
	return s
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	raw, problem := "one", error(nil)
	b := setup(t, func(context.Context, domain.Source) (string, error) { return raw, problem })
	first, err := b.Refresh(t.Context(), b.source)
	must(t, err)
	s := b.stored(t)
	if !first.Changed || first.Previous != "" || s.DocumentID != first.Document || s.FetchedAt.IsZero() || s.CheckedAt != s.FetchedAt || s.DocumentURL != "http://127.0.0.1/docs/openapi.json" {
		t.Fatalf("result %+v, source %+v", first, s)
	}
	again, err := b.Refresh(t.Context(), s)
	must(t, err)
	if again.Changed || len(b.changed) != 0 {
		t.Errorf("the same bytes: %+v, told %v", again, b.changed)
	}
	raw = "two"
	next, err := b.Refresh(t.Context(), b.stored(t))
	must(t, err)
	if !next.Changed || next.Previous != first.Document || len(b.changed) != 1 || b.changed[0] != [2]domain.DocumentID{first.Document, next.Document} {
		t.Errorf("other bytes: %+v, told %v", next, b.changed)
	}
	if versions, err := b.db.Documents().ListBySource(t.Context(), s.ID); err != nil || len(versions) != 2 {
		t.Errorf("versions %+v, %v", versions, err)
	}

	before := b.stored(t)
	problem = domain.Errorf(domain.Invalid, "discover.refused", "Nothing listens at {{.Host}}.", "Host", "x")
	_, err = b.Refresh(t.Context(), before)
	if domain.CodeOf(err) != domain.Invalid {
		t.Errorf("got %v", err)
	}
	s = b.stored(t)
	if s.Problem.Key != "discover.refused" || s.DocumentID != next.Document || s.FetchedAt != before.FetchedAt || !s.CheckedAt.After(before.CheckedAt) {
		t.Errorf("after a failure %+v", s)
	}
	problem = errors.New("what nobody thought of")
	_, err = b.Refresh(t.Context(), s)
	if s = b.stored(t); domain.CodeOf(err) != domain.Internal || s.Problem.Key != "drift.fetch_failed" {
		t.Errorf("%v: %+v", err, s.Problem)
	}
	problem = nil
	_, err = b.Refresh(t.Context(), s)
	must(t, err)
	if s = b.stored(t); !s.Problem.IsZero() {
		t.Errorf("found again, and still %v", s.Problem)
	}
}

func TestRefreshOfWhatChangedMeanwhile(t *testing.T) {
	t.Parallel()
	var b *bundle
	var meanwhile func(s domain.Source)
	b = setup(t, func(_ context.Context, s domain.Source) (string, error) {
		meanwhile(s)
		return "one", nil
	})
	meanwhile = func(s domain.Source) {
		s.Name, s.RefreshEvery = "Renamed", time.Minute
		must(t, b.db.Sources().Update(t.Context(), &s))
	}
	_, err := b.Refresh(t.Context(), b.source)
	must(t, err)
	if s := b.stored(t); s.Name != "Renamed" || s.RefreshEvery != time.Minute || s.DocumentID == "" {
		t.Errorf("a person's change is lost: %+v", s)
	}
	meanwhile = func(s domain.Source) {
		s.URL = "http://127.0.0.1/other"
		must(t, b.db.Sources().Update(t.Context(), &s))
	}
	before := b.stored(t)
	if _, err := b.Refresh(t.Context(), before); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("another address: %v", err)
	}
	meanwhile = func(s domain.Source) { must(t, b.db.Sources().Delete(t.Context(), s.ID)) }
	if _, err := b.Refresh(t.Context(), b.stored(t)); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("deleted: %v", err)
	}
}

func TestRefreshIsShared(t *testing.T) {
	t.Parallel()
	begun, release := make(chan struct{}, 2), make(chan struct{})
	var calls atomic.Int32
	b := setup(t, func(ctx context.Context, _ domain.Source) (string, error) {
		calls.Add(1)
		begun <- struct{}{}
		<-release
		return "one", ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 1)
	go func() {
		_, err := b.Refresh(ctx, b.source)
		errs <- err
	}()
	<-begun
	cancel() // who began it goes; the fetch stays
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	results := make(chan refetch.Result, 1)
	go func() {
		r, err := b.Refresh(t.Context(), b.source)
		if err != nil {
			t.Error(err)
		}
		results <- r
	}()
	close(release)
	if r := <-results; r.Document == "" {
		t.Errorf("got %+v", r)
	}
	if n := calls.Load(); n > 2 {
		t.Errorf("fetched %d times", n)
	}
}

func TestNext(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return time.Date(2026, 1, 1, h, 0, 0, 0, time.UTC) }
	failing := domain.Msg("k", "why")
	for name, c := range map[string]struct {
		source    domain.Source
		from, to  time.Time
		isNothing bool
	}{
		"never":         {source: domain.Source{CheckedAt: at(1)}, isNothing: true},
		"an upload":     {source: domain.Source{Kind: domain.SourceUpload, RefreshEvery: time.Hour, CheckedAt: at(1)}, isNothing: true},
		"hourly":        {domain.Source{RefreshEvery: time.Hour, CheckedAt: at(1), FetchedAt: at(1)}, at(2), at(2).Add(6 * time.Minute), false},
		"just failing":  {domain.Source{RefreshEvery: time.Hour, CheckedAt: at(2), FetchedAt: at(1), Problem: failing}, at(3), at(3).Add(6 * time.Minute), false},
		"failing long":  {domain.Source{RefreshEvery: time.Hour, CheckedAt: at(11), FetchedAt: at(1), Problem: failing}, at(16), at(16).Add(6 * time.Minute), false},
		"failing weeks": {domain.Source{RefreshEvery: time.Hour, CheckedAt: at(24 * 20), FetchedAt: at(1), Problem: failing}, at(24 * 21), at(24 * 21).Add(6 * time.Minute), false},
		"rarely anyway": {domain.Source{RefreshEvery: 72 * time.Hour, CheckedAt: at(24 * 20), FetchedAt: at(1), Problem: failing}, at(24 * 23), at(24 * 24), false},
	} {
		for _, id := range []domain.SourceID{"a", "b", "c", "d"} {
			c.source.ID = id
			got := refetch.Next(c.source)
			if got != refetch.Next(c.source) {
				t.Errorf("%s: not the same twice", name)
			}
			if got.IsZero() != c.isNothing || !c.isNothing && (got.Before(c.from) || got.After(c.to)) {
				t.Errorf("%s: next %v, want %v to %v", name, got, c.from, c.to)
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kept is a store in memory: synctest's clock does not move while a real one
// works.
type kept struct{ source domain.Source }

func (k *kept) List(context.Context) ([]domain.Source, error) { return []domain.Source{k.source}, nil }
func (k *kept) Get(context.Context, domain.SourceID) (domain.Source, error) {
	return k.source, nil
}
func (k *kept) SetFetched(_ context.Context, s domain.Source) error { k.source = s; return nil }
func (k *kept) Create(_ context.Context, d *domain.Document) error  { d.ID = "d"; return nil }
func (k *kept) PutIndex(context.Context, domain.DocumentID, openapi.Index) error {
	return nil
}

func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &kept{source: domain.Source{ID: "s", Kind: domain.SourceURL, RefreshEvery: time.Hour, CheckedAt: time.Now()}}
		var fetched atomic.Int64
		var busy, fail atomic.Bool
		service := refetch.New(refetch.Config{
			Sources: k, Documents: k, Log: slog.New(slog.DiscardHandler),
			Busy:    func(context.Context) bool { return busy.Load() },
			Changed: func(context.Context, domain.DocumentID, domain.DocumentID) error { return nil },
			Find: func(context.Context, domain.Source) (refetch.Found, error) {
				fetched.Add(1)
				if fail.Load() {
					return refetch.Found{}, errors.New("down")
				}
				return refetch.Found{}, nil
			},
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- service.Run(ctx) }()
		pass := func(d time.Duration) int64 {
			before := fetched.Load()
			time.Sleep(d) // by the bubble's clock: it takes no time
			synctest.Wait()
			return fetched.Load() - before
		}
		if n := pass(59 * time.Minute); n != 0 {
			t.Errorf("fetched %d times before it was due", n)
		}
		if n := pass(24 * time.Hour); n < 21 || n > 24 {
			t.Errorf("fetched %d times in a day", n)
		}
		busy.Store(true)
		if n := pass(5 * time.Hour); n != 0 {
			t.Errorf("fetched %d times while a test ran", n)
		}
		busy.Store(false)
		if n := pass(time.Minute); n != 1 {
			t.Errorf("fetched %d times after a test", n)
		}
		fail.Store(true)
		if n := pass(7 * 24 * time.Hour); n < 8 || n > 20 {
			t.Errorf("fetched %d times in a week of failures", n)
		}
		cancel()
		must(t, <-ended)
		if _, err := service.Refresh(context.Background(), k.source); domain.CodeOf(err) != domain.Unavailable {
			t.Errorf("after the end: %v", err)
		}
	})
}

func TestRunEndsAFetch(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	b := setup(t, func(ctx context.Context, _ domain.Source) (string, error) {
		close(begun)
		<-ctx.Done()
		return "", ctx.Err()
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	b.busy.Store(true) // only the person fetches
	go func() { ended <- b.Run(ctx) }()
	errs := make(chan error, 1)
	go func() {
		_, err := b.Refresh(context.WithoutCancel(t.Context()), b.source)
		errs <- err
	}()
	<-begun
	cancel()
	must(t, <-ended)
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if s := b.stored(t); !s.Problem.IsZero() {
		t.Errorf("PLOG's end is told as the source's problem: %v", s.Problem)
	}
}
