package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/fstest"

	"plog.dev/plog/domain"
	"plog.dev/plog/migrations"
)

// grown returns the real migrations and one more.
func grown(t *testing.T, name, query string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{name: {Data: []byte(query)}}
	entries, err := migrations.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := migrations.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = &fstest.MapFile{Data: text}
	}
	return files
}

func opened(t *testing.T, dir string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestMigrationBacksUpFirst(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := opened(t, dir)
	p := domain.Project{Name: "before"}
	if err := db.Projects().Create(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	var last string
	for i, query := range []string{"ALTER TABLE projects ADD COLUMN a", "ALTER TABLE projects ADD COLUMN b", "ALTER TABLE projects ADD COLUMN c", "ALTER TABLE projects ADD COLUMN d"} {
		name := "900" + string(rune('0'+i))
		db.Exec(t, "DELETE FROM bun_migrations WHERE name LIKE '900%'")
		applied, err := migrateUp(t.Context(), db.writer, dir, grown(t, name+"_more.tx.up.sql", query))
		if err != nil {
			t.Fatal(err)
		}
		if len(applied.Migrations) != 1 || applied.Backup == "" {
			t.Fatalf("applied %+v", applied)
		}
		last = applied.Backup
	}
	backups, err := filepath.Glob(filepath.Join(dir, "plog-*-before-*.db"))
	if err != nil || len(backups) != backupsKept || backups[len(backups)-1] != last {
		t.Errorf("backups %q, %v", backups, err)
	}
	// The newest backup is a whole data folder's database.
	other := t.TempDir()
	for from, to := range map[string]string{last: "plog.db", filepath.Join(dir, keyFile): keyFile} {
		if err := os.Rename(from, filepath.Join(other, to)); err != nil {
			t.Fatal(err)
		}
	}
	copied, err := connect(other, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = copied.Close() }()
	var columns int
	if err := copied.QueryRowContext(t.Context(), "SELECT count(*) FROM pragma_table_info('projects')").Scan(&columns); err != nil || columns != 5+3 {
		t.Errorf("the backup has %d columns, %v", columns, err)
	}
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := opened(t, dir)
	bad := grown(t, "9000_bad.tx.up.sql", "CREATE TABLE half (id INTEGER);\nCREATE TABLE half (id INTEGER);")
	for range 2 {
		if _, err := migrateUp(t.Context(), db.writer, dir, bad); err == nil {
			t.Fatal("migrated")
		}
	}
	if n := db.Count(t, "sqlite_master WHERE name = 'half'"); n != 0 {
		t.Error("half of the migration stayed")
	}
	if n := db.Count(t, "bun_migrations WHERE name = '9000'"); n != 0 {
		t.Error("the failed migration counts as applied")
	}
	_ = db.Close()
	opened(t, dir)
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for key, err := range map[string]error{
		"store.read_only": &os.PathError{Op: "open", Path: "x", Err: os.ErrPermission},
		"store.full":      &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC},
		"":                errors.New("something else"),
	} {
		var e *domain.Error
		errors.As(explain(err, "/data"), &e)
		if (e == nil) != (key == "") || e != nil && e.Message.Key != key {
			t.Errorf("%v is explained as %v", err, e)
		}
	}
}
