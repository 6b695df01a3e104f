package main

import (
	"context"
	"net/netip"
	"net/url"
	"path/filepath"

	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/local"
	"plog.dev/plog/jobs/trial"
)

// newTrier returns what tries requests out on this machine, in folders below dir.
func newTrier(cfg config, dir string, policy func(context.Context) target.Policy) *trial.Trier {
	return trial.New(trial.Config{
		K6:     local.New(local.Config{Dir: filepath.Join(dir, "trials"), Binary: cfg.K6Binary}),
		Limits: cfg.limits(),
		CheckTarget: func(ctx context.Context, baseURL string) error {
			return checkTarget(ctx, policy(ctx), baseURL)
		},
		Blocked: func(ctx context.Context, baseURL string) []netip.Prefix {
			return blocked(policy(ctx), baseURL)
		},
	})
}

// blocked returns the networks that k6 must not connect to when it tests baseURL.
func blocked(policy target.Policy, baseURL string) []netip.Prefix {
	u, err := url.Parse(baseURL)
	if err != nil {
		return policy.Blocked("")
	}
	return policy.Blocked(u.Hostname())
}
