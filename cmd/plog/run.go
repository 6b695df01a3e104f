package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/handlers/ingest"
	"plog.dev/plog/jobs"
	"plog.dev/plog/repo/sqlite"
)

type runCmd struct {
	Target string `arg:"" help:"A plan (YAML file), or an API: the URL or file of its OpenAPI document, its docs page, or its host."`

	Operations []string         `name:"operation" sep:"none" help:"An operation to send, such as 'GET /pets/{id}'. Repeatable; all GET and HEAD without it." placeholder:"'METHOD /path'"`
	Tags       []string         `name:"tag" sep:"none" help:"Send the operations with this tag. Repeatable." placeholder:"TAG"`
	VUs        *int             `name:"vus" xor:"load" help:"Virtual users that send one request after the other (10)." placeholder:"N"`
	Rate       string           `xor:"load" help:"Requests started per second (50/s) or minute (3000/m)." placeholder:"N/s"`
	Duration   *domain.Duration `help:"How long (30s)." placeholder:"D"`
	Stages     []string         `name:"stage" sep:"none" help:"Go to a number of VUs, or of requests per second with --rate, within a time: 10s:50. Repeatable." placeholder:"D:N"`
	Thresholds []string         `name:"threshold" sep:"none" help:"A limit in k6's syntax: 'p(95)<500', or 'metric{tag:value}:expression'. Repeatable." placeholder:"EXPR"`
	BaseURL    string           `name:"base-url" help:"Where requests go; what the document says without it." placeholder:"URL"`
	Headers    []string         `name:"header" short:"H" sep:"none" help:"A header of every request. Authorization, Cookie and X-Api-Key are kept secret. Repeatable." placeholder:"'K: V'"`

	JSON  string `name:"json" help:"Write the result as JSON; - is the standard output." placeholder:"FILE"`
	JUnit string `name:"junit" help:"Write the result as JUnit XML." placeholder:"FILE"`
	HTML  string `name:"html" help:"Write the report as one HTML page, in the language of LANG." placeholder:"FILE"`
	CSV   string `name:"csv" help:"Write a row per operation as CSV." placeholder:"FILE"`

	Preflight bool `help:"Send each operation once before the load, and say how it was answered."`
	Quiet     bool `short:"q" help:"No progress and no summary; errors are still told."`
}

