// Package live holds what a watcher of a run sees, second by second.
package live

import (
	"context"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// Frame is the complete state of a run at one moment; it is immutable and
// shared by all watchers.
type Frame struct {
	Seq      uint64 // counts a run's frames from 1
	At       time.Time
	Run      loadtest.Run
	Elapsed  time.Duration // of the load; 0 before it starts
	Planned  time.Duration // of the load by the plan, without graceful stops
	Queue    int           // runs before this one; 0 when it is next or started
	Silent   time.Duration // since the generators were last heard; 0 while all is well
	Snapshot metrics.Snapshot
}

// Feed shows runs to watchers.
type Feed interface {
	// Subscribe returns the run's frames. The channel's first frame is the
	// complete state at once; it closes when ctx ends, or after the frame that
	// shows the run finished. A slow reader skips to the newest frame.
	// NotFound if there is no such run.
	Subscribe(ctx context.Context, run domain.RunID) (<-chan *Frame, error)
}
