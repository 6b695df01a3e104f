package k6_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

func examplePlan(t *testing.T) loadtest.Plan {
	t.Helper()
	text, err := os.ReadFile("../../domain/loadtest/testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := loadtest.ParseYAML(text)
	if err != nil {
		t.Fatal(err)
	}
	return p.WithDefaults(loadtest.Limits{})
}

func TestBuildExample(t *testing.T) {
	p := examplePlan(t)
	p.Thresholds = append(p.Thresholds, loadtest.Threshold{Metric: "http_req_waiting{name:GET /products}", Expression: "p(90)<100"})
	bundle, err := k6.Build(p)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "example.plan.json", bundle.Files[k6.PlanFile])
	if diff := cmp.Diff([]string{"http_req_waiting"}, bundle.Trends); diff != "" {
		t.Errorf("trends, -want +got:\n%s", diff)
	}
	text, err := k6.Standalone(p)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "example.script.js", text)
}

func TestRatesAreWholeNumbersPerUnit(t *testing.T) {
	for rate, want := range map[float64]string{
		50:         `"rate":50,"timeUnit":"1s"`,
		0.5:        `"rate":1,"timeUnit":"2s"`,
		2.5:        `"rate":5,"timeUnit":"2s"`,
		100.0 / 60: `"rate":5,"timeUnit":"3s"`,
		1.0 / 3600: `"rate":1,"timeUnit":"1h0m0s"`,
		1.23:       `"rate":123,"timeUnit":"1m40s"`,
	} {
		p := once("http://x", step("GET", "/", 1))
		p.Scenarios[0] = loadtest.Scenario{Name: "a", Executor: loadtest.ConstantArrivalRate, Rate: rate, Duration: dur(time.Minute), Steps: p.Scenarios[0].Steps}
		bundle, err := k6.Build(p)
		if err != nil {
			t.Fatal(err)
		}
		flat := strings.Join(strings.Fields(string(bundle.Files[k6.PlanFile])), "")
		if !strings.Contains(flat, want) {
			t.Errorf("rate %v: want %s in %s", rate, want, flat)
		}
	}
}

func TestSecretsGoBeforeWhatIsAdded(t *testing.T) {
	p := once("http://x", loadtest.Step{Method: "GET", Path: "/", Request: loadtest.Request{
		Headers: []loadtest.Param{{Name: "accept", Value: "a"}, {Name: "Accept", Value: "b"}, {Name: "X-Own", Value: "mine"}},
		Cookies: []loadtest.Param{{Name: "lang", Value: "ko"}},
	}})
	p.Headers = []loadtest.Header{
		{Name: "Cookie", Value: "session=s3cret", Secret: true}, {Name: "Accept", Value: "plan"}, {Name: "x-own", Value: "plan"},
	}
	bundle, err := k6.Build(p)
	if err != nil {
		t.Fatal(err)
	}
	got := unmarshal(t, bundle.Files[k6.PlanFile])["scenarios"].([]any)[0].(map[string]any)["steps"].([]any)[0].(map[string]any)["headers"]
	want := []any{
		map[string]any{"name": "Cookie", "value": "", "parts": []any{map[string]any{"secret": 0.0}, map[string]any{"text": "; lang=ko"}}},
		map[string]any{"name": "accept", "value": "a, b"},
		map[string]any{"name": "X-Own", "value": "mine"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers, -want +got:\n%s", diff)
	}
}

// TestTurnsAreFair holds for every prefix of the turns: no step is a whole turn
// or more ahead of its share for each of the other steps.
func TestTurnsAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := once("http://x")
		p.Scenarios[0].Order = loadtest.Rotate
		sum := 0
		weights := rapid.SliceOfN(rapid.IntRange(1, 50), 1, 8).Draw(t, "weights")
		for _, w := range weights {
			p.Scenarios[0].Steps = append(p.Scenarios[0].Steps, step("GET", "/", w))
			sum += w
		}
		bundle, err := k6.Build(p)
		if err != nil {
			t.Fatal(err)
		}
		turns := turnsOf(bundle)
		counts := make([]int, len(weights))
		for i, turn := range turns {
			counts[turn]++
			share := float64(weights[turn]) * float64(i+1) / float64(sum)
			if float64(counts[turn])-share >= float64(max(len(weights)-1, 1)) {
				t.Fatalf("weights %v: step %d has had %d of %d turns", weights, turn, counts[turn], i+1)
			}
		}
		for i, n := range counts {
			if n*sum != weights[i]*len(turns) {
				t.Fatalf("weights %v: step %d has %d of %d turns", weights, i, n, len(turns))
			}
		}
	})
}

