package main

import (
	"context"
	"errors"
	"fmt"

	"plog.dev/plog/repo/sqlite"
)

type migrateCmd struct {
	DataDir string `help:"The data folder; PLOG_DATA_DIR if empty." placeholder:"DIR"`
}

// Run opens the database, which brings it to this version, and says what was done.
func (c migrateCmd) Run(ctx context.Context, a *app) (err error) {
	cfg, err := readConfig(a.getenv)
	if err != nil {
		return err
	}
	dir := either(c.DataDir, cfg.DataDir)
	db, err := sqlite.Open(ctx, dir, sqlite.WithSecretKey(cfg.SecretKey))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	applied := db.Applied()
	if len(applied.Migrations) == 0 {
		fmt.Fprintf(a.stdout, "The database in %s is up to date.\n", dir)
		return nil
	}
	for _, name := range applied.Migrations {
		fmt.Fprintf(a.stdout, "Applied %s\n", name)
	}
	if applied.Backup != "" {
		fmt.Fprintf(a.stdout, "The database as it was before: %s\n", applied.Backup)
	}
	return nil
}

func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}
