package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

// OnceMemory is how much memory, in bytes, the k6 of Once may take: k6 keeps
// whole answers, and one may be endless.
const OnceMemory = 512 << 20

// Once runs k6 a single time with a bundle's files and the arguments, in a
// folder of its own that is gone afterwards, and returns how it ended and at
// most maxLog bytes of its log, from the start. When ctx ends k6 is killed at
// once, and the outcome says that it was stopped; k6 also ends when PLOG does.
// Unavailable without a usable k6, or when its files cannot be written.
func (r *Runner) Once(ctx context.Context, bundle k6.Bundle, args []string, maxLog int64) (out loadtest.Outcome, log []byte, err error) {
	binary, _, err := r.find(ctx)
	if err != nil {
		return loadtest.Outcome{}, nil, err
	}
	id := domain.NewID[domain.RunID]()
	d, err := r.folder(id)
	if err != nil {
		return loadtest.Outcome{}, nil, err
	}
	defer func() { err = errors.Join(err, r.Remove(id)) }()
	if err := d.fill(bundle); err != nil {
		return loadtest.Outcome{}, nil, unwritable(d, err)
	}
	child, err := start(d, k6.ChildEnv(r.cfg.Environ, bundle.Env...), binary, args, beginOnce)
	if err != nil {
		return loadtest.Outcome{}, nil, unwritable(d, err)
	}
	if err := child.record(func(loadtest.Process) error { return nil }); err != nil {
		return loadtest.Outcome{}, nil, fmt.Errorf("start k6: %w", err)
	}
	code, cut := child.end(ctx)
	out = outcome(code, d)
	if cut {
		out = stopped(ctx, out)
	}
	log, err = d.head(maxLog)
	return out, log, err
}

// end waits for k6; when ctx ends it is killed at once, and cut is true.
func (c *child) end(ctx context.Context) (code int, cut bool) {
	ended := make(chan int, 1)
	go func() { ended <- c.wait() }()
	select {
	case code = <-ended:
		return code, false
	case <-ctx.Done():
		c.kill()
		return <-ended, true
	}
}

// fill makes the folder anew with a bundle's files.
func (d dir) fill(bundle k6.Bundle) error {
	if err := d.create(); err != nil {
		return err
	}
	for name, content := range bundle.Files {
		if err := d.write(name, content); err != nil {
			return err
		}
	}
	return nil
}

// head returns the log's first bytes, at most n.
func (d dir) head(n int64) ([]byte, error) {
	f, err := os.Open(d.path(logFile))
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(io.LimitReader(f, n))
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return text, nil
}
