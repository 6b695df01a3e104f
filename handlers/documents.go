package handlers

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/singleflight"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// keptDocuments is how many parsed documents stay in memory: parsing a large
// one takes seconds.
const keptDocuments = 16

// Documents reads stored documents, the last ones from memory. It may be used
// by many at once; what it returns is shared and must not be changed.
type Documents struct {
	store  DocumentStore
	flight singleflight.Group

	mu     sync.Mutex
	parsed map[domain.DocumentID]*openapi.Document
	order  []domain.DocumentID // least recently used first
}

// NewDocuments returns Documents of the store.
func NewDocuments(store DocumentStore) *Documents {
	return &Documents{store: store, parsed: map[domain.DocumentID]*openapi.Document{}}
}

// Get returns a stored document, parsed; NotFound if there is none, Invalid if
// it cannot be read.
func (d *Documents) Get(ctx context.Context, id domain.DocumentID) (*openapi.Document, error) {
	if doc := d.known(id); doc != nil {
		return doc, nil
	}
	v, err, _ := d.flight.Do(string(id), func() (any, error) {
		stored, err := d.store.Get(context.WithoutCancel(ctx), id) // others may wait for it
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", id, err)
		}
		doc, err := openapi.Parse(stored.Raw)
		if err != nil {
			return nil, fmt.Errorf("parse document %s: %w", id, err)
		}
		d.keep(id, &doc)
		return &doc, nil
	})
	if err != nil {
		return nil, err
	}
	doc, _ := v.(*openapi.Document)
	return doc, nil
}

func (d *Documents) known(id domain.DocumentID) *openapi.Document {
	d.mu.Lock()
	defer d.mu.Unlock()
	doc := d.parsed[id]
	if doc != nil {
		d.touch(id)
	}
	return doc
}

func (d *Documents) keep(id domain.DocumentID, doc *openapi.Document) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.parsed[id] = doc
	d.touch(id)
	for len(d.order) > keptDocuments {
		delete(d.parsed, d.order[0])
		d.order = d.order[1:]
	}
}

func (d *Documents) touch(id domain.DocumentID) {
	d.order = append(slices.DeleteFunc(d.order, func(other domain.DocumentID) bool { return other == id }), id)
}