// Run carries a load test out in this process. Its exit codes are those of k6.
func (c runCmd) Run(ctx context.Context, a *app) (err error) {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	for _, file := range []string{c.JSON, c.JUnit, c.HTML, c.CSV} {
		if err := writable(file); err != nil {
			return err
		}
	}
	policy := target.Policy{AllowHosts: cfg.AllowHosts}
	plan, document, err := c.plan(ctx, policy)
	if err != nil {
		return explainForbidden(err)
	}
	plan = plan.WithDefaults(cfg.limits())
	if err := plan.Validate(cfg.limits()); err != nil {
		return err
	}
	if err := checkTarget(ctx, policy, plan.BaseURL); err != nil {
		return explainForbidden(err)
	}
	db, err := sqlite.OpenTemp(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if c.Preflight {
		trier := newTrier(cfg, db.Dir(), func(context.Context) target.Policy { return policy })
		if err := preflight(ctx, a.messages(c), trier, plan); err != nil {
			return explainForbidden(err)
		}
	}
	rep, err := c.carry(ctx, a, cfg, db, jobs.Request{Plan: plan, Document: document})
	if err != nil {
		return err
	}
	return c.finish(a, rep)
}

// messages is where a person reads along; nowhere with --quiet.
func (a *app) messages(c runCmd) io.Writer {
	if c.Quiet {
		return io.Discard
	}
	return a.stderr
}

// carry runs the engine for one run and returns its report. When ctx ends the
// run is stopped gracefully and still has its report.
func (c runCmd) carry(ctx context.Context, a *app, cfg config, db *sqlite.DB, req jobs.Request) (report.Report, error) {
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		return report.Report{}, fmt.Errorf("listen for k6: %w", err)
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, as crypto/rand documents
	e := newEngine(engineConfig{
		config: cfg, tokenKey: key, ingestURL: "http://" + listener.Addr().String() + "/ingest",
		policy: func(context.Context) target.Policy { return target.Policy{AllowHosts: cfg.AllowHosts} },
		tied:   true,
		log:    slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	}, db)
	project := domain.Project{Name: req.Plan.Name}
	if err := db.Projects().Create(context.WithoutCancel(ctx), &project); err != nil {
		return report.Report{}, errors.Join(err, listener.Close())
	}
	req.ProjectID = project.ID

	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() {
		served <- e.serve(working, func(ctx context.Context) error { return serveIngest(ctx, listener, e.hub) })
	}()
	run, err := e.manager.Start(ctx, req)
	if err == nil {
		err = c.follow(ctx, a, e, run.ID)
	}
	stop()
	if errors.Is(err, errHurried) {
		return report.Report{}, &exitStatus{code: exitAborted, err: err}
	}
	if err = errors.Join(err, <-served); err != nil {
		return report.Report{}, err
	}
	return db.Reports().Get(context.WithoutCancel(ctx), run.ID)
}

// serveIngest takes what k6 reports until ctx ends.
func serveIngest(ctx context.Context, l net.Listener, hub ingest.Hub) error {
	router := echo.New()
	ingest.Register(router.Group("/ingest"), hub)
	server := &http.Server{Handler: router, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("listen for k6: %w", err)
	case <-ctx.Done():
		err := server.Close() // every instance has ended by now
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		return err
	}
}

var errHurried = errors.New("interrupted twice: k6 was killed, and there is no report")

// follow shows the run until it has finished, and stops it when ctx ends.
func (c runCmd) follow(ctx context.Context, a *app, e *engine, id domain.RunID) error {
	frames, err := e.hub.Subscribe(context.WithoutCancel(ctx), id)
	if err != nil {
		return err
	}
	show := newProgress(a.messages(c))
	defer show.close()
	var last *live.Frame
	interrupted := ctx.Done()
	for {
		select {
		case f, more := <-frames:
			if !more {
				return nil
			}
			last = f
			show.frame(f)
		case <-interrupted:
			interrupted = nil
			show.say("Stopping; the result follows. Interrupt again to end at once, without it.")
			if err := e.manager.Stop(context.WithoutCancel(ctx), id); err != nil && domain.CodeOf(err) != domain.Conflict {
				return err
			}
		case <-a.hurry:
			kill(last)
			return errHurried
		}
	}
}

// kill ends a run's k6, which is a process group of its own and would outlive PLOG.
func kill(f *live.Frame) {
	if f != nil && f.Run.Process != nil && f.Run.Process.PID > 1 {
		_ = syscall.Kill(-f.Run.Process.PID, syscall.SIGKILL) // it may have ended already
	}
}

// finish writes all outputs and returns the verdict as an exit code.
func (c runCmd) finish(a *app, rep report.Report) error {
	outputs := []struct{ format, file string }{{"json", c.JSON}, {"junit", c.JUnit}, {"html", c.HTML}, {"csv", c.CSV}}
	var failed []error
	summaryTo := a.stdout
	for _, o := range outputs {
		if o.file == "" {
			continue
		}
		if o.file == "-" {
			summaryTo = a.stderr
		}
		failed = append(failed, a.write(o.file, rep, func(r report.Report) ([]byte, error) { return a.encode(o.format, r) }))
	}
	if !c.Quiet {
		failed = append(failed, summary(summaryTo, rep))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	switch rep.Run.Verdict {
	case loadtest.Passed:
		return nil
	case loadtest.Failed:
		return &exitStatus{code: exitCrossed}
	case loadtest.Aborted:
		return &exitStatus{code: exitAborted}
	}
	if c.Quiet {
		return &exitStatus{code: exitError, err: errors.New(rep.Run.Reason.String())}
	}
	return &exitStatus{code: exitError}
}

// explainForbidden adds how to allow a target where there is no settings page.
func explainForbidden(err error) error {
	if domain.CodeOf(err) != domain.Forbidden {
		return err
	}
	return badConfig(fmt.Errorf("%s\nHere you are the administrator: PLOG_ALLOW_HOSTS=host,… allows further hosts", sentence(err)))
}
