package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/domain/target"
)

// What run does when it is not told otherwise.
const (
	defaultVUs      = 10
	defaultDuration = 30 * time.Second
)

var (
	looksLikeDocument = regexp.MustCompile(`(?m)^[\s{]*["']?(openapi|swagger)["']?\s*:`)
	looksLikePlan     = regexp.MustCompile(`(?m)^[\s{]*["']?scenarios["']?\s*:`)
	secretHeaders     = []string{"authorization", "proxy-authorization", "cookie", "x-api-key"}
)

// plan returns what the command line asks for, and the document's title and version.
func (c runCmd) plan(ctx context.Context, policy target.Policy) (plan loadtest.Plan, document string, err error) {
	if isPlanFile(c.Target) {
		plan, err = c.fromFile()
	} else {
		plan, document, err = c.fromDocument(ctx, policy)
	}
	if err != nil {
		return loadtest.Plan{}, "", err
	}
	if c.BaseURL != "" {
		plan.BaseURL = c.BaseURL
	}
	if plan.BaseURL == "" {
		return loadtest.Plan{}, "", badConfig(errors.New("the document does not say where its API is: give --base-url"))
	}
	for _, h := range c.Headers {
		header, err := parseHeader(h)
		if err != nil {
			return loadtest.Plan{}, "", err
		}
		plan.Headers = append(plan.Headers, header)
	}
	for _, t := range c.Thresholds {
		metric, expression := metrics.SplitThreshold(t)
		plan.Thresholds = append(plan.Thresholds, loadtest.Threshold{Metric: metric, Expression: expression})
	}
	return plan, document, nil
}

func isPlanFile(name string) bool {
	text, err := os.ReadFile(name) //nolint:gosec // the person at the terminal names the file
	return err == nil && looksLikePlan.Match(text) && !looksLikeDocument.Match(text)
}

func (c runCmd) fromFile() (loadtest.Plan, error) {
	if len(c.Operations) > 0 || len(c.Tags) > 0 {
		return loadtest.Plan{}, badConfig(errors.New("--operation and --tag choose from a document; a plan has its steps already"))
	}
	plan, err := readPlan(c.Target)
	if err != nil {
		return plan, err
	}
	if c.VUs == nil && c.Rate == "" && c.Duration == nil && len(c.Stages) == 0 {
		return plan, nil
	}
	if len(plan.Scenarios) != 1 {
		return plan, badConfig(fmt.Errorf("--vus, --rate, --duration and --stage change the load of a plan with one scenario; this one has %d", len(plan.Scenarios)))
	}
	load, err := c.load()
	if err != nil {
		return plan, err
	}
	old := plan.Scenarios[0]
	if c.VUs == nil && c.Rate == "" && len(c.Stages) == 0 {
		old.Duration = *c.Duration
		plan.Scenarios[0] = old
		return plan, nil
	}
	load.Name, load.Order, load.ThinkTime, load.Steps, load.GracefulStop = old.Name, old.Order, old.ThinkTime, old.Steps, old.GracefulStop
	if c.Duration == nil && old.Duration.Duration > 0 && load.Duration.Duration > 0 {
		load.Duration = old.Duration
	}
	plan.Scenarios[0] = load
	return plan, nil
}

func (c runCmd) fromDocument(ctx context.Context, policy target.Policy) (loadtest.Plan, string, error) {
	found, err := find(ctx, policy, c.Target)
	if err != nil {
		return loadtest.Plan{}, "", err
	}
	operations, err := choose(found.Document, c.Operations, c.Tags)
	if err != nil {
		return loadtest.Plan{}, "", err
	}
	if len(operations) == 0 {
		return loadtest.Plan{}, "", badConfig(errors.New("the document has no GET or HEAD operation: choose with --operation or --tag what to send"))
	}
	load, err := c.load()
	if err != nil {
		return loadtest.Plan{}, "", err
	}
	load.Order = loadtest.Rotate
	for _, op := range operations {
		load.Steps = append(load.Steps, loadtest.Step{Method: op.Method, Path: op.Path, Request: openapi.Example(op, openapi.Options{})})
	}
	document := strings.TrimSpace(found.Document.Title + " " + found.Document.Version)
	return loadtest.Plan{
		Name: found.Document.Title, BaseURL: found.BaseURL(),
		Scenarios: []loadtest.Scenario{load},
	}, document, nil
}

// load returns a scenario without steps that makes the load the flags ask for.
func (c runCmd) load() (loadtest.Scenario, error) {
	s := loadtest.Scenario{Executor: loadtest.ConstantVUs, VUs: defaultVUs, Duration: domain.Dur(defaultDuration)}
	if c.VUs != nil {
		s.VUs = *c.VUs
	}
	if c.Duration != nil {
		s.Duration = *c.Duration
	}
	for _, text := range c.Stages {
		stage, err := loadtest.ParseStage(text)
		if err != nil {
			return s, err
		}
		s.Stages = append(s.Stages, stage)
	}
	if len(s.Stages) > 0 && c.Duration != nil {
		return s, badConfig(errors.New("--duration does not go with --stage: the stages have their own durations"))
	}
	if c.Rate != "" {
		rate, err := loadtest.ParseRate(c.Rate)
		if err != nil {
			return s, err
		}
		s.Rate, s.Executor, s.VUs = rate, loadtest.ConstantArrivalRate, 0
	}
	switch {
	case len(s.Stages) > 0 && c.Rate != "":
		s.Executor, s.Duration = loadtest.RampingArrivalRate, domain.Duration{}
	case len(s.Stages) > 0:
		s.Executor, s.Duration = loadtest.RampingVUs, domain.Duration{}
		if c.VUs == nil {
			s.VUs = 1
		}
	}
	return s, nil
}

func parseHeader(s string) (loadtest.Header, error) {
	name, value, ok := strings.Cut(s, ":")
	name = strings.TrimSpace(name)
	if !ok || name == "" {
		return loadtest.Header{}, badConfig(errors.New("a --header is written like 'Name: value'"))
	}
	return loadtest.Header{Name: name, Value: strings.TrimSpace(value), Secret: slices.Contains(secretHeaders, strings.ToLower(name))}, nil
}
