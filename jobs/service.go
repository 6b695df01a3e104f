// Package jobs is the background of PLOG: the Manager carries runs out, in
// turn, and sees to it that each of them ends with a verdict and a report.
package jobs

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/jobs/hub"
)

// Service is anything that works in the background. Run blocks until ctx ends
// and everything the service started has ended; nil unless it broke.
type Service interface {
	Run(ctx context.Context) error
}

type runStore interface {
	Create(ctx context.Context, run *loadtest.Run) error            // Conflict when the plan has an active run
	Get(ctx context.Context, id domain.RunID) (loadtest.Run, error) // NotFound
	Active(ctx context.Context) ([]loadtest.Run, error)             // oldest first
	Transition(ctx context.Context, id domain.RunID, from, to loadtest.State) error
	SetProcess(ctx context.Context, id domain.RunID, p loadtest.Process) error
	SetStarted(ctx context.Context, id domain.RunID, at time.Time) error
	SetEnv(ctx context.Context, id domain.RunID, env loadtest.Environment) error
	SetReason(ctx context.Context, id domain.RunID, reason domain.Message) error // why it is being stopped
	Finish(ctx context.Context, run loadtest.Run, rep report.Report) error
	Delete(ctx context.Context, id domain.RunID) error
}

type logReader interface {
	Logs(ctx context.Context, run domain.RunID, limit int) ([]metrics.LogLine, error)
}

type runner interface {
	loadtest.Runner
	// Remove deletes what the run left outside the stores. Removing what is not there is no error.
	Remove(run domain.RunID) error
	Left() ([]domain.RunID, error) // the runs of which something is left outside the stores
}

// Config is what a Manager works with. Slots, Log and the functions may be left
// zero.
type Config struct {
	Runs   runStore
	Logs   logReader
	Runner runner
	Hub    *hub.Hub

	Slots    int             // runs at once; 0 is 1
	Limits   loadtest.Limits // what a plan may ask for
	TokenKey []byte          // the secret that runs' tokens are derived from
	// IngestURL returns where instances report now, such as http://127.0.0.1:8080/ingest.
	IngestURL func() string
	// CheckTarget says whether load may be sent to a base URL; nil allows all.
	CheckTarget func(ctx context.Context, baseURL string) error
	// Blocked returns the networks that k6 must not connect to when it loads a
	// base URL; nil blocks none.
	Blocked func(ctx context.Context, baseURL string) []netip.Prefix
	// Environment returns what runs are made on; nil leaves it empty.
	Environment func(ctx context.Context) loadtest.Environment
	Log         *slog.Logger
}

// Manager carries runs out. Make one with NewManager, and let it Run.
type Manager struct {
	cfg  Config
	wake chan struct{} // something for the queue to look at

	mu     sync.Mutex
	active map[domain.RunID]*activeRun
	down   chan struct{} // closed when PLOG is shutting down: no new runs
}

var _ Service = (*Manager)(nil)

// NewManager returns a Manager that does nothing until Run is called; runs may
// be queued before.
func NewManager(cfg Config) *Manager {
	cfg.Slots = max(cfg.Slots, 1)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if cfg.CheckTarget == nil {
		cfg.CheckTarget = func(context.Context, string) error { return nil }
	}
	if cfg.Blocked == nil {
		cfg.Blocked = func(context.Context, string) []netip.Prefix { return nil }
	}
	if cfg.Environment == nil {
		cfg.Environment = func(context.Context) loadtest.Environment { return loadtest.Environment{} }
	}
	return &Manager{cfg: cfg, wake: make(chan struct{}, 1), active: map[domain.RunID]*activeRun{}, down: make(chan struct{})}
}

// Counts returns how many runs are being carried out now, and how many wait.
func (m *Manager) Counts(ctx context.Context) (running, queued int, err error) {
	runs, err := m.cfg.Runs.Active(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, run := range runs {
		if run.State == loadtest.Queued {
			queued++
		}
	}
	return len(runs) - queued, queued, nil
}

func (m *Manager) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}
