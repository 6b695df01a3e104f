package k6_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

// count serves 200 and counts requests by path.
func count(t *testing.T, status func(path string) int) (url string, counts func() map[string]int) {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen[r.Method+" "+r.URL.Path]++
		mu.Unlock()
		w.WriteHeader(status(r.URL.Path))
		fmt.Fprintf(w, "you sent %s", r.Header.Get("Authorization"))
	}))
	t.Cleanup(server.Close)
	return server.URL, func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(seen)
	}
}

func ok(string) int { return http.StatusOK }

func step(method, path string, weight int) loadtest.Step {
	return loadtest.Step{Method: method, Path: path, Weight: weight}
}

func TestStepsTakeTurnsByWeight(t *testing.T) {
	url, counts := count(t, ok)
	p := loadtest.Plan{Name: "turns", BaseURL: url, Scenarios: []loadtest.Scenario{
		{
			Name: "__proto__", Executor: loadtest.SharedIterations, VUs: 4, Iterations: 600,
			Steps: []loadtest.Step{step("GET", "/a", 1), step("DELETE", "/b", 2), step("PATCH", "/c", 3)},
		},
		{
			Name: "journey", Executor: loadtest.PerVUIterations, VUs: 3, Iterations: 5, Order: loadtest.Journey,
			Steps: []loadtest.Step{step("OPTIONS", "/d", 1), step("HEAD", "/e", 9)},
		},
	}}
	if log, err := run(t, p); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	want := map[string]int{"GET /a": 100, "DELETE /b": 200, "PATCH /c": 300, "OPTIONS /d": 15, "HEAD /e": 15}
	if diff := cmp.Diff(want, counts()); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
}

func TestEveryExecutorRuns(t *testing.T) {
	url, counts := count(t, ok)
	stages := []loadtest.Stage{{Duration: dur(time.Second), Target: 4}}
	p := loadtest.Plan{Name: "all", BaseURL: url}
	for i, e := range loadtest.Executors() {
		p.Scenarios = append(p.Scenarios, loadtest.Scenario{
			Name: string(e), Executor: e, VUs: 2, Iterations: 4, Rate: 2.5, Stages: stages, Duration: dur(time.Second),
			ThinkTime: dur(50 * time.Millisecond), GracefulStop: dur(2 * time.Second),
			Steps: []loadtest.Step{step("GET", fmt.Sprint("/", i), 1)},
		})
	}
	if log, err := run(t, p); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	if len(counts()) != len(p.Scenarios) {
		t.Errorf("requests: %v", counts())
	}
}

type sampled struct{ Name, Status, Error, URL, Body string }

// samples returns what the script logged as examples, from k6's JSON log.
func samples(t *testing.T, log string) []sampled {
	t.Helper()
	var all []sampled
	for line := range strings.Lines(log) {
		msg, _ := unmarshal(t, []byte(line))["msg"].(string)
		text, found := strings.CutPrefix(msg, "plog:sample ")
		if !found {
			continue
		}
		var s sampled
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		all = append(all, s)
	}
	return all
}

func TestFailedResponsesAreSampledWithoutSecrets(t *testing.T) {
	url, _ := count(t, func(path string) int {
		if path == "/missing" {
			return http.StatusNotFound
		}
		return http.StatusOK
	})
	p := loadtest.Plan{
		Name: "samples", BaseURL: url,
		Headers: []loadtest.Header{{Name: "Authorization", Value: "Bearer 비밀-t0ken", Secret: true}},
		Scenarios: []loadtest.Scenario{{
			Executor: loadtest.SharedIterations, VUs: 1, Iterations: 10, Order: loadtest.Journey,
			Steps: []loadtest.Step{
				step("GET", "/missing", 1),
				{Method: "GET", Path: "/missing", Name: "wanted", ExpectStatus: []int{404, 410}},
				{Method: "GET", Path: "/", Name: "unwanted::", ExpectStatus: []int{201}},
				{Method: "GET", Path: "/"},
			},
		}},
	}
	bundle, err := k6.Build(p.WithDefaults(loadtest.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"PLOG_SECRET_0=Bearer 비밀-t0ken"}, bundle.Env); diff != "" {
		t.Errorf("environment, -want +got:\n%s", diff)
	}
	for name, content := range bundle.Files {
		if strings.Contains(string(content), "t0ken") {
			t.Errorf("%s holds the secret", name)
		}
	}
	log, err := run(t, p)
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	if strings.Contains(log, "t0ken") {
		t.Errorf("the log holds the secret:\n%s", log)
	}
	want := map[string]int{"GET /missing 404": 3, "unwanted:: 200": 3}
	got := map[string]int{}
	for _, s := range samples(t, log) {
		got[s.Name+" "+s.Status]++
		if s.Body != "you sent "+loadtest.Mask {
			t.Errorf("sample's body is %q", s.Body)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("samples, -want +got:\n%s\n%s", diff, log)
	}
}

// A target that echoes what it got must not bring a secret into the report.
func TestSecretsAreHiddenHoweverTheyComeBack(t *testing.T) {
	const token = `t0ken/"한<+\==`
	quoted, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string]string{
		"/word":    token,
		"/json":    string(quoted),
		"/ascii":   `t0ken\/\"\ud55c\u003c+\\==`,
		"/percent": url.QueryEscape(token),
		"/lower":   strings.ToLower(url.PathEscape("Bearer " + token)),
		"/cut":     strings.Repeat("x", 2042) + token,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "/word?q="+url.QueryEscape(token), http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, "<", forms[r.URL.Path], ">")
	}))
	t.Cleanup(server.Close)
	p := once(server.URL, step("GET", "/redirect", 1))
	for path := range forms {
		p.Scenarios[0].Steps = append(p.Scenarios[0].Steps, step("GET", path, 1))
	}
	p.Headers = []loadtest.Header{{Name: "Authorization", Value: "Bearer " + token, Secret: true}}
	log, err := run(t, p)
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	got := samples(t, log)
	if len(got) != len(forms)+1 {
		t.Fatalf("%d samples\n%s", len(got), log)
	}
	for _, s := range got {
		if strings.Contains(s.Body+s.URL, "t0k") || !strings.Contains(s.Body, "•") && s.Name != "GET /cut" {
			t.Errorf("%s: body %q, URL %q", s.Name, s.Body, s.URL)
		}
		if s.Name == "GET /redirect" && !strings.HasSuffix(s.URL, "/word?q="+loadtest.Mask) {
			t.Errorf("URL %q", s.URL)
		}
	}
}

