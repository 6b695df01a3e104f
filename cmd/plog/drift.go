package main

import (
	"context"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers"
	"plog.dev/plog/jobs/changes"
)

// drifter tells the pages of runs how the API changed between runs.
type drifter struct{ changes *changes.Service }

// Drift implements handlers.Drifter.
func (d drifter) Drift(ctx context.Context, run loadtest.Run) (handlers.Drift, bool, error) {
	since, changed, err := d.changes.Drift(ctx, run)
	return handlers.Drift(since), changed, err
}
