package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

const backupsKept = 3

// Applied is what opening a data folder did to its schema.
type Applied struct {
	Migrations []string // names, in order; empty when the schema was current
	Backup     string   // path of the copy made before; empty when there was nothing to copy
}

func newMigrator(db *bun.DB, files fs.FS) (*migrate.Migrator, error) {
	found := migrate.NewMigrations()
	if err := found.Discover(files); err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return migrate.NewMigrator(db, found, migrate.WithMarkAppliedOnSuccess(true)), nil
}

// migrateUp brings the database to the newest schema, each migration in a
// transaction of its own.
func migrateUp(ctx context.Context, db *bun.DB, dir string, files fs.FS) (Applied, error) {
	m, err := newMigrator(db, files)
	if err != nil {
		return Applied{}, err
	}
	if err := m.Init(ctx); err != nil {
		return Applied{}, fmt.Errorf("prepare migrations: %w", err)
	}
	waiting, some, err := pending(ctx, m, dir)
	if err != nil || len(waiting) == 0 {
		return Applied{}, err
	}
	var done Applied
	if some {
		if done.Backup, err = backup(ctx, db, dir, waiting[0].Name); err != nil {
			return Applied{}, fmt.Errorf("back up before migration %s: %w", waiting[0], err)
		}
	}
	if _, err := m.Migrate(ctx); err != nil {
		return Applied{}, fmt.Errorf("migrate: %w", err)
	}
	for _, w := range waiting {
		done.Migrations = append(done.Migrations, w.String())
	}
	return done, nil
}

// checkCurrent returns Conflict unless the database has exactly this PLOG's schema.
func checkCurrent(ctx context.Context, db *bun.DB, dir string, files fs.FS) error {
	m, err := newMigrator(db, files)
	if err != nil {
		return err
	}
	waiting, _, err := pending(ctx, m, dir)
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		return errOlder(dir)
	}
	return nil
}

// pending returns the migrations that wait and whether some were applied;
// Conflict if one was that this PLOG does not know.
func pending(ctx context.Context, m *migrate.Migrator, dir string) (migrate.MigrationSlice, bool, error) {
	unknown, err := m.MissingMigrations(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read applied migrations: %w", err)
	}
	if len(unknown) > 0 {
		return nil, false, errNewer(dir, unknown[len(unknown)-1].Name)
	}
	all, err := m.MigrationsWithStatus(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read applied migrations: %w", err)
	}
	return all.Unapplied(), len(all.Applied()) > 0, nil
}

// backup copies the database beside itself and keeps the newest backupsKept copies.
func backup(ctx context.Context, db *bun.DB, dir, before string) (string, error) {
	name := fmt.Sprintf("plog-%s-before-%s.db", time.Now().UTC().Format("20060102T150405.000Z"), before)
	path := filepath.Join(dir, name)
	part := path + ".part" // a copy that was cut off must not pass for a backup
	if err := makeFile(part); err != nil {
		return "", err
	}
	if _, err := db.DB.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return "", errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, path); err != nil {
		return "", err
	}
	return path, dropOldBackups(dir)
}

func dropOldBackups(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var names []string // ReadDir sorts, and the names sort by time
	for _, e := range entries {
		if ok, _ := filepath.Match("plog-*-before-*.db", e.Name()); ok {
			names = append(names, e.Name())
		}
	}
	slices.Reverse(names)
	for _, name := range names[min(backupsKept, len(names)):] {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
