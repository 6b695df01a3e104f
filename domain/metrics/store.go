package metrics

import (
	"context"
	"iter"

	"plog.dev/plog/domain"
)

// Query limits what is read. Zero values do not limit.
type Query struct {
	Metric   string
	Name     string // step name
	Scenario string
	From, To int64 // Unix seconds; From inclusive, To exclusive
}

// RollupStore keeps what instances reported.
type RollupStore interface {
	// Append stores a batch once: added is false, and nothing changes, when this
	// (run, instance, seq) is stored already. NotFound if the run is unknown.
	Append(ctx context.Context, run domain.RunID, batch Batch) (added bool, err error)
	// Batches replays a run's batches in the order they were stored. The
	// iteration ends after the first error it yields.
	Batches(ctx context.Context, run domain.RunID) iter.Seq2[Batch, error]
	// Series returns the rollups that q asks for, by second.
	Series(ctx context.Context, run domain.RunID, q Query) ([]Rollup, error)
	// Logs returns a run's last limit log lines, oldest first; all if limit is 0.
	Logs(ctx context.Context, run domain.RunID, limit int) ([]LogLine, error)
	// Delete forgets everything of a run. Deleting what is not there is no error.
	Delete(ctx context.Context, run domain.RunID) error
}
