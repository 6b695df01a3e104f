package main

import (
	"fmt"
	"os"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/jobs/k6"
)

type scriptCmd struct {
	Plan string `arg:"" help:"The plan, a YAML file." placeholder:"PLAN.yaml"`
}

// Run prints the one-file script of a plan.
func (c scriptCmd) Run(a *app) error {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	plan, err := readPlan(c.Plan)
	if err != nil {
		return err
	}
	plan = plan.WithDefaults(cfg.limits())
	if err := plan.Validate(cfg.limits()); err != nil {
		return err
	}
	script, err := k6.Standalone(plan)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(script)
	return err
}

func readPlan(file string) (loadtest.Plan, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the person at the terminal names the file
	if err != nil {
		return loadtest.Plan{}, badConfig(fmt.Errorf("read the plan: %w", err))
	}
	plan, err := loadtest.ParseYAML(text)
	if err != nil {
		return loadtest.Plan{}, fmt.Errorf("%s: %w", file, err)
	}
	return plan, nil
}

// limits are what a plan may ask for here.
func (c config) limits() loadtest.Limits {
	return loadtest.Limits{MaxVUs: c.K6MaxVUs, CheckThreshold: func(t loadtest.Threshold) error {
		_, err := metrics.ParseThreshold(t.Metric, t.Expression)
		return err
	}}
}
