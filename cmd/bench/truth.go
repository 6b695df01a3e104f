package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// mostError is how far a percentile may be from the exact one, as a share of it.
const mostError = 0.01

type truthCmd struct {
	Requests int    `default:"200000" help:"How many requests."`
	VUs      int    `default:"40" name:"vus" help:"Virtual users."`
	Latency  string `default:"lognormal(4ms, 0.6)" help:"The sample API's distribution of latency."`
}

// Run measures and prints.
func (c *truthCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

// result is what plog run --json writes, as far as it is compared.
type result struct {
	Verdict    loadtest.Verdict    `json:"verdict"`
	Overall    metrics.Summary     `json:"overall"`
	Operations []metrics.Operation `json:"operations"`
}

func (c *truthCmd) measure(ctx context.Context, b *bench) (s section, err error) {
	api, err := b.startSampleAPI(ctx, "--latency", c.Latency)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, api.stop()) }()
	err = inTemp(func(dir string) error {
		b.say("truth: %d requests", c.Requests)
		got, exact, err := c.load(ctx, b, dir, api.url)
		if err != nil {
			return err
		}
		told, err := api.truth(ctx)
		if err != nil {
			return err
		}
		s = c.section(got, exact, told)
		return nil
	})
	return s, err
}

// load runs `plog run` with a k6 that also writes every sample into a pipe.
func (c *truthCmd) load(ctx context.Context, b *bench, dir, url string) (got result, exact samples, err error) {
	csv, file, plan := filepath.Join(dir, "samples"), filepath.Join(dir, "result.json"), filepath.Join(dir, "plan.yaml")
	binary := filepath.Join(dir, "k6")
	script := fmt.Sprintf("#!/bin/sh\nk6='%s'\n[ \"$1\" = run ] || exec \"$k6\" \"$@\"\nshift\nexec \"$k6\" run --out 'csv=%s' \"$@\"\n", b.binary("k6"), csv)
	text, err := loadtest.YAML(loadtest.Plan{
		Name: "Truth", BaseURL: url,
		Scenarios: []loadtest.Scenario{{Name: "load", Executor: loadtest.SharedIterations, VUs: c.VUs, Iterations: c.Requests, Steps: shopSteps()}},
	})
	if err != nil {
		return got, nil, err
	}
	if err := errors.Join(os.WriteFile(plan, text, 0o600), os.WriteFile(binary, []byte(script), 0o700)); err != nil { //nolint:gosec // it is run
		return got, nil, fmt.Errorf("prepare the run: %w", err)
	}
	written, err := openPipe(csv)
	if err != nil {
		return got, nil, err
	}
	_, runErr := toEnd(ctx, dir, append(os.Environ(), "K6_BINARY="+binary), b.binary("plog"), "run", plan, "--json", file, "--quiet")
	exact, err = written.finish()
	if err := errors.Join(runErr, err); err != nil {
		return got, nil, err
	}
	answer, err := os.ReadFile(file) //nolint:gosec // written by the line above
	if err != nil {
		return got, nil, fmt.Errorf("read the result: %w", err)
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		return got, nil, fmt.Errorf("read the result: %w", err)
	}
	return got, exact, nil
}

func (c *truthCmd) section(got result, exact samples, told truth) section {
	counts := table{head: []string{"Operation", "counted by the API", "plog run --json", "statuses"}}
	equal := true
	compare := func(name string, told served, requests uint64, statuses map[string]uint64) {
		same := "equal"
		if told.Count != requests || statuses != nil && !maps.Equal(told.Statuses, statuses) {
			equal, same = false, fmt.Sprintf("%v ≠ %v", told.Statuses, statuses)
		}
		counts.add(name, fmt.Sprint(told.Count), fmt.Sprint(requests), same)
	}
	byName := map[string]served{}
	for _, o := range told.Operations {
		byName[o.Operation] = o
	}
	percentiles := table{
		title: "Percentiles in ms, `plog run --json` against the exact ones of the same samples:",
		head:  []string{"Operation", "", "p50", "p90", "p95", "p99", "p99.9"},
	}
	worst := 0.0
	for _, o := range got.Operations {
		compare(o.Name, byName[o.Name], o.Requests, o.Statuses)
		delete(byName, o.Name)
		worst = max(worst, compareLatency(&percentiles, o.Name, o.Latency, exact[o.Name]))
	}
	for name, o := range byName {
		compare(name, o, 0, map[string]uint64{})
	}
	compare("all", told.Overall, got.Overall.Requests, nil)
	worst = max(worst, compareLatency(&percentiles, "all", got.Overall.Latency, exact[""]))

	return section{
		title: "Truth",
		how: fmt.Sprintf("`plog run` with %d requests and %d VUs against the sample API with latency `%s`; "+
			"the API's own counts are the truth. The same k6 process also wrote every sample through its csv output "+
			"into a pipe: percentiles are compared with the exact ones of those %d samples, by k6's definition.",
			c.Requests, c.VUs, c.Latency, len(exact[""])),
		tables: []table{counts, percentiles},
		targets: []target{
			{"requests", "≥ 200,000", fmt.Sprint(told.Overall.Count), told.Overall.Count >= 200_000},
			{"counts per operation and status", "equal", map[bool]string{true: "equal", false: "different"}[equal], equal && told.Unmatched == 0},
			{"samples compared", "all of them", fmt.Sprint(len(exact[""])), uint64(len(exact[""])) == told.Overall.Count},
			{"largest error of p50 to p99.9", "≤ 1 %", fmt.Sprintf("%.3f %%", worst*100), worst <= mostError},
		},
	}
}

// compareLatency adds rows of the reported and the exact percentiles and
// returns the largest relative error.
func compareLatency(t *table, name string, got *metrics.Latency, sorted []float64) float64 {
	if got == nil || len(sorted) == 0 {
		return math.Inf(1)
	}
	reported := []float64{got.P50, got.P90, got.P95, got.P99, got.P999}
	rows := [][]string{{name, "reported"}, {"", "exact"}, {"", "error %"}}
	worst := 0.0
	for i, p := range []float64{0.5, 0.9, 0.95, 0.99, 0.999} {
		exact := quantile(sorted, p)
		off := math.Abs(reported[i]-exact) / exact
		worst = max(worst, off)
		rows[0] = append(rows[0], fmt.Sprintf("%.4f", reported[i]))
		rows[1] = append(rows[1], fmt.Sprintf("%.4f", exact))
		rows[2] = append(rows[2], fmt.Sprintf("%.3f", off*100))
	}
	t.rows = slices.Concat(t.rows, rows)
	return worst
}
