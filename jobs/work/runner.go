// Package work does small work in the background that must not be forgotten
// when PLOG ends: tasks wait in a queue on disk and are done one after the other.
package work

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"plog.dev/plog/domain"
)

// Lease is how long a task is this process's own; one that takes longer is
// handed out again.
const Lease = 5 * time.Minute

// retryEvery is how often the queue is looked at for tasks that failed before;
// new ones are done at once.
const retryEvery = time.Minute

type queue interface {
	Send(ctx context.Context, t domain.Task) error
	// Receive returns false when no task waits. A task that is not done is
	// received again later, a few times at most.
	Receive(ctx context.Context) (t domain.Task, done func(context.Context) error, ok bool, err error)
	Clean(ctx context.Context) (int64, error) // takes out what was given up
}

// Handler does a task. An error leaves the task in the queue. When ctx ends,
// PLOG does, and the task is done after the next start.
type Handler func(ctx context.Context, body json.RawMessage) error

// Runner does the tasks of a queue. Make one with NewRunner, name its handlers,
// and let it Run.
type Runner struct {
	queue    queue
	log      *slog.Logger
	handlers map[string]Handler
	wake     chan struct{}
}

// NewRunner returns a Runner that does nothing until Run is called; tasks may
// be sent before.
func NewRunner(q queue, log *slog.Logger) *Runner {
	return &Runner{queue: q, log: log, handlers: map[string]Handler{}, wake: make(chan struct{}, 1)}
}

// Handle makes h do the tasks of a kind. It is not called once Run was.
func (r *Runner) Handle(kind string, h Handler) { r.handlers[kind] = h }

// Send puts a task into the queue; body is written as JSON.
func (r *Runner) Send(ctx context.Context, kind string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("send %s: %w", kind, err)
	}
	if err := r.queue.Send(ctx, domain.Task{Kind: kind, Body: text}); err != nil {
		return fmt.Errorf("send %s: %w", kind, err)
	}
	select {
	case r.wake <- struct{}{}:
	default:
	}
	return nil
}

// Run does tasks until ctx ends. It always returns nil.
func (r *Runner) Run(ctx context.Context) error {
	if n, err := r.queue.Clean(ctx); err != nil {
		r.log.ErrorContext(ctx, "clean the work queue", "error", err)
	} else if n > 0 {
		r.log.WarnContext(ctx, "background work was given up", "tasks", n)
	}
	ticker := time.NewTicker(retryEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if r.next(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-ticker.C:
		}
	}
	return nil
}

// next does one task; false when there is none to do.
func (r *Runner) next(ctx context.Context) bool {
	task, done, ok, err := r.queue.Receive(ctx)
	if err != nil {
		if ctx.Err() == nil {
			r.log.ErrorContext(ctx, "receive background work", "error", err)
		}
		return false
	}
	if !ok {
		return false
	}
	if err := r.handle(ctx, task); err != nil {
		if ctx.Err() == nil {
			r.log.ErrorContext(ctx, "background work failed", "kind", task.Kind, "error", err)
		}
		return true
	}
	if err := done(context.WithoutCancel(ctx)); err != nil {
		r.log.ErrorContext(ctx, "end background work", "kind", task.Kind, "error", err)
	}
	return true
}

func (r *Runner) handle(ctx context.Context, task domain.Task) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
	}()
	h, known := r.handlers[task.Kind]
	if !known {
		return nil // of an older or a newer PLOG; nobody can do it
	}
	ctx, cancel := context.WithTimeout(ctx, Lease)
	defer cancel()
	return h(ctx, task.Body)
}
