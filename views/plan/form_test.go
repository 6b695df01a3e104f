package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/plan"
)

// A plan that is shown in a form and saved again is the same plan.
func TestFormKeepsThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawPlan(t)
		form := plan.FormOf(want)
		got, err := form.Plan()
		if err != nil {
			t.Fatalf("%+v: %v", form, err)
		}
		plan.KeepSecrets(&got, want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func drawPlan(t *rapid.T) loadtest.Plan {
	text := rapid.SampledFrom([]string{"a", "한글", "“quoted”", "x y", `{"a":"b"}`, "😀"})
	span := rapid.SampledFrom([]domain.Duration{domain.Dur(time.Second), domain.Dur(90 * time.Second), domain.Dur(time.Hour), domain.Dur(1500 * time.Millisecond)})
	params := rapid.Custom(func(t *rapid.T) loadtest.Param {
		return loadtest.Param{Name: text.Draw(t, "name"), Value: text.Draw(t, "value"), AllowReserved: rapid.Bool().Draw(t, "reserved")}
	})
	list := func(name string) []loadtest.Param {
		if all := rapid.SliceOfN(params, 0, 3).Draw(t, name); len(all) > 0 {
			return all
		}
		return nil
	}
	p := loadtest.Plan{Name: text.Draw(t, "plan"), BaseURL: "http://127.0.0.1:9", Version: rapid.IntRange(1, 9).Draw(t, "version")}
	if rapid.Bool().Draw(t, "header") {
		p.Headers = []loadtest.Header{{Name: "Authorization", Value: text.Draw(t, "token"), Secret: rapid.Bool().Draw(t, "secret")}}
	}
	for range rapid.IntRange(1, 3).Draw(t, "scenarios") {
		s := loadtest.Scenario{Name: "s", Executor: rapid.SampledFrom(loadtest.Executors()).Draw(t, "executor"), Order: loadtest.Journey, ThinkTime: span.Draw(t, "think")}
		level := rapid.IntRange(1, 500).Draw(t, "level")
		if s.Executor.Arrives() {
			s.Rate, s.PreVUs, s.MaxVUs = float64(level)/4, 5, 50
		} else {
			s.VUs = level
		}
		if s.Executor.Iterates() {
			s.Iterations = level
		}
		if s.Executor.Ramps() {
			s.Stages = []loadtest.Stage{{Duration: span.Draw(t, "stage"), Target: float64(level)}, {Duration: span.Draw(t, "stage"), Target: 0.5}}
		} else {
			s.Duration = span.Draw(t, "duration")
		}
		s.Steps = []loadtest.Step{{
			Method: "POST", Path: "/a/{b}", Weight: level, ExpectStatus: []int{201, 404},
			Request: loadtest.Request{PathParams: list("path"), Query: list("query"), Headers: list("headers"), Cookies: list("cookies")},
		}}
		if rapid.Bool().Draw(t, "body") {
			s.Steps[0].Request.Body = &loadtest.Body{Kind: loadtest.BodyMultipart, Fields: []loadtest.Field{{Name: "f", Base64: "AA==", FileName: text.Draw(t, "file")}}}
		}
		p.Scenarios = append(p.Scenarios, s)
	}
	p.Thresholds = rapid.SampledFrom([][]loadtest.Threshold{
		nil,
		{{Metric: "http_req_duration", Expression: "p(95)<500"}, {Metric: "http_req_failed", Expression: "rate<0.015"}},
		{{Metric: "http_req_duration", Expression: "p(95)<500", AbortOnFail: true}, {Metric: "checks", Expression: "rate>0.9"}},
	}).Draw(t, "thresholds")
	return p
}

// Buttons that edit the form never break it, whatever they name.
func TestApplyIsSafe(t *testing.T) {
	verbs := []string{
		"header-add", "header-remove", "threshold-add", "threshold-remove", "scenario-add", "scenario-remove", "stage-add",
		"stage-remove", "step-up", "step-down", "step-copy", "step-remove", "param-add", "param-remove", "field-add", "field-remove", "nonsense", "",
	}
	at := rapid.SampledFrom([]string{"", "0", "1", "-1", "99", "query", "x"})
	rapid.Check(t, func(t *rapid.T) {
		form := plan.FormOf(drawPlan(t))
		for range 8 {
			action := rapid.SampledFrom(verbs).Draw(t, "verb") + ":" + strings.Join(rapid.SliceOfN(at, 0, 4).Draw(t, "at"), ":")
			known := form.Apply(action)
			if known && (strings.HasPrefix(action, "nonsense") || strings.HasPrefix(action, ":")) {
				t.Fatalf("%q is known", action)
			}
		}
	})
}

func TestApply(t *testing.T) {
	form := plan.NewForm()
	form.Scenarios[0].Steps = []plan.Step{{Path: "/a"}, {Path: "/b"}, {Path: "/c"}}
	for _, action := range []string{
		plan.Action("step-up", 0, 2), plan.Action("step-copy", 0, 0), plan.Action("step-remove", 0, 3),
		plan.Action("param-add", 0, 0, "query"), plan.Action("stage-remove", 0, 1), plan.Action("header-add"),
	} {
		if !form.Apply(action) {
			t.Errorf("%s is not known", action)
		}
	}
	var paths []string
	for _, s := range form.Scenarios[0].Steps {
		paths = append(paths, s.Path)
	}
	if got := strings.Join(paths, " "); got != "/a /a /c" {
		t.Errorf("steps %s", got)
	}
	if len(form.Scenarios[0].Steps[0].Query) != 1 || len(form.Scenarios[0].Steps[1].Query) != 0 {
		t.Error("the parameter is not on the first step alone")
	}
	if len(form.Scenarios[0].Stages) != 2 || len(form.Headers) != 1 {
		t.Errorf("%+v", form)
	}
}

func TestErrorsStandBesideTheirFields(t *testing.T) {
	form := plan.Form{
		P95: "500", Thresholds: []plan.Threshold{{}, {Metric: "checks", Expression: "nonsense"}},
		Scenarios: []plan.Scenario{{Executor: "ramping-vus"}, {Executor: "ramping-arrival-rate"}},
	}
	form.Tidy()
	var v domain.Violations
	for _, path := range []string{
		"thresholds.0.expression", "thresholds.1.expression", "scenarios.0.vus", "scenarios.1.rate",
		"scenarios.0.steps.2.request.query.1.value", "scenarios.0.steps.2.request.body.text", "scenarios.0.steps.0.expect_status", "options.timeout",
	} {
		v.Add(path, "", path)
	}
	got := form.ErrorsOf(v.Err("", "")).Names()
	want := []string{
		"p95", "scenarios.0.start_vus", "scenarios.0.steps.0.expect", "scenarios.0.steps.2.body.text", "scenarios.0.steps.2.query.1.value",
		"scenarios.1.start_rate", "thresholds.0.expression", "timeout",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLimitsThatNoRunCanKeepAreRefused(t *testing.T) {
	tests := []struct {
		p95, errorRate string
		wrong          []string
	}{
		{"500", "1", nil},
		{"0.5", "100", nil},
		{"", "", nil},
		{"0", "0", []string{"error_rate", "p95"}},
		{"-5", "-1", []string{"error_rate", "p95"}},
		{"NaN", "101", []string{"error_rate", "p95"}},
		{"1e999", "inf", []string{"error_rate", "p95"}},
	}
	for _, tt := range tests {
		form := plan.Form{P95: tt.p95, ErrorRate: tt.errorRate}
		_, err := form.Plan()
		if diff := cmp.Diff(tt.wrong, form.ErrorsOf(err).Names(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("p95 %q, errors %q: %s", tt.p95, tt.errorRate, diff)
		}
	}
}
