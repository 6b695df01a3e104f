package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// petShop is a small API that counts what it is asked.
type petShop struct {
	*httptest.Server
	mu     sync.Mutex
	counts map[string]uint64
	total  int
	seen   chan struct{} // closed by the fiftieth request of a load
	header http.Header
}

const petDocument = `{"openapi":"3.1.0","info":{"title":"Pets","version":"1.2"},"paths":{
 "/pets":{"get":{"tags":["pets"],"responses":{"200":{"description":"ok"}}},
          "post":{"tags":["pets"],"responses":{"201":{"description":"ok"}}}},
 "/pets/{id}":{"get":{"parameters":[{"name":"id","in":"path","required":true,"example":"7","schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}},
 "/broken":{"get":{"tags":["broken"],"responses":{"500":{"description":"always"}}}}}}`

func newPetShop(t *testing.T) *petShop {
	t.Helper()
	s := &petShop{counts: map[string]uint64{}, seen: make(chan struct{})}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/openapi.json" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, petDocument)
			return
		}
		s.mu.Lock()
		if s.total++; s.total == 50 {
			close(s.seen)
		}
		s.counts[r.Method+" "+r.URL.Path]++
		s.header = r.Header.Clone()
		s.mu.Unlock()
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *petShop) count(name string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[name]
}

