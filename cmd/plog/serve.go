package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/handlers"
	"plog.dev/plog/handlers/ingest"
	"plog.dev/plog/jobs"
	"plog.dev/plog/jobs/contract"
	"plog.dev/plog/jobs/discover"
	"plog.dev/plog/jobs/k6"
	"plog.dev/plog/repo/sqlite"
	"plog.dev/plog/web"
)

type serveCmd struct{}

// Run serves until ctx ends; then running tests are stopped, and have their reports.
func (serveCmd) Run(ctx context.Context, a *app) (err error) {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	log := cfg.logger(a.stderr)
	db, err := sqlite.Open(ctx, cfg.DataDir, sqlite.WithSecretKey(cfg.SecretKey))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if done := db.Applied(); len(done.Migrations) > 0 {
		log.InfoContext(ctx, "database brought up to date", "migrations", done.Migrations, "backup", done.Backup)
	}
	if n, err := db.Sessions().DeleteExpired(ctx); err != nil {
		return err
	} else if n > 0 {
		log.DebugContext(ctx, "expired sessions deleted", "count", n)
	}
	listener, err := listen(ctx, cfg.Addr)
	if err != nil {
		return err
	}
	server, engine, err := wire(cfg, db, log, listener)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if _, err := engine.runner.Version(ctx); err != nil {
		log.WarnContext(ctx, "tests cannot be run yet", "reason", sentence(err))
	}
	fmt.Fprintf(a.stdout, "PLOG is ready: %s\n", server.SignInLink(either(strings.TrimSuffix(cfg.BaseURL, "/"), own(listener))))

	served := make(chan error, 1)
	go func() {
		served <- engine.serve(ctx, append(engine.background.services(),
			func(ctx context.Context) error { return server.Serve(ctx, listener) })...)
	}()
	select {
	case err := <-served:
		return err
	case <-a.hurry:
		return &exitStatus{code: exitAborted, err: errors.New("interrupted twice: ended at once; tests that were running are looked for at the next start")}
	}
}

// wire makes the web app and the engine work with the stores.
func wire(cfg config, db *sqlite.DB, log *slog.Logger, l net.Listener) (*web.Server, *engine, error) {
	key, err := tokenKey(db.Dir())
	if err != nil {
		return nil, nil, err
	}
	policy := policyOf(cfg, db, log)
	e := newEngine(engineConfig{config: cfg, tokenKey: key, ingestURL: own(l) + "/ingest", policy: policy, log: log}, db)
	meter := ingest.NewMeter(e.hub)
	finder := finder{policy: policy, folder: discover.Folder{Dir: cfg.DocumentsDir}, log: log}
	checker := contract.NewChecker(log)
	e.background = newBackground(db, finder, checker, e.testing, log)
	server, err := web.New(web.Deps{
		Projects: db.Projects(), Sources: db.Sources(), Documents: db.Documents(), Plans: db.Plans(), Runs: db.Runs(),
		Users: db.Users(), Sessions: db.Sessions(), Settings: db.Settings(),
		Finder: finder, Refresher: refresher{e.background.refetch}, Changes: e.background.changes, RefreshEvery: cfg.Refetch, Starter: starter{e.manager},
		Trier: newTrier(cfg, db.Dir(), policy), Checker: checker,
		Limits: cfg.limits(), Script: k6.Standalone, SampleURL: cfg.SampleURL,
		Env: func(ctx context.Context) loadtest.Environment { return environment(ctx, e.runner) },
		Ready: func(ctx context.Context) error {
			_, err := e.runner.Version(ctx)
			return errors.Join(db.Ping(ctx), err)
		},
		RunPages:     runPages(db, e),
		IngestRoutes: func(g *echo.Group) { ingest.Register(g, meter) }, Meters: []prometheus.Collector{meter},
		Log: log, Version: version, BaseURL: either(cfg.BaseURL, own(l)), MetricsToken: cfg.Metrics,
	})
	return server, e, err
}

// runPages returns the pages of runs.
func runPages(db *sqlite.DB, e *engine) *handlers.Runs {
	return &handlers.Runs{
		Frame:    handlers.Frame{Projects: db.Projects(), Version: version},
		Projects: db.Projects(), Runs: db.Runs(), Reports: db.Reports(), Logs: db.Rollups(), Plans: db.Plans(),
		Versions: db.Documents(), Drifts: drifter{e.background.changes}, Feed: e.hub, Manager: e.manager, Starter: starter{e.manager}, Script: k6.Standalone,
	}
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another program, or another PLOG. Stop that one, or choose another address with PLOG_ADDR", addr)
	case err != nil:
		return nil, fmt.Errorf("PLOG cannot listen on %s (PLOG_ADDR): %w", addr, err)
	}
	return l, nil
}

// own returns the address at which this machine reaches the listener.
func own(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// policyOf returns the policy as it stands: the environment's hosts and those of the settings page.
func policyOf(cfg config, db *sqlite.DB, log *slog.Logger) func(context.Context) target.Policy {
	return func(ctx context.Context) target.Policy {
		p := target.Policy{AllowHosts: cfg.AllowHosts}
		text, err := db.Settings().Get(ctx, handlers.AllowHostsKey)
		if err != nil {
			if domain.CodeOf(err) != domain.NotFound {
				log.ErrorContext(ctx, "read the allowed hosts; only those of the environment are allowed", "error", err)
			}
			return p
		}
		p.AllowHosts = append(append([]string{}, p.AllowHosts...), strings.Fields(text)...)
		return p
	}
}

// starter starts runs for the handlers.
type starter struct{ manager *jobs.Manager }

// Start implements handlers.Starter.
func (s starter) Start(ctx context.Context, req handlers.RunRequest) (loadtest.Run, error) {
	return s.manager.Start(ctx, jobs.Request{Plan: req.Plan, ProjectID: req.Plan.ProjectID, Document: req.Document, Key: req.Key})
}

// tokenKey returns the data folder's secret that runs' tokens are derived
// from, made when there is none yet.
func tokenKey(dir string) ([]byte, error) {
	file := filepath.Join(dir, "ingest.key")
	key, err := os.ReadFile(file) //nolint:gosec // the data folder is the operator's choice
	if err == nil && len(key) == 32 {
		return key, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the key of the data folder: %w", err)
	}
	key = make([]byte, 32)
	_, _ = rand.Read(key) // never fails, as crypto/rand documents
	if err := os.WriteFile(file, key, 0o600); err != nil {
		return nil, fmt.Errorf("the key of the data folder: %w", err)
	}
	return key, nil
}
