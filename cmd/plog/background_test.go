package main

import (
	"context"
	"log/slog"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers"
	"plog.dev/plog/jobs/contract"
	"plog.dev/plog/repo/sqlite"
)

// said is a finder that finds one text.
type said struct {
	handlers.Finder
	text string
}

func (s *said) Find(context.Context, handlers.FetchRequest) (handlers.Found, error) {
	doc, err := openapi.Parse([]byte(s.text))
	return handlers.Found{Document: doc, Raw: []byte(s.text), DocumentURL: "http://127.0.0.1/openapi.json", Strategy: "direct"}, err
}

const pinged = `{"openapi":"3.1.0","info":{"title":"Ping","version":"1"},"paths":{"/ping":{"get":{"responses":{"200":{"description":"ok"}}}}}}`

// TestAChangedDocumentIsComparedInTheBackground goes the whole way: fetch,
// store, queue, child process, store.
func TestAChangedDocumentIsComparedInTheBackground(t *testing.T) {
	t.Parallel()
	db, err := sqlite.OpenTemp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	p := domain.Project{Name: "p"}
	if err := db.Projects().Create(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	source := domain.Source{ProjectID: p.ID, Kind: domain.SourceURL, URL: "http://127.0.0.1/"}
	if err := db.Sources().Create(t.Context(), &source); err != nil {
		t.Fatal(err)
	}
	finder, log := &said{text: pinged}, slog.New(slog.DiscardHandler)
	b := newBackground(db, finder, contract.NewChecker(log), func(context.Context) bool { return true }, log)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error)
	for _, service := range b.services() {
		go func() { ended <- service(ctx) }()
	}
	t.Cleanup(func() {
		cancel()
		for range b.services() {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	})

	first, err := b.refetch.Refresh(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	finder.text = `{"openapi":"3.1.0","info":{"title":"Ping","version":"2"},"paths":{"/pong":{"get":{"responses":{"200":{"description":"ok"}}}}}}`
	next, err := b.refetch.Refresh(t.Context(), source)
	if err != nil || !next.Changed || next.Previous != first.Document {
		t.Fatalf("%+v, %v", next, err)
	}
	for {
		d, ready, err := b.changes.Between(t.Context(), next.Previous, next.Document)
		if err != nil {
			t.Fatal(err)
		}
		if !ready {
			continue
		}
		if n := d.Count(); d.Outline || n != (openapi.DiffCount{Added: 1, Removed: 1, Breaking: 1}) {
			t.Errorf("got %+v", d)
		}
		return
	}
}

func TestUploadsAreNotFetchedAgain(t *testing.T) {
	t.Parallel()
	_, err := findAgain(t.Context(), &said{}, domain.Source{Kind: domain.SourceUpload, Name: "Shop"})
	if domain.CodeOf(err) != domain.Invalid {
		t.Errorf("got %v", err)
	}
}
