package sqlite

import (
	"fmt"
	"testing"
)

// LimitPages makes the disk seem full when the file reaches so many pages more.
func (db *DB) LimitPages(t testing.TB, more int) {
	t.Helper()
	var pages int
	if err := db.writer.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)); err != nil {
		t.Fatal(err)
	}
}

// Count returns how many rows a table has.
func (db *DB) Count(t testing.TB, table string) int {
	t.Helper()
	var n int
	if err := db.reader.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil { //nolint:gosec // tests name tables
		t.Fatal(err)
	}
	return n
}

// CheckIntegrity fails t unless the file is sound.
func (db *DB) CheckIntegrity(t testing.TB) {
	t.Helper()
	var verdict string
	if err := db.reader.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity: %q, %v", verdict, err)
	}
	if n := db.Count(t, "pragma_foreign_key_check"); n != 0 {
		t.Errorf("%d references lead nowhere", n)
	}
}

// Exec changes the database behind the repositories' backs.
func (db *DB) Exec(t testing.TB, query string) {
	t.Helper()
	if _, err := db.writer.DB.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// Texts returns a column of all rows.
func (db *DB) Texts(t testing.TB, query string) []string {
	t.Helper()
	var all []string
	if err := db.reader.NewRaw(query).Scan(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}
