package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// mostLate is how long after a second's end a frame with it may come.
const mostLate = 2 * time.Second

type ingestCmd struct {
	Runs          int `default:"20" help:"Runs at once."`
	Series        int `default:"50" help:"Series that each reports every second."`
	Seconds       int `default:"30" help:"How long they last."`
	Viewers       int `default:"500" help:"Viewers of one run afterwards."`
	ViewedSeconds int `default:"20" help:"How long that run lasts."`
}

// Run measures and prints.
func (c *ingestCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

func (c *ingestCmd) measure(ctx context.Context, b *bench) (s section, err error) {
	s = section{
		title: "Many runs, many viewers",
		how: fmt.Sprintf("One `plog serve`. First %d runs at once for %d s, each reporting %d series every second, all at the same moment, "+
			"with one viewer each. Then one run for %d s with %d viewers. The load generators are stand-ins that post what our k6 would, "+
			"so that the CPU is PLOG's; they and the viewers share the machine with it.",
			c.Runs, c.Seconds, c.Series, c.ViewedSeconds, c.Viewers),
	}
	figures := table{head: []string{"", "PLOG's CPU", "PLOG's memory", "database afterwards", "events per viewer", "frame after its second's end, p95", "worst"}}
	for _, load := range []crowd{
		{name: fmt.Sprintf("%d runs", c.Runs), runs: c.Runs, viewers: 1, seconds: c.Seconds, series: c.Series},
		{name: fmt.Sprintf("%d viewers", c.Viewers), runs: 1, viewers: c.Viewers, seconds: c.ViewedSeconds, series: c.Series},
	} {
		b.say("ingest: %s for %d s", load.name, load.seconds)
		err := inTemp(func(dir string) error { return load.carry(ctx, b, dir) })
		if err != nil {
			return s, err
		}
		figures.add(load.row()...)
		worst := load.late[len(load.late)-1]
		s.targets = append(s.targets,
			target{load.name + ": worst frame", "≤ " + ms(milliseconds(mostLate)), ms(worst), worst <= milliseconds(mostLate)},
			target{load.name + ": viewers that got every second of the run, and its end", fmt.Sprint(load.runs * load.viewers), fmt.Sprint(load.complete), load.complete == load.runs*load.viewers})
	}
	s.tables = append(s.tables, figures)
	return s, nil
}

// crowd is runs at once with viewers of each.
type crowd struct {
	name                           string
	runs, viewers, seconds, series int

	used     usage
	stored   int64 // bytes of the database afterwards
	received int   // bytes by all viewers
	late     []float64
	complete int // viewers that got everything
}

func (c *crowd) carry(ctx context.Context, b *bench, dir string) (err error) {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	k6 := filepath.Join(dir, "k6")
	script := fmt.Sprintf("#!/bin/sh\nexec '%s' --bin '%s' fake-k6 --seconds %d --series %d -- \"$@\"\n", self, b.bin, c.seconds, c.series)
	if err := os.WriteFile(k6, []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		return fmt.Errorf("stand-in for k6: %w", err)
	}
	server, err := b.startPLOG(ctx, dir, "K6_BINARY="+k6, fmt.Sprintf("PLOG_RUN_SLOTS=%d", c.runs))
	if err != nil {
		return err
	}
	all, err := c.measured(ctx, server)
	// The end puts the write-ahead log, which grows and shrinks, into the database.
	if err := errors.Join(err, server.stop()); err != nil {
		return err
	}
	if c.stored, err = databaseSize(server.data); err != nil {
		return err
	}
	for _, s := range all {
		c.judge(s)
	}
	slices.Sort(c.late)
	if len(c.late) == 0 {
		return errors.New("no viewer got a frame with requests")
	}
	return nil
}

// measured carries the load and returns what each viewer saw.
func (c *crowd) measured(ctx context.Context, server *plogServer) ([]*seen, error) {
	if err := server.signIn(ctx); err != nil {
		return nil, err
	}
	project, err := server.addProject(ctx)
	if err != nil {
		return nil, err
	}
	watch, err := watchUsage(ctx, server.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	all, err := c.watchAll(ctx, server, project)
	used, usedErr := watch.end(ctx)
	c.used = used
	return all, errors.Join(err, usedErr)
}

// watchAll starts the runs, watches them, and returns what each viewer saw.
func (c *crowd) watchAll(ctx context.Context, server *plogServer, project domain.ProjectID) ([]*seen, error) {
	all := make([]*seen, c.runs*c.viewers)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	for i := range c.runs {
		run, err := server.run(ctx, project, c.plan(i))
		if err != nil {
			cancel()
			return nil, errors.Join(err, g.Wait())
		}
		for j := range c.viewers {
			g.Go(func() (err error) {
				stream, err := server.events(ctx, run)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, stream.Close()) }()
				all[i*c.viewers+j], err = watchRun(stream, nil)
				return err
			})
		}
	}
	return all, g.Wait()
}

func (c *crowd) plan(i int) loadtest.Plan {
	return loadtest.Plan{
		Name: fmt.Sprint("Run ", i+1), BaseURL: "http://127.0.0.1",
		Scenarios: []loadtest.Scenario{{
			Name: "load", Executor: loadtest.ConstantVUs, VUs: 10, Duration: domain.Dur(time.Duration(c.seconds) * time.Second),
			Steps: []loadtest.Step{{Method: http.MethodGet, Path: "/"}},
		}},
		Thresholds: []loadtest.Threshold{{Metric: "http_req_duration", Expression: "p(95)<500"}},
	}
}

func (c *crowd) judge(s *seen) {
	c.received += s.bytes
	want, full := uint64(perSeries*(c.series-2)), 0
	for _, n := range s.requests {
		if n == want {
			full++
		}
	}
	if s.finished && full == c.seconds && s.total == want*uint64(c.seconds) {
		c.complete++
	}
	for second, at := range s.first {
		c.late = append(c.late, milliseconds(at.Sub(time.Unix(second+1, 0))))
	}
}

func (c *crowd) row() []string {
	perRun := c.stored / int64(c.runs*c.seconds)
	return []string{
		c.name, cores(c.used.cores), mib(c.used.memory),
		fmt.Sprintf("%s (%s per run and second)", mib(uint64(c.stored)), kib(perRun)),
		fmt.Sprintf("%s/s", kib(int64(c.received/(c.runs*c.viewers*c.seconds)))),
		ms(quantile(c.late, 0.95)), ms(c.late[len(c.late)-1]),
	}
}
