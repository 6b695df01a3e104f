// Package trial sends the requests of a plan once each, with the k6 and the
// script of a run, and tells how they were answered.
package trial

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

const (
	// slots is how many trials are carried out at once; more wait.
	slots = 2
	// usual is how long k6 may take to send all requests if nobody says.
	usual = 2 * time.Minute
	// startup is how long k6 may take beside that.
	startup = 15 * time.Second
	// maxLog is above what BuildTrial lets the script write.
	maxLog = 128 << 20
)

// generator is the k6 of this machine.
type generator interface {
	Once(ctx context.Context, bundle k6.Bundle, args []string, maxLog int64) (loadtest.Outcome, []byte, error)
	Left() ([]domain.RunID, error)
	Remove(domain.RunID) error
}

// Config is what a Trier works with.
type Config struct {
	// K6 keeps its folders where nobody else has any: what an earlier process
	// left there is removed before the first trial.
	K6     generator
	Limits loadtest.Limits
	// Within is how long all requests of a trial may take; 0 is 2 minutes.
	Within time.Duration
	// CheckTarget refuses addresses that must not be contacted, as for runs.
	CheckTarget func(ctx context.Context, baseURL string) error
	// Blocked are the networks that k6 must not connect to when it tests baseURL.
	Blocked func(ctx context.Context, baseURL string) []netip.Prefix
}

// Trier tries plans out. Make one with New; it may be used by many at once.
type Trier struct {
	cfg   Config
	slots chan struct{}
	swept sync.Once
}

// New returns a Trier. It starts nothing and touches no file.
func New(cfg Config) *Trier {
	if cfg.Within <= 0 {
		cfg.Within = usual
	}
	return &Trier{cfg: cfg, slots: make(chan struct{}, slots)}
}

// Try sends every step of every scenario once, as loadtest.ForTrial makes it and
// in the order of loadtest.TrialOf, and returns what came of it in that order; a step
// for which there was no time is last, with a Problem that says so. The plan's
// load and thresholds count for nothing; its secrets are in clear.
//
// Invalid with fields when a request cannot be sent as it is, Forbidden when
// the target may not be contacted, Unavailable without a usable k6; ctx's cause
// when it ends.
func (t *Trier) Try(ctx context.Context, plan loadtest.Plan) ([]loadtest.Exchange, error) {
	plan = loadtest.ForTrial(plan).WithDefaults(t.cfg.Limits)
	if err := plan.Validate(t.cfg.Limits); err != nil {
		return nil, err
	}
	if err := plan.CheckContacts(func(address string) error { return t.cfg.CheckTarget(ctx, address) }); err != nil {
		return nil, err
	}
	blocked := plan.BlockedBy(func(address string) []netip.Prefix { return t.cfg.Blocked(ctx, address) })
	bundle, err := k6.BuildTrial(plan, blocked, t.cfg.Within)
	if err != nil {
		return nil, err
	}
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for another trial: %w", context.Cause(ctx))
	}
	if err := t.sweep(); err != nil {
		return nil, err
	}
	return t.send(ctx, plan, bundle)
}

func (t *Trier) send(ctx context.Context, plan loadtest.Plan, bundle k6.Bundle) ([]loadtest.Exchange, error) {
	bounded, cancel := context.WithTimeout(ctx, t.cfg.Within+startup)
	defer cancel()
	outcome, log, err := t.cfg.K6.Once(bounded, bundle, k6.TrialArgs(), maxLog)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("try requests: %w", context.Cause(ctx))
	}
	sent, err := k6.Exchanges(plan, log)
	if err != nil {
		return nil, err
	}
	if len(sent) == 0 && outcome.ExitCode > k6.ExitThresholds {
		return nil, &domain.Error{Code: domain.Unavailable, Message: outcome.Reason}
	}
	why := outcome.Reason
	switch {
	case outcome.ExitCode == k6.ExitOK, bounded.Err() != nil:
		why = domain.Msg("trial.problem.unsent", "There was no time left for this: a trial takes at most {{.Within}}. Try fewer steps at once, or look into why others take so long.", "Within", t.cfg.Within.String())
	case bytes.Contains(log, []byte("out of memory")):
		why = domain.Msg("trial.problem.memory", "The answer to this step, or to one before it, is too large for a trial. Leave that step out.")
	}
	return append(sent, unsent(plan, sent, why)...), nil
}

// sweep removes, once, what a process left that was killed.
func (t *Trier) sweep() (err error) {
	t.swept.Do(func() {
		var left []domain.RunID
		if left, err = t.cfg.K6.Left(); err != nil {
			return
		}
		for _, id := range left {
			if err = t.cfg.K6.Remove(id); err != nil {
				return
			}
		}
	})
	return err
}

// unsent returns an exchange for each step that is not among the sent ones,
// with the reason.
func unsent(p loadtest.Plan, sent []loadtest.Exchange, why domain.Message) []loadtest.Exchange {
	done := map[loadtest.StepAt]bool{}
	for _, x := range sent {
		done[x.At] = true
	}
	var left []loadtest.Exchange
	for _, rule := range loadtest.TrialOf(p).Steps {
		if done[rule.At] {
			continue
		}
		scenario := p.Scenarios[rule.At.Scenario]
		step := scenario.Steps[rule.At.Step]
		left = append(left, loadtest.Exchange{
			At: rule.At, Scenario: scenario.Name, Step: step.Label(), Path: step.Path,
			Request: loadtest.SentRequest{Method: step.Method, URL: p.Base(step) + step.Path},
			Problem: why,
		})
	}
	return left
}
