package handlers

import (
	"context"
	"fmt"
	"strconv"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/run"
	"plog.dev/plog/views/source"
)

// Drift is how the API changed from an earlier run to a run.
type Drift struct {
	Baseline loadtest.Run // the earlier run
	Diff     openapi.Diff
	Pending  bool // Diff is still being worked out
}

// Drifter knows how the API changed between runs.
type Drifter interface {
	// Drift returns how the API changed since the finished run of the same plan
	// before; false when it did not, or when that cannot be told.
	Drift(ctx context.Context, run loadtest.Run) (Drift, bool, error)
}

// addDrift adds which version of the API's document the run was made with, and
// how the API changed since the run before.
func (h *Runs) addDrift(ctx context.Context, m *run.Model) error {
	r := m.Live.Run
	stored, err := h.Versions.ListBySource(ctx, r.Plan.SourceID)
	if err != nil {
		return fmt.Errorf("list versions: %w", err)
	}
	for _, v := range source.VersionsOf(stored, "") {
		if v.Document.ID == r.Plan.DocumentID {
			m.Version = "v" + strconv.Itoa(v.Number)
			m.VersionURL = paths.Source(r.ProjectID, r.Plan.SourceID) + "#versions"
		}
	}
	d, changed, err := h.Drifts.Drift(ctx, r)
	if err != nil || !changed {
		return err
	}
	m.Drift = &run.Drift{Number: d.Baseline.Number, Baseline: paths.Run(d.Baseline.ID), Count: d.Diff.Count(), Pending: d.Pending}
	if m.VersionURL != "" && d.Baseline.Plan.SourceID == r.Plan.SourceID {
		m.Drift.Changes = paths.SourceChanges(r.ProjectID, r.Plan.SourceID, d.Baseline.Plan.DocumentID, r.Plan.DocumentID)
	}
	return nil
}
