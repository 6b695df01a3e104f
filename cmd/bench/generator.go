package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

// The most that PLOG's output may cost.
const (
	mostCPU  = 1.03
	leastTPS = 0.97
)

type generatorCmd struct {
	Rounds   int `default:"8" help:"How often all is run, each time in another order; what no target is about every other time."`
	Requests int `default:"30000" help:"Requests of each load."`
	VUs      int `default:"10" name:"vus" help:"Virtual users."`
}

// Run measures and prints.
func (c *generatorCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

// variant is one way to run k6.
type variant struct {
	flags  string // whose flags: PLOG's, or k6's defaults
	output string
}

const (
	plogFlags    = "PLOG's"
	defaultFlags = "k6's defaults"
	noOutput     = "none"
	plogOutput   = "plog"
)

// cost is what one load cost.
type cost struct {
	cpu    float64 // microseconds per request, without k6's start
	tps    float64
	memory float64 // bytes
}

func (c *generatorCmd) measure(ctx context.Context, b *bench) (s section, err error) {
	api, err := b.startSampleAPI(ctx)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, api.stop()) }()
	in, err := startSink(ctx)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	err = inTemp(func(dir string) error {
		g := &generators{bench: b, cmd: c, api: api, sink: in, dir: dir, starts: map[string][]spent{}, costs: map[variant]map[int]cost{}}
		if err := g.prepare(); err != nil {
			return err
		}
		if err := g.rounds(ctx); err != nil {
			return err
		}
		s = g.section()
		return nil
	})
	return s, err
}

// generators runs k6 in all its variants.
type generators struct {
	*bench
	cmd  *generatorCmd
	api  *sampleAPI
	sink *sink
	dir  string

	starts map[string][]spent       // what a run without load uses, by flags
	costs  map[variant]map[int]cost // by round
}

func variants() []variant {
	all := make([]variant, 0, 10)
	for _, flags := range []string{plogFlags, defaultFlags} {
		for _, output := range []string{noOutput, plogOutput, "influxdb", "json", "csv"} {
			all = append(all, variant{flags, output})
		}
	}
	return all
}

// prepare writes two folders for k6: the load, and one iteration per VU that
// shows what k6's start and end cost.
func (g *generators) prepare() error {
	for name, requests := range map[string]int{"load": g.cmd.Requests, "start": g.cmd.VUs} {
		plan := loadtest.Plan{Name: name, BaseURL: g.api.url, Scenarios: []loadtest.Scenario{{
			Name: "load", Executor: loadtest.SharedIterations, VUs: g.cmd.VUs, Iterations: requests, Steps: shopSteps(),
		}}}.WithDefaults(loadtest.Limits{})
		bundle, err := k6.Build(plan)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(g.dir, name), 0o700); err != nil {
			return fmt.Errorf("prepare k6: %w", err)
		}
		for file, content := range bundle.Files {
			if err := os.WriteFile(filepath.Join(g.dir, name, file), content, 0o600); err != nil {
				return fmt.Errorf("prepare k6: %w", err)
			}
		}
	}
	return nil
}

func (g *generators) rounds(ctx context.Context) error {
	all := variants()
	for round := range g.cmd.Rounds {
		g.say("generator: round %d of %d", round+1, g.cmd.Rounds)
		for _, flags := range []string{plogFlags, defaultFlags} {
			used, err := g.k6(ctx, "start", variant{flags, noOutput})
			if err != nil {
				return err
			}
			g.starts[flags] = append(g.starts[flags], used)
		}
		// Each round begins elsewhere and every other runs backwards: neither a
		// place in the order nor a neighbour is always the same.
		order := slices.Concat(all[round%len(all):], all[:round%len(all)])
		if round%2 == 1 {
			slices.Reverse(order)
		}
		for _, v := range order {
			if round%2 == 1 && v.output != noOutput && v.output != plogOutput {
				continue
			}
			got, err := g.load(ctx, v)
			if err != nil {
				return err
			}
			if g.costs[v] == nil {
				g.costs[v] = map[int]cost{}
			}
			g.costs[v][round] = got
		}
	}
	return nil
}

func (g *generators) load(ctx context.Context, v variant) (cost, error) {
	if err := errors.Join(g.api.forget(ctx), g.sink.reset()); err != nil {
		return cost{}, err
	}
	used, err := g.k6(ctx, "load", v)
	if err != nil {
		return cost{}, err
	}
	truth, err := g.api.truth(ctx)
	if err != nil {
		return cost{}, err
	}
	n := uint64(g.cmd.Requests)
	if truth.Overall.Count != n {
		return cost{}, fmt.Errorf("k6 with output %s sent %d of %d requests", v.output, truth.Overall.Count, n)
	}
	if v.output == plogOutput {
		if reported, err := g.sink.requests(); err != nil || reported != n {
			return cost{}, errors.Join(err, fmt.Errorf("the plog output reported %d of %d requests", reported, n))
		}
	}
	cpu, wall := g.start(v.flags)
	return cost{
		cpu: (micros(used.cpu) - cpu) / float64(n), tps: float64(n) / (micros(used.wall) - wall) * 1e6,
		memory: float64(used.memory),
	}, nil
}

