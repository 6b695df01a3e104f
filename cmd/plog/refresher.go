package main

import (
	"context"

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
