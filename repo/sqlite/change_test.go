package sqlite_test

import (
	"errors"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	var ids []domain.DocumentID
	for _, raw := range []string{"one", "two"} {
		d := domain.Document{SourceID: b.source.ID, Raw: []byte(raw)}
		must(t, b.Documents().Create(ctx, &d))
		ids = append(ids, d.ID)
	}
	wantCode(t, second(b.Changes().Get(ctx, ids[0], ids[1])), domain.NotFound, "drift.not_yet")
	want := openapi.Diff{Operations: []openapi.OperationDiff{{Name: "GET /a", Kind: openapi.Changed, Breaking: true, Changes: []openapi.Change{
		{At: openapi.Place{Part: openapi.PartParameter, Name: "제한", In: "query"}, What: "maximum", Kind: openapi.Changed, Before: "100", After: "50", Breaking: true},
	}}}}
	must(t, b.Changes().Put(ctx, ids[0], ids[1], openapi.Diff{Outline: true}))
	must(t, b.Changes().Put(ctx, ids[0], ids[1], want))
	same(t, want, got[openapi.Diff](t)(b.Changes().Get(ctx, ids[0], ids[1])))
	wantCode(t, second(b.Changes().Get(ctx, ids[1], ids[0])), domain.NotFound, "drift.not_yet")
	wantCode(t, b.Changes().Put(ctx, ids[0], "gone", want), domain.NotFound, "store.not_found.document")
	must(t, b.Sources().Delete(ctx, b.source.ID))
	wantCode(t, second(b.Changes().Get(ctx, ids[0], ids[1])), domain.NotFound, "drift.not_yet")
}

func TestSetFetchedLeavesTheRest(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	fetched := b.source
	fetched.DocumentID, fetched.DocumentURL = "d", "http://127.0.0.1/openapi.json"
	fetched.FetchedAt, fetched.CheckedAt = time.UnixMicro(1e15).UTC(), time.UnixMicro(2e15).UTC()
	fetched.Problem = domain.Msg("discover.refused", "Nothing listens at {{.Host}}.", "Host", "x")
	meanwhile := b.source
	meanwhile.Name, meanwhile.Headers, meanwhile.RefreshEvery = "Renamed", []domain.FetchHeader{{Name: "Cookie", Value: "비밀"}}, time.Hour
	must(t, b.Sources().Update(ctx, &meanwhile))
	must(t, b.Sources().SetFetched(ctx, fetched))
	want := fetched
	want.Name, want.Headers, want.RefreshEvery, want.UpdatedAt = meanwhile.Name, meanwhile.Headers, meanwhile.RefreshEvery, meanwhile.UpdatedAt
	same(t, want, got[domain.Source](t)(b.Sources().Get(ctx, b.source.ID)))
	fetched.Problem = domain.Message{}
	must(t, b.Sources().SetFetched(ctx, fetched))
	if s := got[domain.Source](t)(b.Sources().Get(ctx, b.source.ID)); !s.Problem.IsZero() {
		t.Errorf("problem %v", s.Problem)
	}
	must(t, b.Sources().Delete(ctx, b.source.ID))
	wantCode(t, b.Sources().SetFetched(ctx, fetched), domain.NotFound, "store.not_found.source")
}

func TestWorkOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx := t.Context()
	b, err := reopen(t, dir)
	must(t, err)
	task := domain.Task{Kind: "compare", Body: []byte(`{"a":"가"}`)}
	must(t, b.Work(time.Hour).Send(ctx, task))
	must(t, b.Work(time.Hour).Send(ctx, domain.Task{Kind: "second", Body: []byte(`1`)}))
	must(t, b.Close())

	b, err = reopen(t, dir)
	must(t, err)
	work := b.Work(time.Hour)
	first, done, ok, err := work.Receive(ctx)
	must(t, err)
	if !ok {
		t.Fatal("the task is forgotten")
	}
	same(t, task, first)
	next, _, ok, err := work.Receive(ctx)
	must(t, err)
	if !ok || next.Kind != "second" {
		t.Errorf("received %v %+v: a task that someone has is handed out again", ok, next)
	}
	must(t, done(ctx))
	if _, _, ok, err = work.Receive(ctx); ok || err != nil {
		t.Errorf("received more: %v, %v", ok, err)
	}
}

func TestWorkIsGivenUpAfterThreeTries(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	work := b.Work(time.Nanosecond) // whoever receives loses it at once
	must(t, work.Send(ctx, domain.Task{Kind: "bad", Body: []byte(`1`)}))
	tries := 0
	for {
		_, _, ok, err := work.Receive(ctx)
		must(t, err)
		if !ok {
			break
		}
		if tries++; tries > 10 {
			t.Fatal(errors.New("handed out for ever"))
		}
	}
	if tries != 3 {
		t.Errorf("handed out %d times, want 3", tries)
	}
	if n, err := work.Clean(ctx); n != 1 || err != nil {
		t.Errorf("cleaned %d, %v", n, err)
	}
}
