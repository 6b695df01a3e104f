package main

import (
	"context"
	"fmt"
	"runtime"
)

type versionCmd struct{}

// Run prints the versions; a missing k6 is said, it is no error here.
func (versionCmd) Run(ctx context.Context, a *app) error {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "plog %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	k6, err := newRunner(cfg, "", false).Version(ctx)
	if err != nil {
		k6 = "k6: " + sentence(err)
	}
	fmt.Fprintln(a.stdout, k6)
	return nil
}
