package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"maragu.dev/goqite"

	"plog.dev/plog/domain"
)

// workTries is how often a task is handed out before it is given up.
const workTries = 3

// Work is the queue of small tasks that outlive PLOG. Whoever receives a task
// has it alone for the lease, and says Done at its end; a task that nobody
// ended is handed out again, three times at most.
type Work struct {
	db    *DB
	queue *goqite.Queue
}

// Work returns the queue. A task that takes longer than lease is handed out
// again while it is being done.
func (db *DB) Work(lease time.Duration) *Work {
	return &Work{db, goqite.New(goqite.NewOpts{DB: db.writer.DB, Name: "work", MaxReceive: workTries, Timeout: lease})}
}

// Send puts a task into the queue.
func (w *Work) Send(ctx context.Context, t domain.Task) error {
	body, err := json.Marshal(t)
	if err == nil {
		err = w.queue.Send(ctx, goqite.Message{Body: body})
	}
	return w.db.fail("queue work", err)
}

// Receive returns the task that waits longest, and what ends it: done takes it
// out of the queue. False when no task waits.
func (w *Work) Receive(ctx context.Context) (t domain.Task, done func(context.Context) error, ok bool, err error) {
	m, err := w.queue.Receive(ctx)
	if err != nil || m == nil {
		return domain.Task{}, nil, false, w.db.fail("receive work", err)
	}
	done = func(ctx context.Context) error {
		return w.db.fail("end work", w.queue.Delete(ctx, m.ID))
	}
	if err := json.Unmarshal(m.Body, &t); err != nil {
		return domain.Task{}, nil, false, fmt.Errorf("read work %s: %w", m.ID, err)
	}
	return t, done, true, nil
}

// Clean takes the tasks out of the queue that were given up, and returns how
// many they were.
func (w *Work) Clean(ctx context.Context) (int64, error) {
	result, err := w.db.writer.DB.ExecContext(ctx,
		"DELETE FROM goqite WHERE queue = 'work' AND received >= ? AND timeout <= ?",
		workTries, time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"))
	if err != nil {
		return 0, w.db.fail("clean work", err)
	}
	n, err := result.RowsAffected()
	return n, w.db.fail("clean work", err)
}
