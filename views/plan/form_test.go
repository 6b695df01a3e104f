package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
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
		if wishes := plan.KeepVariants(&got, form, want); len(wishes) > 0 {
			t.Fatalf("variants to be made: %v", wishes)
		}
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
	for i := range rapid.IntRange(0, 3).Draw(t, "credentials") {
		p.Auth = append(p.Auth, drawCredential(t, i))
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
		s.Steps[0].BaseURL = rapid.SampledFrom([]string{"", "http://127.0.0.1:8"}).Draw(t, "base URL")
		s.Steps[0].Auth = rapid.SampledFrom([][]string{nil, {}, {"a & b"}, {"-", "한글 + ,"}}).Draw(t, "auth")
		for range rapid.IntRange(0, 3).Draw(t, "variants") {
			s.Steps[0].Variants = append(s.Steps[0].Variants, loadtest.Request{Query: list("variant")})
		}
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

func drawCredential(t *rapid.T, i int) loadtest.Credential {
	text := rapid.SampledFrom([]string{"a", "한글", "x y", "😀"})
	c := loadtest.Credential{Scheme: fmt.Sprint("scheme ", i), Kind: rapid.SampledFrom(loadtest.CredentialKinds()).Draw(t, "kind")}
	switch c.Kind {
	case loadtest.CredentialAPIKey:
		c.In, c.Name, c.Value = loadtest.InCookie, text.Draw(t, "name"), text.Draw(t, "key")
	case loadtest.CredentialBearer:
		c.Value = text.Draw(t, "token")
	case loadtest.CredentialBasic:
		c.Username, c.Password = text.Draw(t, "user"), text.Draw(t, "password")
	default:
		c.TokenURL, c.ClientAuth, c.ClientID = "http://127.0.0.1:9/token", loadtest.ClientAuthBody, text.Draw(t, "id")
		c.Scopes = rapid.SampledFrom([][]string{nil, {"read"}, {"read", "write"}}).Draw(t, "scopes")
		c.ClientSecret = rapid.SampledFrom([]string{"", "hush"}).Draw(t, "secret")
		if c.Kind == loadtest.CredentialPassword {
			c.Username, c.Password = text.Draw(t, "user"), text.Draw(t, "password")
		}
	}
	return c
}

// Buttons that edit the form never break it, whatever they name.
func TestApplyIsSafe(t *testing.T) {
	verbs := []string{
		"header-add", "header-remove", "auth-remove", "vary", "vary-not", "threshold-add", "threshold-remove", "scenario-add", "scenario-remove", "stage-add",
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

// Nobody gets a secret by pointing the token URL elsewhere.
func TestSecretsStayWithTheirTokenURL(t *testing.T) {
	stored := loadtest.Plan{Auth: []loadtest.Credential{{
		Scheme: "login", Kind: loadtest.CredentialClient, TokenURL: "https://id.test/token", ClientID: "a", ClientSecret: "hush",
	}}}
	form := plan.FormOf(stored)
	if form.Auth[0].ClientSecret != "" {
		t.Fatal("the form holds the secret")
	}
	form.Auth[0].TokenURL = "https://elsewhere.test/token"
	p, err := form.Plan()
	if err != nil {
		t.Fatal(err)
	}
	plan.KeepSecrets(&p, stored)
	if got := p.Auth[0].ClientSecret; got != "" {
		t.Errorf("the other token URL gets %q", got)
	}
}

func TestVariantsAreMadeAnewWhenTheirRequestChanges(t *testing.T) {
	request := loadtest.Request{Query: []loadtest.Param{{Name: "q", Value: "a"}}}
	step := loadtest.Step{Method: "GET", Path: "/a", Weight: 1, Request: request, Variants: make([]loadtest.Request, 3)}
	stored := loadtest.Plan{Scenarios: []loadtest.Scenario{{Executor: loadtest.ConstantVUs, Order: loadtest.Rotate, Steps: []loadtest.Step{step, step, step, step}}}}
	form := plan.FormOf(stored)
	steps := form.Scenarios[0].Steps
	steps[0].Query[0].Value = "edited"
	steps[1].Variants = "5"
	steps[2].Variants = ""
	form.Apply(plan.Action("step-remove", 0, 2))
	form.Apply(plan.Action("step-copy", 0, 2)) // of what was the last
	p, err := form.Plan()
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.Wish{{Scenario: 0, Step: 0, Count: 3}, {Scenario: 0, Step: 1, Count: 5}}
	if diff := cmp.Diff(want, plan.KeepVariants(&p, form, stored)); diff != "" {
		t.Error(diff)
	}
	for i, n := range []int{0, 0, 3, 3} {
		if got := len(p.Scenarios[0].Steps[i].Variants); got != n {
			t.Errorf("step %d keeps %d variants, want %d", i, got, n)
		}
	}
}

func TestSchemesBecomeFields(t *testing.T) {
	r := openapi.Requirement{Scheme: "login", Type: "oauth2", Scopes: []string{"read", "write"}, Flows: []openapi.Flow{{Kind: openapi.ClientCredentials, TokenURL: "../token"}}}
	got := plan.CredentialFor(r, "http://api.test/v1/x")
	want := plan.Credential{Scheme: "login", Kind: "oauth2_client_credentials", TokenURL: "http://api.test/token", Scopes: "read write"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	form := plan.Form{Auth: []plan.Credential{got}}
	form.Tidy()
	if p, err := form.Plan(); err != nil || len(p.Auth) > 0 || len(form.Auth) > 0 {
		t.Errorf("what was not filled in becomes %+v, %v", p.Auth, err)
	}
}
