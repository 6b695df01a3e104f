package work_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"plog.dev/plog/jobs/work"
	"plog.dev/plog/repo/sqlite"
)

// setup returns a Runner of a real queue whose tasks are handed out again after lease.
func setup(t *testing.T, lease time.Duration) *work.Runner {
	t.Helper()
	db, err := sqlite.OpenTemp(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return work.NewRunner(db.Work(lease), slog.New(slog.DiscardHandler))
}

// running lets r run until the test ends, and waits for its end.
func running(t *testing.T, r *work.Runner) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestTasksAreDoneInTurn(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Hour)
	got := make(chan string, 3)
	active := make(chan struct{}, 1)
	r.Handle("say", func(_ context.Context, body json.RawMessage) error {
		select {
		case active <- struct{}{}:
			defer func() { <-active }()
		default:
			t.Error("two tasks at once")
		}
		got <- string(body)
		return nil
	})
	must(t, r.Send(t.Context(), "say", "before the start"))
	must(t, r.Send(t.Context(), "of another PLOG", 1))
	running(t, r)
	for _, want := range []string{`"before the start"`, `"then"`} {
		if s := <-got; s != want {
			t.Errorf("did %s, want %s", s, want)
		}
		must(t, r.Send(t.Context(), "say", "then"))
	}
}

func TestFailedTasksAreTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("not now") },
		"panic": func() error { panic("oh") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t, time.Nanosecond)
			tries := make(chan int, 10)
			n := 0
			r.Handle("fail", func(context.Context, json.RawMessage) error {
				n++
				tries <- n
				if n < 2 {
					return fail()
				}
				return nil
			})
			must(t, r.Send(t.Context(), "fail", nil))
			running(t, r)
			for want := 1; want <= 2; want++ {
				if got := <-tries; got != want {
					t.Errorf("try %d, want %d", got, want)
				}
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
