package sqlite_test

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/repo/sqlite"
)

// bundle is an open store with a project and a source in it.
type bundle struct {
	*sqlite.DB
	project domain.Project
	source  domain.Source
}

func setup(t testing.TB) *bundle {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	b := &bundle{DB: db, project: domain.Project{Name: "가게 🛒 \"shop\" 'x'"}}
	must(t, db.Projects().Create(t.Context(), &b.project))
	b.source = domain.Source{ProjectID: b.project.ID, Kind: domain.SourceURL, Name: "Shop", URL: "http://127.0.0.1/"}
	must(t, db.Sources().Create(t.Context(), &b.source))
	return b
}

func (b *bundle) plan(t testing.TB) loadtest.Plan {
	t.Helper()
	p := loadtest.Plan{
		ProjectID: b.project.ID, SourceID: b.source.ID, Name: "결제 — 최대 부하 \x00", BaseURL: "http://127.0.0.1:1",
		Headers: []loadtest.Header{{Name: "Authorization", Value: "Bearer 비밀'\"", Secret: true}, {Name: "X-Team", Value: "주문"}},
		Auth:    []loadtest.Credential{{Scheme: "로그인", Kind: loadtest.CredentialPassword, Username: "주문", Password: "비밀 하나", ClientSecret: "비밀 둘", Value: "비밀 셋"}},
		Scenarios: []loadtest.Scenario{{
			Name: "main", Executor: loadtest.ConstantVUs, VUs: 3, Duration: domain.Dur(1500 * time.Millisecond),
			Steps: []loadtest.Step{{Method: "GET", Path: "/items/{id}"}},
		}},
	}
	must(t, b.Plans().Save(t.Context(), &p))
	return p
}

func (b *bundle) run(t testing.TB, plan loadtest.Plan) loadtest.Run {
	t.Helper()
	r := loadtest.Run{ProjectID: b.project.ID, PlanID: plan.ID, Name: "첫 \"실행\"", Plan: plan}
	must(t, b.Runs().Create(t.Context(), &r))
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantCode checks that err is for the person, and says key.
func wantCode(t testing.TB, err error, code domain.Code, key string) {
	t.Helper()
	var e *domain.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a domain error %s", err, key)
	}
	if e.Code != code || e.Message.Key != key {
		t.Fatalf("got %s %s (%v), want %s %s", e.Code, e.Message.Key, err, code, key)
	}
}

func same(t testing.TB, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func got[T any](t testing.TB) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func TestProjects(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	same(t, b.project, got[domain.Project](t)(b.Projects().Get(ctx, b.project.ID)))
	other := domain.Project{Name: "Other", Sample: true}
	must(t, b.Projects().Create(ctx, &other))
	same(t, []domain.Project{b.project, other}, got[[]domain.Project](t)(b.Projects().List(ctx)))

	other.Name = "Renamed\x00"
	must(t, b.Projects().Update(ctx, &other))
	if p := got[domain.Project](t)(b.Projects().Get(ctx, other.ID)); p.Name != "Renamed" || p.CreatedAt != other.CreatedAt {
		t.Errorf("got %+v", p)
	}
	must(t, b.Projects().Delete(ctx, other.ID))
	for what, err := range map[string]error{
		"get":    second(b.Projects().Get(ctx, other.ID)),
		"update": b.Projects().Update(ctx, &other),
		"delete": b.Projects().Delete(ctx, other.ID),
		"child":  b.Sources().Create(ctx, &domain.Source{ProjectID: other.ID}),
	} {
		t.Run(what, func(t *testing.T) { wantCode(t, err, domain.NotFound, "store.not_found.project") })
	}
}

func second[T any](_ T, err error) error { return err }

func TestProjectGoesWithAllUnderIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	plan := b.plan(t)
	run := b.run(t, plan)
	wantCode(t, b.Projects().Delete(ctx, b.project.ID), domain.Conflict, "store.project_active")
	finish(t, b, run)
	must(t, b.Projects().Delete(ctx, b.project.ID))
	wantCode(t, second(b.Sources().Get(ctx, b.source.ID)), domain.NotFound, "store.not_found.source")
	wantCode(t, second(b.Plans().Get(ctx, plan.ID)), domain.NotFound, "store.not_found.plan")
	wantCode(t, second(b.Runs().Get(ctx, run.ID)), domain.NotFound, "store.not_found.run")
	wantCode(t, second(b.Reports().Get(ctx, run.ID)), domain.NotFound, "store.not_found.report")
}