// start returns the CPU and the time, in microseconds, of a run without load.
func (g *generators) start(flags string) (cpu, wall float64) {
	var cpus, walls []float64
	for _, s := range g.starts[flags] {
		cpus, walls = append(cpus, micros(s.cpu)), append(walls, micros(s.wall))
	}
	return median(cpus), median(walls)
}

// k6 runs k6 in the folder as PLOG does, but for the variant's flags and output.
func (g *generators) k6(ctx context.Context, folder string, v variant) (spent, error) {
	args := k6.Args()
	args = without(args, "--out", 2)
	if v.flags == defaultFlags {
		args = without(args, "--no-thresholds", 1)
		args = without(args, "--summary-mode", 2)
	}
	env := k6.ChildEnv(os.Environ())
	outputs := map[string]string{
		plogOutput: plogOutput, "influxdb": g.sink.influx(), "json": "json=" + os.DevNull, "csv": "csv=" + os.DevNull,
	}
	if out, ok := outputs[v.output]; ok {
		args = slices.Insert(args, 1, "--out", out)
	}
	if v.output == plogOutput {
		env = k6.ChildEnv(os.Environ(), k6.Report{IngestURL: g.sink.ingest(), Run: "bench", Token: "bench", Instance: "local"}.Env()...)
	}
	return toEnd(ctx, filepath.Join(g.dir, folder), env, g.binary("k6"), args...)
}

// without returns args without the flag and what follows it, n in all.
func without(args []string, flag string, n int) []string {
	at := slices.Index(args, flag)
	if at < 0 {
		return args
	}
	return slices.Delete(slices.Clone(args), at, at+n)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func (g *generators) section() section {
	cpu, wall := g.start(plogFlags)
	s := section{
		title: "What k6's outputs cost the load generator",
		how: fmt.Sprintf("The script of a PLOG plan, %d requests by %d VUs without pause to the sample API in its own process, all variants in turns, "+
			"%d rounds; influxdb, json and csv in every other. CPU is user and system of the k6 process, and requests/s are by its time; both without what k6 "+
			"takes to start and end (medians with PLOG's flags: %.0f ms of CPU, %.0f ms of time). "+
			"The API counted the same number of requests each time, and so did what the plog output reported. "+
			"× compares within a round with no output and the same flags: median (least–greatest) of the rounds. "+
			"PLOG's flags are `--no-thresholds --summary-mode disabled`.",
			g.cmd.Requests, g.cmd.VUs, g.cmd.Rounds, cpu/1000, wall/1000),
	}
	t := table{head: []string{"flags, output", "CPU µs/request", "CPU ×", "requests/s", "requests/s ×", "memory MiB"}}
	for _, v := range variants() {
		cpu, tps := g.ratios(v, variant{v.flags, noOutput})
		t.add(v.flags+", "+v.output, g.middle(v, "%.1f", func(c cost) float64 { return c.cpu }), spread(cpu),
			g.middle(v, "%.0f", func(c cost) float64 { return c.tps }), spread(tps),
			g.middle(v, "%.0f", func(c cost) float64 { return c.memory / (1 << 20) }))
	}
	s.tables = append(s.tables, t)
	for _, pair := range []struct {
		name      string
		plog, per variant
	}{
		{"plog against none, both with PLOG's flags", variant{plogFlags, plogOutput}, variant{plogFlags, noOutput}},
		{"plog against none, both with k6's defaults", variant{defaultFlags, plogOutput}, variant{defaultFlags, noOutput}},
		{"as PLOG runs k6 against plain `k6 run`", variant{plogFlags, plogOutput}, variant{defaultFlags, noOutput}},
	} {
		cpu, tps := g.ratios(pair.plog, pair.per)
		s.targets = append(s.targets,
			target{"CPU, " + pair.name, fmt.Sprintf("≤ %.2f ×", mostCPU), spread(cpu), median(cpu) <= mostCPU},
			target{"requests/s, " + pair.name, fmt.Sprintf("≥ %.2f ×", leastTPS), spread(tps), median(tps) >= leastTPS})
	}
	return s
}

func (g *generators) middle(v variant, format string, of func(cost) float64) string {
	all := make([]float64, 0, len(g.costs[v]))
	for _, c := range g.costs[v] {
		all = append(all, of(c))
	}
	return fmt.Sprintf(format, median(all))
}

// ratios compares a variant with another round by round.
func (g *generators) ratios(v, with variant) (cpu, tps []float64) {
	for round, c := range g.costs[v] {
		cpu = append(cpu, c.cpu/g.costs[with][round].cpu)
		tps = append(tps, c.tps/g.costs[with][round].tps)
	}
	return cpu, tps
}
