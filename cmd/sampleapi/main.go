// Command sampleapi serves a small shop API that can be made slow, faulty and narrow on purpose, and that
// knows exactly what it was asked and how long it took.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"plog.dev/plog/cmd/sampleapi/server"
)

const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	drainTimeout      = 5 * time.Second
)

var errShutdown = errors.New("the sample API is shutting down")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		stop()
		_, _ = fmt.Fprintln(os.Stderr, "sampleapi:", err)
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// run serves until ctx ends, then lets the requests under way finish for a moment. It writes the address
// to stdout once it listens. It returns an error of one sentence when the flags are wrong or when it
// cannot listen.
func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags, err := parse(args, stdout)
	if err != nil || flags == nil {
		return err
	}
	handler, err := server.New(flags.config())
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", flags.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program: stop it or choose another --addr", flags.Addr)
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", flags.Addr, err)
	}
	if _, err := fmt.Fprintf(stdout, "sample API listening on http://%s\n", listener.Addr()); err != nil {
		return errors.Join(fmt.Errorf("print the address: %w", err), listener.Close())
	}
	return serve(ctx, listener, handler)
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	// Requests outlive ctx, so that they can finish; what waits too long is then cancelled with a cause.
	requests, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(errShutdown)
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		BaseContext:       func(net.Listener) context.Context { return requests },
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		drain, done := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer done()
		if err := srv.Shutdown(drain); err == nil {
			return nil
		}
		cancel(errShutdown)
		if err := srv.Close(); err != nil {
			return fmt.Errorf("close: %w", err)
		}
		return nil
	})
	return g.Wait() //nolint:wrapcheck // both goroutines wrap
}