// k6Binary returns PLOG's own k6, or skips the test.
func k6Binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("PLOG_K6")
	if path == "" {
		path = filepath.Join("..", "..", "bin", "k6")
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs PLOG's k6 (make bin/k6): %v", err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

type outcome struct {
	code           int
	stdout, stderr string
}

func plog(ctx context.Context, t *testing.T, env map[string]string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(ctx, args, func(name string) string { return env[name] }, &stdout, &stderr, nil)
	return outcome{code, stdout.String(), stderr.String()}
}

type result struct {
	Verdict string
	Overall struct {
		Requests, Failed uint64
		ErrorRate        float64 `json:"error_rate"`
	}
	Operations []struct {
		Name     string
		Requests uint64
		Statuses map[string]uint64
	}
	Thresholds []struct{ Passed bool }
}

func read(t *testing.T, file string) result {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r result
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRunCountsWhatTheTargetCounted(t *testing.T) {
	env := map[string]string{"K6_BINARY": k6Binary(t)}
	shop := newPetShop(t)
	dir := t.TempDir()
	jsonFile, junitFile, csvFile, htmlFile := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.xml"), filepath.Join(dir, "r.csv"), filepath.Join(dir, "r.html")
	got := plog(t.Context(), t, env, "run", shop.URL+"/openapi.json", "--vus", "3", "--duration", "2s",
		"--header", "Authorization: Bearer s3cret", "--threshold", "p(95)<60000", "--json", jsonFile, "--junit", junitFile, "--csv", csvFile, "--html", htmlFile)
	if got.code != exitOK {
		t.Fatalf("exit code %d\n%s%s", got.code, got.stdout, got.stderr)
	}
	r := read(t, jsonFile)
	want := map[string]uint64{
		"GET /pets": shop.count("GET /pets"), "GET /pets/{id}": shop.count("GET /pets/7"), "GET /broken": shop.count("GET /broken"),
	}
	total := uint64(0)
	for _, op := range r.Operations {
		if op.Requests == 0 || op.Requests != want[op.Name] {
			t.Errorf("%s: %d requests, the target counted %d", op.Name, op.Requests, want[op.Name])
		}
		total += op.Requests
	}
	if len(r.Operations) != 3 || r.Overall.Requests != total || r.Overall.Failed != want["GET /broken"] {
		t.Errorf("overall %+v of %d operations", r.Overall, len(r.Operations))
	}
	if a := shop.header.Get("Authorization"); a != "Bearer s3cret" {
		t.Errorf("the target was sent Authorization %q", a)
	}
	if !strings.Contains(got.stdout, "✓ passed") || !strings.Contains(got.stderr, "running") {
		t.Errorf("stdout:\n%s\nstderr:\n%s", got.stdout, got.stderr)
	}
	xmlText, err := os.ReadFile(junitFile)
	if err != nil || xml.Unmarshal(xmlText, new(struct{})) != nil {
		t.Errorf("JUnit: %v\n%s", err, xmlText)
	}
	csvText, err := os.ReadFile(csvFile)
	if err != nil || strings.Count(string(csvText), "\n") != 5 {
		t.Errorf("CSV: %v\n%s", err, csvText)
	}
	htmlText, err := os.ReadFile(htmlFile)
	if page := string(htmlText); err != nil || !strings.Contains(page, "/pets/{id}") || strings.Contains(page, "<script") {
		t.Errorf("HTML: %v\n%s", err, page)
	}
	for _, text := range []string{got.stdout, got.stderr, string(xmlText), string(csvText), string(htmlText)} {
		if strings.Contains(text, "s3cret") {
			t.Error("an output shows the secret")
		}
	}
}

func TestRunChoosesOperationsAndSendsEachOnceBefore(t *testing.T) {
	env := map[string]string{"K6_BINARY": k6Binary(t)}
	shop := newPetShop(t)
	got := plog(t.Context(), t, env, "run", shop.URL+"/openapi.json", "--operation", "POST /pets", "--tag", "broken",
		"--rate", "20/s", "--duration", "1s", "--preflight", "--json", "-")
	if got.code != exitOK {
		t.Fatalf("exit code %d\n%s", got.code, got.stderr)
	}
	var r result
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatalf("stdout is not only JSON: %v\n%s", err, got.stdout)
	}
	sent := shop.count("POST /pets") + shop.count("GET /broken")
	if r.Overall.Requests != sent-2 || shop.count("GET /pets") != 0 {
		t.Errorf("%d requests, the target counted %d with 2 before the load", r.Overall.Requests, sent)
	}
	if !strings.Contains(got.stderr, "GET /broken") || !strings.Contains(got.stderr, "500 Internal") {
		t.Errorf("preflight:\n%s", got.stderr)
	}
}

func TestRunCrossesAThreshold(t *testing.T) {
	env := map[string]string{"K6_BINARY": k6Binary(t)}
	shop := newPetShop(t)
	file := filepath.Join(t.TempDir(), "r.json")
	got := plog(t.Context(), t, env, "run", shop.URL+"/openapi.json", "--vus", "1", "--duration", "1s", "--quiet",
		"--threshold", "http_req_failed{name:GET /broken}:rate<0.5", "--threshold", "http_req_failed{name:GET /pets/{id}}:rate<0.5", "--json", file)
	if got.code != exitCrossed || got.stdout != "" {
		t.Fatalf("exit code %d, want %d\n%s%s", got.code, exitCrossed, got.stdout, got.stderr)
	}
	r := read(t, file)
	if r.Verdict != "failed" || len(r.Thresholds) != 2 || r.Thresholds[0].Passed || !r.Thresholds[1].Passed {
		t.Errorf("%+v", r)
	}
}

func TestRunIsInterrupted(t *testing.T) {
	env := map[string]string{"K6_BINARY": k6Binary(t)}
	shop := newPetShop(t)
	file := filepath.Join(t.TempDir(), "r.json")
	ctx, interrupt := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() { <-shop.seen; interrupt() })
	got := plog(ctx, t, env, "run", shop.URL+"/openapi.json", "--vus", "1", "--duration", "10m", "--json", file)
	waiting.Wait()
	if got.code != exitAborted {
		t.Fatalf("exit code %d, want %d\n%s", got.code, exitAborted, got.stderr)
	}
	r := read(t, file)
	sent := shop.count("GET /pets") + shop.count("GET /pets/7") + shop.count("GET /broken")
	// The one VU's request under way is cut off by k6, which then does not count it.
	if r.Verdict != "aborted" || r.Overall.Requests > sent || r.Overall.Requests+1 < sent {
		t.Errorf("%s with %d requests, the target counted %d", r.Verdict, r.Overall.Requests, sent)
	}
}

