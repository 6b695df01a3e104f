package metrics

import "plog.dev/plog/domain"

// Why a batch is not taken.
var (
	// ErrOver says that the run has ended; an instance need not try again.
	ErrOver = domain.Errorf(domain.Conflict, "ingest.over", "The run is over: nothing more is taken for it.")
	// ErrNotReady says that the run is active but not yet collected; trying again helps.
	ErrNotReady = domain.Errorf(domain.Unavailable, "ingest.not_ready", "The run is not ready for data yet. Try again in a second.")
)
