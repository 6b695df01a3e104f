package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/repo/sqlite"
)

type exportCmd struct {
	Ref     string `arg:"" name:"run" help:"The run's id, or PROJECT/NUMBER with the project's name or id."`
	DataDir string `help:"The data folder; PLOG_DATA_DIR if empty." placeholder:"DIR"`
	Format  string `help:"What to write: json, csv, junit, html, or the plan as yaml." enum:"json,csv,junit,html,yaml" default:"json"`
	Output  string `short:"o" help:"The file to write; - is the standard output." default:"-" placeholder:"FILE"`
}

// Run reads beside a server that may be running, and changes nothing.
func (c exportCmd) Run(ctx context.Context, a *app) (err error) {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	db, err := sqlite.OpenReadOnly(ctx, either(c.DataDir, cfg.DataDir), sqlite.WithSecretKey(cfg.SecretKey))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	run, err := findRun(ctx, db, c.Ref)
	if err != nil {
		return err
	}
	write := func(rep report.Report) ([]byte, error) { return a.encode(c.Format, rep) }
	if run.State != loadtest.Finished {
		return fmt.Errorf("run %s has not finished (%s): there is no result to export yet", c.Ref, run.State)
	}
	rep, err := db.Reports().Get(ctx, run.ID)
	if err != nil {
		return err
	}
	return a.write(c.Output, rep, write)
}

func findRun(ctx context.Context, db *sqlite.DB, ref string) (loadtest.Run, error) {
	name, number, ok := cutLast(ref, "/")
	if !ok {
		return db.Runs().Get(ctx, domain.RunID(ref))
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return loadtest.Run{}, badConfig(fmt.Errorf("%q is not PROJECT/NUMBER: %q is no number", ref, number))
	}
	projects, err := db.Projects().List(ctx)
	if err != nil {
		return loadtest.Run{}, err
	}
	for _, p := range projects {
		if string(p.ID) != name && !strings.EqualFold(p.Name, name) {
			continue
		}
		runs, err := db.Runs().List(ctx, sqlite.RunFilter{ProjectID: p.ID, BeforeNumber: n + 1, Limit: 1})
		if err != nil {
			return loadtest.Run{}, err
		}
		if len(runs) == 1 && runs[0].Number == n {
			return runs[0], nil
		}
	}
	return loadtest.Run{}, fmt.Errorf("there is no run %s", ref)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
