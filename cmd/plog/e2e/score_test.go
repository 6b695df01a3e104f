//go:build e2e

package e2e

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// enough is the share of a document's operations whose requests must be valid,
// beside those that no request can satisfy.
const enough = 0.97

// scored are the documents of a usual run: small ones, chosen for what is in
// them. PLOG_SCORE=all scores every document of the folder.
var scored = []string{
	"docker-engine.yaml", "figma.yaml", "freee-sm.yaml",
	"od-adyen.com-CheckoutService-v71.json", "od-cpy.re-peertube.json", "od-discourse.local.json",
	"od-slack.com.json", "od-tisane.ai.json", "ours-anchors.yaml", "ours-cjk-keys.json", "portone-v1.json",
	"readme-2.0-schema-circular.json", "readme-3.0-parameters-cookies.json", "readme-3.0-request-examples.json",
	"readme-3.0-schema-encoding-style.json", "readme-3.0-server-variables.json", "readme-3.1-readme.json",
	"readme-3.1-schema-types.json", "readme-3.1-train-travel.json", "redocly-oas32.yaml", "scalar-galaxy-3.1.yaml", "wiremock.json",
}

// manner is a way to make requests of an operation.
type manner struct {
	name string
	make func(openapi.Operation) []loadtest.Request
}

func example(opts openapi.Options) func(openapi.Operation) []loadtest.Request {
	return func(op openapi.Operation) []loadtest.Request {
		return []loadtest.Request{openapi.Example(op, opts)}
	}
}

var manners = []manner{
	{"ready to send", example(openapi.Options{})},
	{"all that is optional", example(openapi.Options{Optional: true})},
	{"varied", example(openapi.Options{Seed: 7})},
	{"varied, all that is optional", example(openapi.Options{Seed: 9, Optional: true})},
	{"variants for load", func(op openapi.Operation) []loadtest.Request {
		return openapi.Variants(op, openapi.Example(op, openapi.Options{}), 3, 11)
	}},
}

// TestRequestsAreAccepted sends requests of every operation of real documents
// with k6 to a mock that checks them against the document, by code that shares
// nothing with PLOG's.
func TestRequestsAreAccepted(t *testing.T) {
	mock := installMock(t)
	dir := cmp.Or(os.Getenv("PLOG_DOCUMENTS"), filepath.Join("..", "..", "..", "..", "shared", "openapi"))
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real documents: %v (set PLOG_DOCUMENTS to a folder of them)", err)
	}
	known := impossible(t)
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "document\trequests\toperations\tvalid\t%\timpossible")
	for _, name := range documentsToScore(t, dir) {
		t.Run(name, func(t *testing.T) {
			file, err := filepath.Abs(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Skip(err)
			}
			doc, err := openapi.Parse(raw)
			if err != nil {
				t.Skipf("refused: %v", err)
			}
			missed := map[string]bool{}
			for i, s := range mock.scores(t, file, doc) {
				s.note(missed)
				m := manners[i].name
				s.judge(t, m, known[name])
				fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%.1f\t%d\n", name, m, s.Operations, s.Valid, 100*float64(s.Valid)/float64(max(1, s.Operations)), s.impossible(known[name]))
			}
			for operation := range known[name] {
				if !missed[operation] {
					t.Errorf("%s is said to be impossible, and its requests are valid", operation)
				}
			}
		})
	}
	_ = out.Flush()
	t.Logf("\n%s", table.String())
}

func documentsToScore(t *testing.T, dir string) []string {
	t.Helper()
	if os.Getenv("PLOG_SCORE") != "all" {
		return scored
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); ext == ".json" || ext == ".yaml" {
			names = append(names, f.Name())
		}
	}
	return names
}

// impossible returns why no valid request exists, by document and operation.
func impossible(t *testing.T) map[string]map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "impossible.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := csv.NewReader(f)
	lines.Comma, lines.LazyQuotes, lines.FieldsPerRecord = '\t', true, 3
	rows, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	why := map[string]map[string]string{}
	for _, row := range rows[1:] {
		if why[row[0]] == nil {
			why[row[0]] = map[string]string{}
		}
		why[row[0]][row[1]] = row[2]
	}
	return why
}

// judge tells every miss and fails when too many are left unexplained, or an
// operation got no request at all.
func (s score) judge(t *testing.T, manner string, known map[string]string) {
	t.Helper()
	lost := s.Unmatched
	for _, name := range s.NotHit {
		why, explained := known[name]
		if !explained {
			t.Errorf("%s: no request reached %s", manner, name)
			continue
		}
		t.Logf("%s: no request reached %s (%s)", manner, name, why)
		lost = nil
	}
	for _, request := range lost {
		t.Errorf("%s: %s is of no operation", manner, request)
	}
	for _, miss := range s.Misses {
		t.Logf("%s: %s: %s (%s)", manner, miss.operation, strings.Join(miss.violations, "; "), cmp.Or(known[miss.operation], "unexplained"))
	}
	if possible := s.Operations - s.impossible(known); float64(s.Valid) < enough*float64(possible) {
		t.Errorf("%s: %d of %d operations have valid requests only; %d could have", manner, s.Valid, s.Operations, possible)
	}
}

// note adds the operations without a valid request.
func (s score) note(missed map[string]bool) {
	for _, m := range s.Misses {
		missed[m.operation] = true
	}
	for _, name := range s.NotHit {
		missed[name] = true
	}
}

// impossible counts the misses that are explained.
func (s score) impossible(known map[string]string) int {
	n := 0
	for _, miss := range s.Misses {
		if _, ok := known[miss.operation]; ok {
			n++
		}
	}
	for _, name := range s.NotHit {
		if _, ok := known[name]; ok {
			n++
		}
	}
	return n
}
