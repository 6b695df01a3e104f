package handlers

import (
	"context"
	"fmt"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

var noOperation = domain.Errorf(domain.NotFound, "apis.no_operation",
	"The API document has no such operation, or no longer. Go back to the list of operations.")

// Operation returns the operation at a place of a document's Index. Of a large
// document only that one is read. NotFound if there is no such document or
// operation, Invalid if the document cannot be read.
func (d *Documents) Operation(ctx context.Context, id domain.DocumentID, place int) (openapi.Operation, error) {
	if doc, ok := d.parsed.get(id); ok {
		return operationAt(doc, place)
	}
	x, err := d.Index(ctx, id)
	if err != nil {
		return openapi.Operation{}, err
	}
	if place < 0 || place >= len(x.Entries) {
		return openapi.Operation{}, noOperation
	}
	s, err := d.slicer(ctx, id)
	if err != nil {
		return openapi.Operation{}, err
	}
	if s != nil {
		if op, ok := cut(s, x.Entries[place]); ok {
			return op, nil
		}
	}
	doc, err := d.Get(ctx, id)
	if err != nil {
		return openapi.Operation{}, err
	}
	return operationAt(doc, place)
}

func operationAt(doc *openapi.Document, place int) (openapi.Operation, error) {
	if place < 0 || place >= len(doc.Operations) {
		return openapi.Operation{}, noOperation
	}
	return doc.Operations[place], nil
}

// slicer returns what takes single operations out of a large document, nil for
// a small one.
func (d *Documents) slicer(ctx context.Context, id domain.DocumentID) (*openapi.Slicer, error) {
	if s, ok := d.slicers.get(id); ok {
		return s, nil
	}
	return once(&d.flight, "slicer "+string(id), func() (*openapi.Slicer, error) {
		stored, err := d.store.Get(context.WithoutCancel(ctx), id)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", id, err)
		}
		if len(stored.Raw) < largeDocument {
			return nil, nil
		}
		d.large.Lock()
		defer d.large.Unlock()
		s, err := openapi.NewSlicer(stored.Raw)
		if err != nil {
			return nil, fmt.Errorf("slice document %s: %w", id, err)
		}
		d.slicers.put(id, s, int64(len(stored.Raw)))
		return s, nil
	})
}

// cut reads one operation; false when the slice does not hold it, and it has
// to be looked for in the whole.
func cut(s *openapi.Slicer, e openapi.Entry) (openapi.Operation, bool) {
	raw, err := s.Slice(e.Method, e.Path)
	if err != nil {
		return openapi.Operation{}, false
	}
	doc, err := openapi.Parse(raw)
	if err != nil || len(doc.Operations) != 1 || doc.Operations[0].Name() != e.Name() {
		return openapi.Operation{}, false
	}
	return doc.Operations[0], true
}
