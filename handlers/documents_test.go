package handlers_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers"
	"plog.dev/plog/repo/sqlite"
)

const cats = `{"openapi":"3.1.0","info":{"title":"Cats","version":"1"},"paths":{
"/cats":{"get":{"summary":"All cats","responses":{}},"post":{"tags":["new"],"responses":{}}}}}`

// countingStore counts how often documents are read whole.
type countingStore struct {
	handlers.DocumentStore
	read int
}

// Get implements handlers.DocumentStore.
func (c *countingStore) Get(ctx context.Context, id domain.DocumentID) (domain.Document, error) {
	c.read++
	return c.DocumentStore.Get(ctx, id)
}

func storedDocument(t *testing.T, raw string) (*countingStore, domain.Document) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p := domain.Project{Name: "p"}
	err = db.Projects().Create(t.Context(), &p)
	s := domain.Source{ProjectID: p.ID, Kind: domain.SourceUpload, Name: "s"}
	err = errors.Join(err, db.Sources().Create(t.Context(), &s))
	d := domain.Document{SourceID: s.ID, Raw: []byte(raw)}
	if err = errors.Join(err, db.Documents().Create(t.Context(), &d)); err != nil {
		t.Fatal(err)
	}
	return &countingStore{DocumentStore: db.Documents()}, d
}

func entries(t *testing.T, d *handlers.Documents, id domain.DocumentID) []string {
	t.Helper()
	x, err := d.Index(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range x.Entries {
		names = append(names, e.Name())
	}
	return names
}

func TestListsDoNotReadDocuments(t *testing.T) {
	store, stored := storedDocument(t, cats)
	want := []string{"GET /cats", "POST /cats"}
	// A document that was stored before there were indexes is read once.
	for range 2 {
		if diff := cmp.Diff(want, entries(t, handlers.NewDocuments(store), stored.ID)); diff != "" {
			t.Error(diff)
		}
	}
	if store.read != 1 {
		t.Errorf("the document was read %d times", store.read)
	}
	// One that is kept when it is stored is never read for lists.
	doc, err := openapi.Parse([]byte(cats))
	if err != nil {
		t.Fatal(err)
	}
	fresh, other := storedDocument(t, cats)
	first := handlers.NewDocuments(fresh)
	if err := first.Keep(t.Context(), other.ID, &doc, len(cats)); err != nil {
		t.Fatal(err)
	}
	if got, err := first.Get(t.Context(), other.ID); err != nil || got != &doc {
		t.Errorf("what was kept is gone: %v", err)
	}
	entries(t, first, other.ID)
	entries(t, handlers.NewDocuments(fresh), other.ID)
	if fresh.read != 0 {
		t.Errorf("the document was read %d times", fresh.read)
	}
}

func TestReadingADocumentPutsItsIndexRight(t *testing.T) {
	store, stored := storedDocument(t, cats)
	// What an older PLOG made of it.
	if err := store.PutIndex(t.Context(), stored.ID, openapi.Index{Entries: []openapi.Entry{{Method: "GET", Path: "/dogs"}}}); err != nil {
		t.Fatal(err)
	}
	d := handlers.NewDocuments(store)
	if diff := cmp.Diff([]string{"GET /dogs"}, entries(t, d, stored.ID)); diff != "" {
		t.Error(diff)
	}
	if _, err := d.Get(t.Context(), stored.ID); err != nil {
		t.Fatal(err)
	}
	for _, d := range []*handlers.Documents{d, handlers.NewDocuments(store)} {
		if diff := cmp.Diff([]string{"GET /cats", "POST /cats"}, entries(t, d, stored.ID)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestDocumentsThatCannotBeListed(t *testing.T) {
	store, broken := storedDocument(t, "no document")
	d := handlers.NewDocuments(store)
	if _, err := d.Index(t.Context(), broken.ID); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("broken: %v", err)
	}
	if _, err := d.Index(t.Context(), "nothing"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("missing: %v", err)
	}
}
