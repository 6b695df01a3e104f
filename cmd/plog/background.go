package main

import (
	"context"
	"fmt"
	"log/slog"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers"
	"plog.dev/plog/jobs/changes"
	"plog.dev/plog/jobs/contract"
	"plog.dev/plog/jobs/refetch"
	"plog.dev/plog/jobs/work"
	"plog.dev/plog/repo/sqlite"
)

// background is what goes on beside runs: sources are fetched again, and what
// changed in them is worked out.
type background struct {
	work    *work.Runner
	changes *changes.Service
	refetch *refetch.Service
}

func newBackground(db *sqlite.DB, finder handlers.Finder, checker *contract.Checker, busy func(context.Context) bool, log *slog.Logger) background {
	runner := work.NewRunner(db.Work(work.Lease), log)
	c := changes.New(changes.Config{
		Changes: db.Changes(), Documents: db.Documents(), Runs: db.Runs(), Contract: checker, Work: runner,
	})
	runner.Handle(changes.TaskKind, c.Work)
	return background{work: runner, changes: c, refetch: refetch.New(refetch.Config{
		Sources: db.Sources(), Documents: db.Documents(), Changed: c.Prepare, Busy: busy, Log: log,
		Find: func(ctx context.Context, s domain.Source) (refetch.Found, error) { return findAgain(ctx, finder, s) },
	})}
}

// services returns what engine.serve is to run.
func (b background) services() []func(context.Context) error {
	return []func(context.Context) error{b.work.Run, b.refetch.Run}
}

// findAgain fetches the document of a source, wherever that is.
func findAgain(ctx context.Context, finder handlers.Finder, s domain.Source) (refetch.Found, error) {
	var (
		found handlers.Found
		err   error
	)
	switch s.Kind {
	case domain.SourceFolder:
		found, err = finder.FromFolder(ctx, s.URL)
	case domain.SourceURL:
		found, err = finder.Find(ctx, handlers.FetchRequest{Target: s.URL, Definition: s.Definition, Headers: s.Headers})
	default:
		err = domain.Errorf(domain.Invalid, "drift.handed_over",
			"The document of {{.Name}} was handed over as a file, so it cannot be fetched. Hand over its new version.", "Name", s.Name)
	}
	if err != nil {
		return refetch.Found{}, fmt.Errorf("fetch source %s: %w", s.ID, err)
	}
	return refetch.Found{Document: found.Document, Raw: found.Raw, DocumentURL: found.DocumentURL, Strategy: found.Strategy}, nil
}

// testing reports whether a load test is being carried out, which fetching by
// itself would disturb.
func (e *engine) testing(ctx context.Context) bool {
	running, _, err := e.manager.Counts(ctx)
	return err == nil && running > 0
}