func TestBuildRefusesWhatCannotBeSent(t *testing.T) {
	bad := once("http://x", loadtest.Step{Method: "POST", Path: "/", Request: loadtest.Request{Body: &loadtest.Body{Kind: "binary", Base64: "%"}}})
	if _, err := k6.Build(bad); err == nil || !strings.Contains(err.Error(), "POST /") {
		t.Errorf("Build: %v, want an error that names the step", err)
	}
	if _, err := k6.Standalone(bad); err == nil {
		t.Error("Standalone accepts it")
	}
}

func TestArgs(t *testing.T) {
	golden(t, "args.txt", []byte(strings.Join(k6.Args(), "\n")+"\n"))
}

func TestChildEnvPassesNothingOfPLOG(t *testing.T) {
	parent := []string{"PATH=/bin", "HOME=/h", "K6_VUS=9", "K6_OUT=json", "PLOG_SECRET_KEY=x", "LLM_API_KEY=y", "AWS_SECRET=z", "https_proxy=http://p", "NAMELESS"}
	got := k6.ChildEnv(parent, k6.Report{IngestURL: "http://127.0.0.1:1/ingest/", IngestURLFile: "/r/u", Run: "r1", Token: "t", Instance: "local", Trends: []string{"a", "b"}}.Env()...)
	want := []string{
		"PATH=/bin", "HOME=/h", "https_proxy=http://p", "K6_AUTO_EXTENSION_RESOLUTION=false",
		"K6_PLOG_INGEST_URL=http://127.0.0.1:1/ingest/", "K6_PLOG_INGEST_URL_FILE=/r/u", "K6_PLOG_RUN=r1", "K6_PLOG_TOKEN=t",
		"K6_PLOG_INSTANCE=local", "K6_PLOG_TRENDS=a,b", "PLOG_GATE_URL=http://127.0.0.1:1/ingest/runs/r1/gate", "PLOG_TOKEN=t", "PLOG_GATE_PATIENCE=20",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("environment, -want +got:\n%s", diff)
	}
}

func TestOneOfSeveralInstancesNeverStartsByItself(t *testing.T) {
	for _, kv := range (k6.Report{Instances: 2}).Env() {
		if strings.HasPrefix(kv, "PLOG_GATE_PATIENCE") {
			t.Error(kv)
		}
	}
}

func TestExplain(t *testing.T) {
	if m := k6.Explain(0, []string{"bye"}); !m.IsZero() {
		t.Errorf("code 0: %s", m)
	}
	for code, want := range map[int]string{
		-1:  "without leaving its exit code",
		99:  "thresholds",
		100: "let the load start",
		104: "does not accept",
		107: "script broke. Its last words: one / two",
		137: "killed",
		139: "signal 11",
		42:  "exit code 42",
	} {
		if got := k6.Explain(code, []string{"", "plog:sample {}", "one", "two\n"}).String(); !strings.Contains(got, want) {
			t.Errorf("code %d: %q, want …%s…", code, got, want)
		}
	}
	if got := k6.Explain(107, nil).String(); got != "The script broke." {
		t.Errorf("without a log: %q", got)
	}
}