func TestUnreachableTargetIsSampled(t *testing.T) {
	log, err := run(t, once("http://127.0.0.1:1", step("GET", "/", 1)))
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	got := samples(t, log)
	if len(got) != 1 || got[0].Status != "0" || !strings.Contains(got[0].Error, "connection refused") {
		t.Errorf("samples %v", got)
	}
}

func TestGateHoldsTheLoad(t *testing.T) {
	url, counts := count(t, ok)
	var asked atomic.Int32
	gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer tok" || r.Header.Get("Plog-Ingest-Version") != "1" || r.Method != http.MethodPost {
			w.Header().Set("Plog-Ingest-Version", "1")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		n := asked.Add(1)
		if n > 2 {
			w.Header().Set("Plog-Ingest-Version", "1")
		}
		switch n {
		case 1:
			w.WriteHeader(http.StatusNotFound) // another server's
		case 2:
			fmt.Fprint(w, "<p>me, too</p>")
		case 3:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 4:
			fmt.Fprint(w, `{"ack":0}`)
		default:
			if len(counts()) > 0 {
				t.Error("load before the gate opened")
			}
			fmt.Fprint(w, `{"go":true,"start_in_ms":10}`)
		}
	}))
	defer gate.Close()
	p := once(url, step("GET", "/", 1))
	if log, err := run(t, p, "PLOG_GATE_URL="+gate.URL, "PLOG_TOKEN=tok"); err != nil || asked.Load() != 5 {
		t.Fatalf("k6: %v, asked %d times\n%s", err, asked.Load(), log)
	}
	if counts()["GET /"] != 1 {
		t.Errorf("requests: %v", counts())
	}
	log, err := run(t, p, "PLOG_GATE_URL="+gate.URL, "PLOG_TOKEN=wrong")
	if err == nil || !strings.Contains(log, "status 401") {
		t.Errorf("with a wrong token k6: %v\n%s", err, log)
	}
	if counts()["GET /"] != 1 {
		t.Errorf("load although the gate was shut: %v", counts())
	}
}

func TestALoneInstanceGoesOnWithoutPLOG(t *testing.T) {
	url, counts := count(t, ok)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	stranger := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(stranger.Close)
	for i, gate := range []string{gone.URL, stranger.URL, "http://127.1.2.3:9/blocked"} {
		began := time.Now()
		log, err := run(t, once(url, step("GET", "/", 1)), "PLOG_GATE_URL="+gate, "PLOG_TOKEN=tok", "PLOG_GATE_PATIENCE=1.5", "K6_BLACKLIST_IPS=127.1.0.0/16")
		if err != nil || !strings.Contains(log, "starts without it") || time.Since(began) < 1500*time.Millisecond {
			t.Fatalf("k6: %v after %v\n%s", err, time.Since(began), log)
		}
		if n := counts()["GET /"]; n != i+1 {
			t.Errorf("%d requests", n)
		}
	}
}

func TestAnAbsentPLOGHoldsOneOfSeveralInstances(t *testing.T) {
	url, counts := count(t, ok)
	var asked atomic.Int32
	gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 8 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if len(counts()) > 0 {
			t.Error("load before the gate opened")
		}
		w.Header().Set("Plog-Ingest-Version", "1")
		fmt.Fprint(w, `{"go":true}`)
	}))
	t.Cleanup(gate.Close)
	if log, err := run(t, once(url, step("GET", "/", 1)), "PLOG_GATE_URL="+gate.URL, "PLOG_TOKEN=tok"); err != nil || counts()["GET /"] != 1 {
		t.Fatalf("k6: %v, requests %v\n%s", err, counts(), log)
	}
}

func TestStandaloneRunsByItself(t *testing.T) {
	url, counts := count(t, ok)
	p := once(url, step("GET", "/</script>\u2028`${1}`\"'\\", 1))
	p.Headers = []loadtest.Header{{Name: "Authorization", Value: "hush", Secret: true}}
	p.Thresholds = []loadtest.Threshold{
		{Metric: "http_req_failed", Expression: "rate<0.01"},
		{Metric: "http_reqs", Expression: "count>1000"},
	}
	text, err := k6.Standalone(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"hush", "</script", "\u2028", "open("} {
		if strings.Contains(string(text), bad) {
			t.Errorf("the script contains %q", bad)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "script.js"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--quiet", "--no-usage-report", "--address", "", "script.js"}
	log, err := execute(t, dir, args, "PLOG_SECRET_0=hush")
	if err == nil || !strings.Contains(err.Error(), fmt.Sprint(k6.ExitThresholds)) {
		t.Errorf("k6: %v, want exit code 99\n%s", err, log)
	}
	if len(counts()) != 1 {
		t.Errorf("requests: %v", counts())
	}
	log, err = execute(t, dir, args)
	if err == nil || !strings.Contains(log, "environment variable PLOG_SECRET_0") {
		t.Errorf("without the secret k6: %v\n%s", err, log)
	}
}