func TestSources(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	s := b.source
	s.DocumentID, s.BaseURL, s.FetchedAt = "d", "http://127.0.0.1:8080/v1", time.Now()
	must(t, b.Sources().Update(ctx, &s))
	same(t, []domain.Source{s}, got[[]domain.Source](t)(b.Sources().ListByProject(ctx, b.project.ID)))
	must(t, b.Sources().Delete(ctx, s.ID))
	wantCode(t, b.Sources().Update(ctx, &s), domain.NotFound, "store.not_found.source")
}

func TestDocumentsAreKeptOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	create := func(raw string) domain.Document {
		d := domain.Document{SourceID: b.source.ID, Title: "상점\x00", Version: "1", OpenAPI: "3.1.0", Raw: []byte(raw)}
		must(t, b.Documents().Create(ctx, &d))
		return d
	}
	first, next, again := create("openapi: 3.1.0\x00"), create("other"), create("openapi: 3.1.0\x00")
	if again.ID != first.ID || next.ID == first.ID {
		t.Fatalf("ids %s %s %s", first.ID, next.ID, again.ID)
	}
	again.Title = "상점"
	same(t, again, got[domain.Document](t)(b.Documents().Latest(ctx, b.source.ID)))
	same(t, []byte("other"), got[domain.Document](t)(b.Documents().Get(ctx, next.ID)).Raw)
	list := got[[]domain.Document](t)(b.Documents().ListBySource(ctx, b.source.ID))
	if len(list) != 2 || list[0].ID != first.ID || list[0].Raw != nil {
		t.Errorf("list %+v", list)
	}
	wantCode(t, b.Documents().Create(ctx, &domain.Document{SourceID: "gone"}), domain.NotFound, "store.not_found.source")
	wantCode(t, second(b.Documents().Latest(ctx, "gone")), domain.NotFound, "store.not_found.document")
}

func TestPlanVersions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	v1 := b.plan(t)
	if v1.Version != 1 || v1.ID == "" {
		t.Fatalf("created %+v", v1)
	}
	same(t, v1, got[loadtest.Plan](t)(b.Plans().Get(ctx, v1.ID)))
	v2, stale := v1, v1
	v2.Name = "second"
	must(t, b.Plans().Save(ctx, &v2))
	same(t, v2, got[loadtest.Plan](t)(b.Plans().Get(ctx, v1.ID)))
	same(t, v1, got[loadtest.Plan](t)(b.Plans().GetVersion(ctx, v1.ID, 1)))
	wantCode(t, b.Plans().Save(ctx, &stale), domain.Conflict, "store.plan_changed")
	same(t, v1, stale)
	wantCode(t, second(b.Plans().GetVersion(ctx, v1.ID, 3)), domain.NotFound, "store.not_found.plan")

	other := b.plan(t)
	same(t, []loadtest.Plan{other, v2}, got[[]loadtest.Plan](t)(b.Plans().ListByProject(ctx, b.project.ID)))
	must(t, b.Plans().Delete(ctx, v1.ID))
	wantCode(t, b.Plans().Save(ctx, &v2), domain.NotFound, "store.not_found.plan")
	wantCode(t, b.Plans().Save(ctx, &loadtest.Plan{ProjectID: "gone"}), domain.NotFound, "store.not_found.project")
}

func finish(t testing.TB, b *bundle, run loadtest.Run) {
	t.Helper()
	run.Verdict, run.EndedAt = loadtest.Passed, time.Now()
	must(t, b.Runs().Finish(context.WithoutCancel(t.Context()), run, reportOf(run)))
}

// random returns bytes that do not compress.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
