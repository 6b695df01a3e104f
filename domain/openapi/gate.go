package openapi

import (
	"context"
	"fmt"

	"golang.org/x/sync/semaphore"
)

// Gate lets large documents be read one at a time: reading one takes up to 25
// times its size in memory, for a second or so. Everything of a process that
// reads documents should share one Gate. It may be used by many at once.
type Gate struct{ turn *semaphore.Weighted }

// NewGate returns an open Gate.
func NewGate() *Gate { return &Gate{turn: semaphore.NewWeighted(1)} }

// Parse is the function of that name. It waits for its turn with a large
// document, and returns the cause of ctx's end if that comes first.
func (g *Gate) Parse(ctx context.Context, raw []byte) (Document, error) {
	if len(raw) < largeDocument {
		return Parse(raw)
	}
	if err := g.turn.Acquire(ctx, 1); err != nil {
		return Document{}, fmt.Errorf("wait to read a large document: %w", context.Cause(ctx))
	}
	defer g.turn.Release(1)
	return Parse(raw)
}
