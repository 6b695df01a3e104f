package handlers

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"golang.org/x/sync/singleflight"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// What stays in memory: reading a large document takes a second and many times
// its size.
const (
	keptDocuments = 64 << 20 // bytes, as the documents are written
	keptSlicers   = 32 << 20 // bytes, as the documents are written
	keptIndexes   = 32 << 20 // bytes, about
	largeDocument = 1 << 20  // bytes; those are read one at a time
)

// IndexStore keeps what lists show of documents.
type IndexStore interface {
	Index(ctx context.Context, id domain.DocumentID) (openapi.Index, error)    // NotFound if it has to be made of the document
	PutIndex(ctx context.Context, id domain.DocumentID, x openapi.Index) error // NotFound if the document is gone
}

// Documents reads stored documents, and what lists show of them; the last ones
// from memory. It may be used by many at once; what it returns is shared and
// must not be changed.
type Documents struct {
	store   DocumentStore
	flight  singleflight.Group
	large   sync.Mutex
	parsed  *recent[domain.DocumentID, *openapi.Document]
	slicers *recent[domain.DocumentID, *openapi.Slicer]
	indexes *recent[domain.DocumentID, *openapi.Index]
}

// NewDocuments returns Documents of the store.
func NewDocuments(store DocumentStore) *Documents {
	return &Documents{
		store:   store,
		parsed:  newRecent[domain.DocumentID, *openapi.Document](keptDocuments),
		slicers: newRecent[domain.DocumentID, *openapi.Slicer](keptSlicers),
		indexes: newRecent[domain.DocumentID, *openapi.Index](keptIndexes),
	}
}

// Get returns a stored document, parsed; NotFound if there is none, Invalid if
// it cannot be read. Lists want its Index, which is there at once.
func (d *Documents) Get(ctx context.Context, id domain.DocumentID) (*openapi.Document, error) {
	if doc, ok := d.parsed.get(id); ok {
		return doc, nil
	}
	return once(&d.flight, "document "+string(id), func() (*openapi.Document, error) {
		return d.parse(context.WithoutCancel(ctx), id) // others may wait for it
	})
}

// Index returns what lists show of a stored document; NotFound if there is no
// such document, Invalid if it cannot be read.
func (d *Documents) Index(ctx context.Context, id domain.DocumentID) (*openapi.Index, error) {
	if x, ok := d.indexes.get(id); ok {
		return x, nil
	}
	return once(&d.flight, "index "+string(id), func() (*openapi.Index, error) {
		x, err := d.store.Index(context.WithoutCancel(ctx), id)
		if domain.CodeOf(err) == domain.NotFound { // stored by an older PLOG, or not there at all
			doc, err := d.Get(ctx, id)
			if err != nil {
				return nil, err
			}
			x := openapi.IndexOf(doc)
			return &x, nil
		}
		if err != nil {
			return nil, fmt.Errorf("index of document %s: %w", id, err)
		}
		d.indexes.put(id, &x, weightOf(&x))
		return &x, nil
	})
}

// Keep remembers a document that was just stored, read from size bytes, and
// stores what lists show of it, so that nobody waits for either.
func (d *Documents) Keep(ctx context.Context, id domain.DocumentID, doc *openapi.Document, size int) error {
	d.parsed.put(id, doc, int64(size))
	x := openapi.IndexOf(doc)
	d.indexes.put(id, &x, weightOf(&x))
	if stored, err := d.store.Index(ctx, id); err == nil && reflect.DeepEqual(stored, x) {
		return nil
	}
	if err := d.store.PutIndex(ctx, id, x); err != nil {
		return fmt.Errorf("index of document %s: %w", id, err)
	}
	return nil
}

func (d *Documents) parse(ctx context.Context, id domain.DocumentID) (*openapi.Document, error) {
	stored, err := d.store.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("document %s: %w", id, err)
	}
	doc, err := d.read(stored.Raw)
	if err != nil {
		return nil, fmt.Errorf("parse document %s: %w", id, err)
	}
	// A newer PLOG may find other operations in it than the one that stored it.
	// What cannot be stored now is in memory, and stored with the next reading.
	_ = d.Keep(ctx, id, &doc, len(stored.Raw))
	return &doc, nil
}

func (d *Documents) read(raw []byte) (openapi.Document, error) {
	if len(raw) >= largeDocument {
		d.large.Lock()
		defer d.large.Unlock()
	}
	return openapi.Parse(raw)
}

// weightOf returns about how many bytes an index takes.
func weightOf(x *openapi.Index) int64 {
	weight := 1024
	for _, e := range x.Entries {
		weight += 128 + len(e.Method) + len(e.Path) + len(e.OperationID) + len(e.Summary) + 24*len(e.Tags)
	}
	return int64(weight)
}

// once lets those who ask for the same thing at the same time share the work.
func once[T any](flight *singleflight.Group, key string, work func() (T, error)) (T, error) {
	v, err, _ := flight.Do(key, func() (any, error) { return work() })
	if err != nil {
		var none T
		return none, err
	}
	value, _ := v.(T)
	return value, nil
}
