package changes

import (
	"context"
	"fmt"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// Drift is how the API changed from an earlier run to a run.
type Drift struct {
	Baseline loadtest.Run // the earlier run
	Diff     openapi.Diff
	Pending  bool // Diff is still being worked out
}

// Drift returns how the API changed between the run before of the same plan
// and run. False when there was no finished run before, both used the same
// version of the document, or a version is gone. It answers within about a
// second.
func (s *Service) Drift(ctx context.Context, run loadtest.Run) (Drift, bool, error) {
	if run.PlanID == "" || run.Plan.DocumentID == "" || run.Number <= 1 {
		return Drift{}, false, nil
	}
	earlier, err := s.cfg.Runs.List(ctx, loadtest.RunFilter{
		ProjectID: run.ProjectID, PlanID: run.PlanID, States: []loadtest.State{loadtest.Finished}, BeforeNumber: run.Number, Limit: 1,
	})
	if err != nil {
		return Drift{}, false, fmt.Errorf("drift of run %s: %w", run.ID, err)
	}
	if len(earlier) == 0 {
		return Drift{}, false, nil
	}
	return s.Since(ctx, earlier[0], run)
}

// Since is Drift with a baseline of one's choice.
func (s *Service) Since(ctx context.Context, baseline, run loadtest.Run) (Drift, bool, error) {
	before, after := baseline.Plan.DocumentID, run.Plan.DocumentID
	if before == after || before == "" || after == "" {
		return Drift{}, false, nil
	}
	d, ready, err := s.Between(ctx, before, after)
	switch {
	case domain.CodeOf(err) == domain.NotFound:
		return Drift{}, false, nil
	case err != nil:
		return Drift{}, false, fmt.Errorf("drift of run %s: %w", run.ID, err)
	}
	return Drift{Baseline: baseline, Diff: d, Pending: !ready}, true, nil
}
