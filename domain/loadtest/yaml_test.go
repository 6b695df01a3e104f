package loadtest_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func example(t *testing.T) loadtest.Plan {
	t.Helper()
	text, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := loadtest.ParseYAML(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestExamplePlan(t *testing.T) {
	p := example(t).WithDefaults(loadtest.Limits{})
	if err := p.Validate(loadtest.Limits{}); err != nil {
		t.Fatal(err)
	}
	if got := p.Scenarios[1].ThinkTime.Duration; got != 500*time.Millisecond {
		t.Errorf("think time is %v", got)
	}
	if got := p.Scenarios[0].Steps[0].Request.Query[0].Value; got != "김치 & 라면" {
		t.Errorf("query value is %q", got)
	}
	if got := loadtest.Planned(p); got != 70*time.Second {
		t.Errorf("planned %v", got)
	}
}

// The page about plan files shows a plan that can be run.
func TestDocumentedPlan(t *testing.T) {
	page, err := os.ReadFile("../../docs/plan.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ := strings.Cut(rest, "```")
	p, err := loadtest.ParseYAML([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.WithDefaults(loadtest.Limits{}).Validate(loadtest.Limits{}); err != nil {
		t.Fatal(err)
	}
	if steps := p.Scenarios[0].Steps; len(p.Auth) != 2 || len(steps[1].Variants) != 2 || steps[1].Auth == nil || steps[2].BaseURL == "" {
		t.Errorf("the page does not show all there is: %+v", p)
	}
}

func TestYAMLRoundTrip(t *testing.T) {
	nasty := example(t)
	nasty.Scenarios[0].Steps[0].Request.Query = nil
	for _, v := range []string{"", " ", "yes", "null", "1e3", "007", "a: b", "# no", "줄\n바꿈\n", "\ttab", `"'\`, "{{x}}", "😀", "- x", "|", "*a", "&a", "!t", "%", "@", "`", "a\u2028b", "~", "0x1F", "2024-01-01", "\r\n"} {
		nasty.Scenarios[0].Steps[0].Request.Query = append(nasty.Scenarios[0].Steps[0].Request.Query, loadtest.Param{Name: "q", Value: v})
	}
	ten := 0
	nasty.Options.MaxRedirects = &ten
	for name, p := range map[string]loadtest.Plan{"example": example(t), "defaults": example(t).WithDefaults(loadtest.Limits{}), "nasty": nasty} {
		text, err := loadtest.YAML(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := loadtest.ParseYAML(text)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if diff := cmp.Diff(p, back, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: written and read (-was +is):\n%s\n%s", name, diff, text)
		}
	}
}

// Whatever credentials, variants and base URLs hold comes back, and a step
// without credentials is not one with all of them.
func TestYAMLKeepsCredentialsAndVariants(t *testing.T) {
	text := rapid.OneOf(
		rapid.StringMatching(`[ -~가-힣]{0,12}`),
		rapid.SampledFrom([]string{"", "null", "007", "a: b", "줄\n바꿈\n", `"'\`, "*a", "~", "- x", "\r\n", loadtest.Mask}),
	)
	some := rapid.SliceOfN(text, 1, 3)
	rapid.Check(t, func(t *rapid.T) {
		step := loadtest.Step{
			Method: "GET", Path: "/", BaseURL: text.Draw(t, "base URL"),
			Auth: rapid.SampledFrom([][]string{nil, {}, {"a", "b c"}}).Draw(t, "auth"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "variants") {
			step.Variants = append(step.Variants, loadtest.Request{
				Query: []loadtest.Param{{Name: text.Draw(t, "name"), Value: text.Draw(t, "value")}},
				Body:  &loadtest.Body{Kind: loadtest.BodyRaw, Text: text.Draw(t, "body")},
			})
		}
		p := loadtest.Plan{Name: "p", BaseURL: "http://x", Scenarios: []loadtest.Scenario{{Steps: []loadtest.Step{step}}}, Auth: []loadtest.Credential{{
			Scheme: text.Draw(t, "scheme"), Kind: rapid.SampledFrom(loadtest.CredentialKinds()).Draw(t, "kind"), In: loadtest.InQuery,
			Name: text.Draw(t, "name"), Value: text.Draw(t, "value"), Username: text.Draw(t, "user"), Password: text.Draw(t, "password"),
			TokenURL: text.Draw(t, "URL"), ClientID: text.Draw(t, "id"), ClientSecret: text.Draw(t, "secret"),
			ClientAuth: loadtest.ClientAuthBody, Scopes: some.Draw(t, "scopes"),
		}}}
		written, err := loadtest.YAML(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := loadtest.ParseYAML(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if diff := cmp.Diff(p, back); diff != "" {
			t.Fatalf("written and read (-was +is):\n%s\n%s", diff, written)
		}
	})
}

func TestParseYAMLShowsTheLine(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"unknown field": {"name: a\nbase_url: http://x\nscenarioz: []\n", "scenarioz"},
		"wrong type":    {"name: a\nscenarios:\n  - vus: many\n", "3"},
		"bad duration":  {"name: a\nscenarios:\n  - duration: 1y\n", "1y"},
		"broken":        {"name: [a\n", "1"},
		"empty":         {"", "empty"},
		"comment":       {"# nothing\n", "empty"},
		"a list":        {"- a\n", "1"},
	} {
		_, err := loadtest.ParseYAML([]byte(c.text))
		if domain.CodeOf(err) != domain.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want Invalid with %q", name, err, c.says)
		}
	}
}

func TestParseStageAndRate(t *testing.T) {
	if s, err := loadtest.ParseStage("1m30s:50"); err != nil || s.Duration.Duration != 90*time.Second || s.Target != 50 {
		t.Errorf("stage: %v, %v", s, err)
	}
	for _, bad := range []string{"", "10s", "x:5", "10s:", "10s:-1", "10s:NaN", "-1s:5"} {
		if _, err := loadtest.ParseStage(bad); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("ParseStage(%q): %v", bad, err)
		}
	}
	for text, want := range map[string]float64{"50": 50, "50/s": 50, "3000/m": 50, "36 / h": 0.01, "0.5/s": 0.5} {
		if got, err := loadtest.ParseRate(text); err != nil || got != want {
			t.Errorf("ParseRate(%q): %v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "x", "5/y", "-1", "NaN/s", "1/s/s"} {
		if _, err := loadtest.ParseRate(bad); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("ParseRate(%q): %v", bad, err)
		}
	}
}
