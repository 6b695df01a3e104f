package openapi_test

import (
	"cmp"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"plog.dev/plog/domain/openapi"
)

// documents returns the folder of real documents, which is beside the
// repository unless PLOG_DOCUMENTS says otherwise.
func documents(t testing.TB) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("PLOG_DOCUMENTS"), filepath.Join("..", "..", "..", "shared", "openapi"))
	if _, err := os.Stat(filepath.Join(dir, "INDEX.tsv")); err != nil {
		t.Skipf("no real documents: %v (set PLOG_DOCUMENTS to a folder of them)", err)
	}
	return dir
}

// TestRealDocuments proves that every document is read or refused without a
// panic, and that the operations of each valid one are as many as were counted
// by other means.
func TestRealDocuments(t *testing.T) {
	dir := documents(t)
	index, err := os.Open(filepath.Join(dir, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = index.Close() }()
	lines := csv.NewReader(index)
	lines.Comma, lines.LazyQuotes, lines.FieldsPerRecord = '\t', true, -1
	rows, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		name, count, quirks := row[0], row[4], row[5]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if testing.Short() && len(raw) > 1<<20 {
				t.Skip("large: not with -short")
			}
			if strings.Contains(name, "/") {
				raw = bundled(t, filepath.Join(dir, filepath.Dir(name)), filepath.Base(name))
			}
			doc, err := openapi.Parse(raw)
			if err != nil {
				if !strings.Contains(quirks, "INVALID") {
					t.Errorf("refused: %v", err)
				}
				return
			}
			for i, op := range doc.Operations {
				openapi.Example(op, openapi.Options{})
				if i%20 == 0 {
					openapi.Example(op, openapi.Options{Seed: 7, Optional: true})
				}
			}
			if strings.Contains(quirks, "INVALID") {
				return
			}
			want, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(doc.Operations); got != want {
				t.Errorf("%d operations, want %d", got, want)
			}
		})
	}
}
