package local

import (
	"context"
	"errors"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// instance is a k6 that can be waited for and ended.
type instance interface {
	wait() int // its exit code, once it has ended
	interrupt()
	kill()
}

// follow waits for k6's end. When ctx ends it asks k6 to stop, and kills it if
// it is not gone within the time its iterations and its last report may take.
func (r *Runner) follow(ctx context.Context, p instance, d dir, grace time.Duration) loadtest.Outcome {
	ended := make(chan int, 1)
	go func() { ended <- p.wait() }()
	select {
	case code := <-ended:
		return outcome(code, d)
	case <-ctx.Done():
	}
	p.interrupt()
	patience := time.NewTimer(grace + r.cfg.FlushGrace)
	defer patience.Stop()
	select {
	case code := <-ended:
		return stopped(ctx, outcome(code, d))
	case <-patience.C:
	}
	p.kill()
	return stopped(ctx, outcome(<-ended, d))
}

// stopped says that the outcome is what was asked for, and why.
func stopped(ctx context.Context, o loadtest.Outcome) loadtest.Outcome {
	o.Stopped = true
	o.Reason = domain.Msg("run.stopped", "The run was stopped.")
	var known *domain.Error
	if errors.As(context.Cause(ctx), &known) {
		o.Reason = known.Message
	}
	return o
}
