package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

// Config is what a Runner works with. Only Dir is needed.
type Config struct {
	Dir    string // the folder of the runs' folders
	Binary string // K6_BINARY; empty looks beside PLOG, in ./bin and on PATH
	// FlushGrace is how long k6 may take, after its last iterations, to report
	// what it measured before it is killed; 0 is 15 s.
	FlushGrace time.Duration
	// Tied ends k6 when PLOG ends, however it does: nobody is to adopt it.
	Tied    bool
	Environ []string // PLOG's own; nil is os.Environ()
}

// Runner is the loadtest.Runner of this machine.
type Runner struct {
	cfg Config

	mu        sync.Mutex
	ingestURL string
	checked   map[string]string // k6's version by path, size and time of change
}

var _ loadtest.Runner = (*Runner)(nil)

// New returns a Runner. It starts nothing and touches no file.
func New(cfg Config) *Runner {
	if cfg.FlushGrace <= 0 {
		cfg.FlushGrace = 15 * time.Second
	}
	if cfg.Environ == nil {
		cfg.Environ = os.Environ()
	}
	return &Runner{cfg: cfg, checked: map[string]string{}}
}

// SetIngestURL says where instances of adopted runs report from now on: a PLOG
// that was started again may listen somewhere else. Call it before Adopt.
func (r *Runner) SetIngestURL(url string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ingestURL = url
}

// Run carries launch out with one k6. It returns Unavailable without a usable
// k6, or when the run's files cannot be written, and started's error when that
// failed, with k6 never begun.
func (r *Runner) Run(ctx context.Context, launch loadtest.Launch, started func(loadtest.Process) error) (loadtest.Outcome, error) {
	binary, _, err := r.find(ctx)
	if err != nil {
		return loadtest.Outcome{}, err
	}
	bundle, err := k6.Build(launch.Plan)
	if err != nil {
		return loadtest.Outcome{}, err
	}
	d, err := r.prepare(launch, bundle)
	if err != nil {
		return loadtest.Outcome{}, err
	}
	if ctx.Err() != nil {
		return stopped(ctx, loadtest.Outcome{}), nil //nolint:nilerr // being stopped is an outcome
	}
	report := k6.Report{
		IngestURL: launch.IngestURL, IngestURLFile: d.path(ingestFile),
		Run: string(launch.Run), Token: launch.Token, Instance: "local", Trends: bundle.Trends,
	}
	env := k6.ChildEnv(r.cfg.Environ, append(report.Env(), bundle.Env...)...)
	begin := beginAlone
	if r.cfg.Tied {
		begin = beginTied
	}
	child, err := start(d, env, binary, k6.Args(), begin)
	if err != nil {
		return loadtest.Outcome{}, unwritable(d, err)
	}
	if err := child.record(started); err != nil {
		return loadtest.Outcome{}, fmt.Errorf("put k6 of run %s on record: %w", launch.Run, err)
	}
	return r.follow(ctx, child, d, grace(launch.Plan)), nil
}

// Adopt goes on with the k6 that an earlier PLOG started for the run, or tells
// how it ended since. NotFound if there is neither.
func (r *Runner) Adopt(ctx context.Context, run loadtest.Run) (loadtest.Outcome, error) {
	gone := domain.Errorf(domain.NotFound, "run.k6_gone", "The k6 of this run is not there any more.")
	d, err := r.folder(run.ID)
	if err != nil {
		return loadtest.Outcome{}, err
	}
	if run.Process == nil {
		return loadtest.Outcome{}, gone
	}
	if run.Process.Dir != "" {
		d = dir(run.Process.Dir)
	}
	r.mu.Lock()
	url := r.ingestURL
	r.mu.Unlock()
	p, alive := find(ctx, *run.Process, d)
	if alive && url != "" {
		if err := d.write(ingestFile, []byte(url)); err != nil {
			return loadtest.Outcome{}, unwritable(d, err)
		}
	}
	if !alive {
		code, known := d.exitCode()
		if !known {
			return loadtest.Outcome{}, gone
		}
		return outcome(code, d), nil
	}
	return r.follow(ctx, p, d, grace(run.Plan)), nil
}

// Remove deletes the run's folder. Removing what is not there is no error.
func (r *Runner) Remove(run domain.RunID) error {
	d, err := r.folder(run)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(string(d)); err != nil {
		return fmt.Errorf("remove the folder of run %s: %w", run, err)
	}
	return nil
}

// Left returns the runs that have a folder, those that are long forgotten, too.
func (r *Runner) Left() ([]domain.RunID, error) {
	entries, err := os.ReadDir(r.cfg.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the runs' folders: %w", err)
	}
	var left []domain.RunID
	for _, e := range entries {
		if e.IsDir() {
			left = append(left, domain.RunID(e.Name()))
		}
	}
	return left, nil
}

func (r *Runner) folder(run domain.RunID) (dir, error) {
	name := string(run)
	if !filepath.IsLocal(name) || name == "." || strings.ContainsAny(name, `/\`) {
		return "", domain.Errorf(domain.Invalid, "run.id", "“{{.ID}}” is not a run.", "ID", name)
	}
	path, err := filepath.Abs(filepath.Join(r.cfg.Dir, name)) // k6 has another working directory
	if err != nil {
		return "", fmt.Errorf("folder of run %s: %w", run, err)
	}
	return dir(path), nil
}

func (r *Runner) prepare(launch loadtest.Launch, bundle k6.Bundle) (dir, error) {
	d, err := r.folder(launch.Run)
	if err != nil {
		return "", err
	}
	if err := d.fill(bundle); err != nil {
		return "", unwritable(d, err)
	}
	if err := d.write(k6.ConfigFile, k6.Config(launch.Blocked)); err != nil {
		return "", unwritable(d, err)
	}
	if err := d.write(ingestFile, []byte(launch.IngestURL)); err != nil {
		return "", unwritable(d, err)
	}
	return d, nil
}

func unwritable(d dir, err error) error {
	return domain.Errorf(domain.Unavailable, "run.files",
		"PLOG could not prepare the run in {{.Dir}}: {{.Error}}. Make room there, or make it writable, and run again.",
		"Dir", string(d), "Error", err.Error()).Because(err)
}

// grace is how long a plan's last iterations may take.
func grace(p loadtest.Plan) time.Duration {
	longest := time.Duration(0)
	for _, s := range p.Scenarios {
		g := s.GracefulStop.Duration
		if g == 0 {
			g = 30 * time.Second // k6's own
		}
		longest = max(longest, g)
	}
	return longest
}
