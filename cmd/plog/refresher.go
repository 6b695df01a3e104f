package main

import (
	"context"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/jobs/refetch"
)

// refresher fetches sources again for the handlers.
type refresher struct{ service *refetch.Service }

// Refresh implements handlers.Refresher.
func (r refresher) Refresh(ctx context.Context, s domain.Source) (changed bool, err error) {
	result, err := r.service.Refresh(ctx, s)
	return result.Changed, err
}

// Next implements handlers.Refresher.
func (refresher) Next(s domain.Source) time.Time { return refetch.Next(s) }
