package contract_test

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/jobs/contract"
)

// document returns a real document; the folder of them is beside the
// repository unless PLOG_DOCUMENTS says otherwise.
func document(t testing.TB, name string) []byte {
	t.Helper()
	dir := cmp.Or(os.Getenv("PLOG_DOCUMENTS"), filepath.Join("..", "..", "..", "shared", "openapi"))
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("no real documents: %v (set PLOG_DOCUMENTS to a folder of them)", err)
	}
	return raw
}

// TestRealDocumentsAgainstThemselves proves that a document does not differ
// from itself, in its own bytes and in another order and layout, whatever is in it.
func TestRealDocumentsAgainstThemselves(t *testing.T) {
	index := string(document(t, "INDEX.tsv"))
	c := checker() // of all, so that they take turns
	for line := range strings.Lines(index) {
		name, _, _ := strings.Cut(line, "\t")
		if !strings.Contains(name, ".") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := document(t, name)
			if len(raw) > 1<<20 {
				t.Skip("too large to be compared in every run: TestLargeDocuments does the largest")
			}
			if testing.Short() && len(raw) > 256<<10 {
				t.Skip("large: not with -short")
			}
			d, err := c.Diff(t.Context(), raw, append(bytes.Clone(raw), '\n'))
			if domain.CodeOf(err) == domain.Invalid && strings.Contains(line, "INVALID") {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d.Outline {
				t.Log("only an outline")
			}
			if !d.IsZero() {
				t.Errorf("differs from itself: %q", told(d)[:min(len(told(d)), 10)])
			}
		})
	}
}

func TestLargeDocuments(t *testing.T) {
	if testing.Short() {
		t.Skip("large: not with -short")
	}
	before, after := document(t, "github-ghes-3.17.json"), document(t, "github-api.json")
	start := time.Now()
	d, err := checker().Diff(t.Context(), before, after)
	if err != nil {
		t.Fatal(err)
	}
	n := d.Count()
	t.Logf("diff of %d and %d bytes took %v: %+v, %d of the document", len(before), len(after), time.Since(start), n, len(d.Document))
	if d.Outline {
		t.Error("only an outline")
	}
	if n.Added == 0 || n.Removed == 0 || n.Changed == 0 || n.Breaking < n.Removed {
		t.Errorf("count %+v", n)
	}
	for _, o := range d.Operations {
		if o.Kind == openapi.Changed && (len(o.Changes) == 0 || o.Breaking != o.Changes[0].Breaking) {
			t.Errorf("%s: %+v", o.Name, o)
		}
	}

	start = time.Now()
	found, err := checker().Check(t.Context(), after, "GET", "/repos/{owner}/{repo}", answered(200, "application/json", `{"id":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("check took %v: %d violations", time.Since(start), len(found))
	if len(found) < 2 {
		t.Errorf("violations %v", lines(found))
	}

	doc, err := openapi.Parse(after)
	if err != nil {
		t.Fatal(err)
	}
	var subjects []contract.Subject
	for _, op := range doc.Operations[:100] {
		subjects = append(subjects, contract.Subject{Method: op.Method, Path: op.Path, Exchange: answered(599, "", "")})
	}
	start = time.Now()
	all, err := checker().CheckAll(t.Context(), after, subjects)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d checks took %v", len(all), time.Since(start))
	for i, r := range all {
		if !r.Unchecked.IsZero() || len(r.Violations) != 1 {
			t.Errorf("%s %s: %+v", subjects[i].Method, subjects[i].Path, r)
		}
	}
}