func TestRunTakesAPlanFile(t *testing.T) {
	env := map[string]string{"K6_BINARY": k6Binary(t)}
	shop := newPetShop(t)
	dir := t.TempDir()
	plan := filepath.Join(dir, "plan.yaml")
	text := fmt.Sprintf("name: two pets\nbase_url: %s\nscenarios:\n  - name: s\n    executor: shared-iterations\n    vus: 1\n    iterations: 7\n    steps:\n      - method: GET\n        path: /pets\n", shop.URL)
	if err := os.WriteFile(plan, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got := plog(t.Context(), t, env, "run", plan, "--json", "-", "--quiet")
	var r result
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || got.code != exitOK || r.Overall.Requests != 7 || shop.count("GET /pets") != 7 {
		t.Errorf("code %d, %v, %+v; the target counted %d\n%s", got.code, err, r.Overall, shop.count("GET /pets"), got.stderr)
	}
	script := plog(t.Context(), t, env, "script", plan)
	if script.code != exitOK || !strings.Contains(script.stdout, "export") {
		t.Errorf("script: code %d\n%s", script.code, script.stderr)
	}
}

func TestWhatCannotBeRun(t *testing.T) {
	shop := newPetShop(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	doc := shop.URL + "/openapi.json"
	noK6 := map[string]string{"K6_BINARY": filepath.Join(t.TempDir(), "k6")}
	tests := []struct {
		name string
		env  map[string]string
		args []string
		code int
		says string
	}{
		{"no command's flag", nil, []string{"run", doc, "--frobnicate"}, exitBadConfig, "--frobnicate"},
		{"two kinds of load", nil, []string{"run", doc, "--vus", "1", "--rate", "5/s"}, exitBadConfig, "--rate"},
		{"no document there", nil, []string{"run", gone.URL + "/openapi.json"}, exitBadConfig, "plog:"},
		{"no such file", nil, []string{"run", "nowhere.yaml"}, exitBadConfig, "nowhere"},
		{"bad threshold", nil, []string{"run", doc, "--threshold", "p(95)<<5"}, exitBadConfig, "threshold"},
		{"bad duration", nil, []string{"run", doc, "--duration", "1y"}, exitBadConfig, "1y"},
		{"bad rate", nil, []string{"run", doc, "--rate", "fast"}, exitBadConfig, "fast"},
		{"negative rate", nil, []string{"run", doc, "--rate=-5/s"}, exitBadConfig, "-5/s"},
		{"no VUs", nil, []string{"run", doc, "--vus", "0"}, exitBadConfig, "vus"},
		{"no time", nil, []string{"run", doc, "--duration", "0s"}, exitBadConfig, "duration"},
		{"too many VUs", nil, []string{"run", doc, "--vus", "1000000000"}, exitBadConfig, "K6_MAX_VUS"},
		{"bad header", nil, []string{"run", doc, "--header", "nonsense"}, exitBadConfig, "Name: value"},
		{"unknown operation", nil, []string{"run", doc, "--operation", "GET /pet/{id}"}, exitBadConfig, "GET /pets/{id}"},
		{"unwritable report", nil, []string{"run", doc, "--json", "/nowhere/r.json"}, exitBadConfig, "/nowhere"},
		{"metadata address", nil, []string{"run", doc, "--base-url", "http://169.254.169.254"}, exitBadConfig, "169.254.169.254"},
		{"public address", nil, []string{"run", doc, "--base-url", "http://8.8.8.8"}, exitBadConfig, "PLOG_ALLOW_HOSTS"},
		{"bad variable", map[string]string{"PLOG_RUN_SLOTS": "many"}, []string{"run", doc}, exitBadConfig, "PLOG_RUN_SLOTS"},
		{"no k6", noK6, []string{"run", doc, "--duration", "1s"}, exitError, "K6_BINARY"},
		{"no plan to script", nil, []string{"script", "nowhere.yaml"}, exitBadConfig, "nowhere"},
		{"nothing to export", nil, []string{"export", "p/1", "--data-dir", filepath.Join(t.TempDir(), "none")}, exitError, "plog:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := plog(t.Context(), t, tt.env, tt.args...)
			if got.code != tt.code || !strings.Contains(got.stdout+got.stderr, tt.says) {
				t.Errorf("exit code %d, want %d, and it says nothing of %q:\n%s%s", got.code, tt.code, tt.says, got.stdout, got.stderr)
			}
		})
	}
}

func TestDiscoverWritesWhatItFound(t *testing.T) {
	shop := newPetShop(t)
	got := plog(t.Context(), t, nil, "discover", shop.URL, "--json")
	var d struct {
		Title, OpenAPI, Strategy string
		DocumentURL              string `json:"document_url"`
		Servers                  []string
		Operations               []struct {
			Method, Path string
			Tags         []string
			Parameters   []any
			RequestBody  any `json:"request_body"`
		}
	}
	if err := json.Unmarshal([]byte(got.stdout), &d); err != nil || got.code != exitOK {
		t.Fatalf("code %d, %v\n%s", got.code, err, got.stderr)
	}
	if d.Title != "Pets" || d.OpenAPI != "3.1.0" || d.DocumentURL != shop.URL+"/openapi.json" || len(d.Operations) != 4 || d.Servers == nil {
		t.Errorf("%+v", d)
	}
	for _, op := range d.Operations {
		if op.Tags == nil || op.Parameters == nil {
			t.Errorf("%s %s: a list is null", op.Method, op.Path)
		}
	}
}
