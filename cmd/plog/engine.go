package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs"
	"plog.dev/plog/jobs/hub"
	"plog.dev/plog/jobs/local"
	"plog.dev/plog/repo/sqlite"
)

// engine is what carries runs out, for the server and for `plog run` alike.
type engine struct {
	db      *sqlite.DB
	hub     *hub.Hub
	manager *jobs.Manager
	runner  *local.Runner

	background background // of a server
}

type engineConfig struct {
	config
	tokenKey  []byte
	ingestURL string
	policy    func(context.Context) target.Policy
	log       *slog.Logger
	tied      bool // no later process looks for this one's k6: it ends with this one
}

func newEngine(cfg engineConfig, db *sqlite.DB) *engine {
	runner := newRunner(cfg.config, db.Dir(), cfg.tied)
	runner.SetIngestURL(cfg.ingestURL)
	h := hub.New(hub.Config{Runs: db.Runs(), Reports: db.Reports(), Rollups: db.Rollups()})
	return &engine{db: db, hub: h, runner: runner, manager: jobs.NewManager(jobs.Config{
		Runs: db.Runs(), Logs: db.Rollups(), Runner: runner, Hub: h,
		Slots: cfg.RunSlots, Limits: cfg.limits(), TokenKey: cfg.tokenKey,
		IngestURL: func() string { return cfg.ingestURL },
		CheckTarget: func(ctx context.Context, baseURL string) error {
			return checkTarget(ctx, cfg.policy(ctx), baseURL)
		},
		Blocked: func(ctx context.Context, baseURL string) []netip.Prefix {
			return blocked(cfg.policy(ctx), baseURL)
		},
		Environment: func(ctx context.Context) loadtest.Environment { return environment(ctx, runner) },
		Log:         cfg.log,
	})}
}

// serve runs the engine and what else is given until ctx ends. Services end
// after the Manager: runs that are being stopped still report to them.
func (e *engine) serve(ctx context.Context, services ...func(context.Context) error) error {
	group, until := errgroup.WithContext(context.WithoutCancel(ctx))
	serving, stopServing := context.WithCancel(until)
	managing, stopManaging := context.WithCancel(until)
	defer stopServing()
	defer context.AfterFunc(ctx, stopManaging)()
	for _, service := range append(services, e.hub.Run) {
		group.Go(func() error { return service(serving) })
	}
	group.Go(func() error {
		defer stopManaging()
		defer stopServing()
		return e.manager.Run(managing)
	})
	return group.Wait()
}

// newRunner returns the runner of this machine, with the runs' folders below dir.
// A tied runner's k6 ends with this process.
func newRunner(cfg config, dir string, tied bool) *local.Runner {
	return local.New(local.Config{Dir: filepath.Join(dir, "runs"), Binary: cfg.K6Binary, Tied: tied})
}

func environment(ctx context.Context, runner *local.Runner) loadtest.Environment {
	k6, err := runner.Version(ctx)
	if err != nil {
		k6 = "" // the run itself says what is wrong with k6
	}
	return jobs.Environment(ctx, version, k6)
}

// checkTarget resolves the base URL's host and asks the policy about every
// address of it.
func checkTarget(ctx context.Context, policy target.Policy, baseURL string) error {
	u, err := url.Parse(baseURL)
	if err != nil {
		return fmt.Errorf("base URL: %w", err)
	}
	if err := policy.CheckURL(u); err != nil {
		return err
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return domain.Errorf(domain.Unavailable, "run.target_unknown",
			"The host {{.Host}} of the base URL cannot be found. Check its name.", "Host", u.Hostname()).Because(err)
	}
	for _, addr := range addrs {
		if err := policy.CheckHostAddr(u.Hostname(), addr); err != nil {
			return err
		}
	}
	return nil
}
