package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type allCmd struct {
	Out string `default:"docs/bench" help:"The folder that the results are saved in, named by the date."`

	Generator generatorCmd `embed:"" prefix:"generator-"`
	Truth     truthCmd     `embed:"" prefix:"truth-"`
	Live      liveCmd      `embed:"" prefix:"live-"`
	Ingest    ingestCmd    `embed:"" prefix:"ingest-"`
	FirstPage firstPageCmd `embed:"" prefix:"firstpage-"`
	Discovery discoveryCmd `embed:"" prefix:"discovery-"`
	Micro     microCmd     `embed:"" prefix:"micro-"`
}

// Run measures everything, prints it and saves it. What could not be measured
// says why, and the others go on.
func (c *allCmd) Run(ctx context.Context, b *bench) error {
	begun := time.Now()
	var chapters strings.Builder
	var targets []target
	var failed []error
	machine := describeMachine(ctx, b)
	for _, m := range []struct {
		title string
		measurement
	}{
		{"generator", &c.Generator}, {"truth", &c.Truth}, {"live", &c.Live},
		{"ingest", &c.Ingest}, {"firstpage", &c.FirstPage}, {"discovery", &c.Discovery}, {"micro", &c.Micro},
	} {
		s, err := m.measure(ctx, b)
		if ctx.Err() != nil {
			return fmt.Errorf("interrupted: %w", context.Cause(ctx))
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", m.title, err))
			s = section{title: m.title, how: "Not measured: " + err.Error()}
			s.targets = []target{{name: m.title, want: "measured", got: "not measured"}}
		}
		s.notes = append(s.notes, "load average after: "+loadAverage(ctx))
		targets = append(targets, s.targets...)
		chapters.WriteString(s.markdown())
	}
	var out strings.Builder
	fmt.Fprintf(&out, "# Measured on %s\n\n", begun.UTC().Format("2 January 2006, 15:04 UTC"))
	fmt.Fprintf(&out, "By `make bench`, in %s. On a machine that is busy with other things only ratios and counts hold; absolute times and rates are then worse than they could be.\n\n",
		time.Since(begun).Round(time.Second))
	fmt.Fprintf(&out, "%s\n## Targets\n\n%s\n%s", machine, targetTable(targets).markdown(), strings.TrimRight(chapters.String(), "\n")+"\n")
	if _, err := fmt.Fprint(b.stdout, out.String()); err != nil {
		return fmt.Errorf("print the results: %w", err)
	}
	file := filepath.Join(c.Out, begun.UTC().Format(time.DateOnly)+".md")
	if err := os.MkdirAll(c.Out, 0o755); err != nil { //nolint:gosec // to be read
		return fmt.Errorf("save the results: %w", err)
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil { //nolint:gosec // to be read
		return fmt.Errorf("save the results: %w", err)
	}
	b.say("saved as %s", file)
	return errors.Join(failed...)
}
