package loadtest_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func seconds(n float64) domain.Duration {
	return domain.Dur(time.Duration(n * float64(time.Second)))
}

func good() loadtest.Plan {
	return loadtest.Plan{
		BaseURL: "http://127.0.0.1:8090/v1",
		Headers: []loadtest.Header{{Name: "X-Api-Key", Value: "열쇠", Secret: true}},
		Scenarios: []loadtest.Scenario{{
			Executor: loadtest.ConstantVUs, VUs: 10, Duration: seconds(30),
			Steps: []loadtest.Step{{
				Method: "get", Path: "/pets/{id}",
				Request: loadtest.Request{PathParams: []loadtest.Param{{Name: "id", Value: "1"}}},
			}},
		}},
		Thresholds: []loadtest.Threshold{{Expression: "p(95)<500"}},
	}
}

// faults returns the message by field that Validate finds after change.
func faults(t *testing.T, l loadtest.Limits, change func(*loadtest.Plan)) map[string]string {
	t.Helper()
	p := good()
	change(&p)
	err := p.WithDefaults(l).Validate(l)
	if err == nil {
		return nil
	}
	var known *domain.Error
	if !errors.As(err, &known) || known.Code != domain.Invalid {
		t.Fatalf("Validate: %v, want an Invalid error", err)
	}
	found := map[string]string{}
	for _, f := range known.Fields {
		found[f.Field] = f.Message.String()
	}
	return found
}

func TestValidateSaysWhatIsWrongBesideTheField(t *testing.T) {
	badSyntax := domain.Errorf(domain.Invalid, "metrics.threshold.syntax", "Write it like p(95)<500.")
	limits := loadtest.Limits{MaxVUs: 500, CheckThreshold: func(t loadtest.Threshold) error {
		if strings.Contains(t.Expression, "oops") {
			return badSyntax
		}
		return nil
	}}
	type plan = loadtest.Plan
	for name, c := range map[string]struct {
		change func(*plan)
		field  string
		says   string
	}{
		"zero VUs":         {func(p *plan) { p.Scenarios[0].VUs = 0 }, "scenarios.0.vus", "at least 1"},
		"a billion VUs":    {func(p *plan) { p.Scenarios[0].VUs = 1e9 }, "scenarios.0.vus", "K6_MAX_VUS"},
		"no duration":      {func(p *plan) { p.Scenarios[0].Duration = seconds(0) }, "scenarios.0.duration", "30s"},
		"a year":           {func(p *plan) { p.Scenarios[0].Duration = seconds(365 * 24 * 3600) }, "scenarios.0.duration", "8760h is longer than a run may last, 24h"},
		"negative time":    {func(p *plan) { p.Scenarios[0].StartTime = seconds(-1) }, "scenarios.0.start_time", "negative"},
		"negative rate":    {func(p *plan) { rate(p, -3) }, "scenarios.0.rate", "negative"},
		"NaN rate":         {func(p *plan) { rate(p, math.NaN()) }, "scenarios.0.rate", "number"},
		"infinite rate":    {func(p *plan) { rate(p, math.Inf(1)) }, "scenarios.0.rate", "number"},
		"zero rate":        {func(p *plan) { rate(p, 0) }, "scenarios.0.rate", "above 0"},
		"huge rate":        {func(p *plan) { rate(p, 1e9) }, "scenarios.0.rate", "1000000000 per second is more"},
		"max below pre":    {func(p *plan) { rate(p, 5); p.Scenarios[0].PreVUs, p.Scenarios[0].MaxVUs = 9, 3 }, "scenarios.0.max_vus", "9"},
		"unknown executor": {func(p *plan) { p.Scenarios[0].Executor = "externally-controlled" }, "scenarios.0.executor", "constant-vus"},
		"no stages":        {func(p *plan) { p.Scenarios[0].Executor = loadtest.RampingVUs }, "scenarios.0.stages", "stage"},
		"half a VU":        {func(p *plan) { stage(p, 10, 1.5) }, "scenarios.0.stages.0.target", "whole"},
		"many at a stage":  {func(p *plan) { stage(p, 10, 501) }, "scenarios.0.stages.0.target", "K6_MAX_VUS"},
		"stage too long":   {func(p *plan) { stage(p, 1e6, 5) }, "scenarios.0.stages.0.duration", "longer"},
		"too few to share": {func(p *plan) {
			p.Scenarios[0].Executor = loadtest.SharedIterations
			p.Scenarios[0].Iterations = 3
		}, "scenarios.0.iterations", "10 virtual users cannot share 3"},
		"no scenarios":       {func(p *plan) { p.Scenarios = nil }, "scenarios", "operation"},
		"no steps":           {func(p *plan) { p.Scenarios[0].Steps = nil }, "scenarios.0.steps", "operation"},
		"same name":          {func(p *plan) { named(p, "a", "a") }, "scenarios.1.name", "Scenario 1"},
		"spaces in a name":   {func(p *plan) { p.Scenarios[0].Name = "가 나" }, "scenarios.0.name", "Latin"},
		"VUs in sum":         {func(p *plan) { named(p, "a", "b"); p.Scenarios[0].VUs, p.Scenarios[1].VUs = 300, 300 }, "scenarios", "600 virtual users"},
		"no path value":      {func(p *plan) { p.Scenarios[0].Steps[0].Request.PathParams = nil }, "scenarios.0.steps.0.request.path_params", "{id}"},
		"relative path":      {func(p *plan) { p.Scenarios[0].Steps[0].Path = "pets" }, "scenarios.0.steps.0.path", "/"},
		"no method":          {func(p *plan) { p.Scenarios[0].Steps[0].Method = "" }, "scenarios.0.steps.0.method", "GET"},
		"status 42":          {func(p *plan) { p.Scenarios[0].Steps[0].ExpectStatus = []int{200, 42} }, "scenarios.0.steps.0.expect_status.1", "42"},
		"header with a line": {func(p *plan) { p.Headers[0].Value = "a\r\nX-Evil: 1" }, "headers.0.value", "one line"},
		"header name":        {func(p *plan) { p.Headers[0].Name = "X Api" }, "headers.0.name", "X-Api-Key"},
		"masked secret":      {func(p *plan) { *p = loadtest.Masked(*p) }, "headers.0.value", "Type it again"},
		"no base URL":        {func(p *plan) { p.BaseURL = " " }, "base_url", "http://"},
		"no scheme":          {func(p *plan) { p.BaseURL = "shop.test:80/x" }, "base_url", "such as http://shop.test:80/x"},
		"address only":       {func(p *plan) { p.BaseURL = "127.0.0.1:80" }, "base_url", "such as http://127.0.0.1:80"},
		"other scheme":       {func(p *plan) { p.BaseURL = "ftp://shop" }, "base_url", "such as http://shop"},
		"no host":            {func(p *plan) { p.BaseURL = "http:///x" }, "base_url", "host"},
		"user in URL":        {func(p *plan) { p.BaseURL = "http://me:pw@shop" }, "base_url", "Authorization"},
		"query in URL":       {func(p *plan) { p.BaseURL = "http://shop?x=1" }, "base_url", "?"},
		"port":               {func(p *plan) { p.BaseURL = "http://shop:99999" }, "base_url", "65535"},
		"no expression":      {func(p *plan) { p.Thresholds[0].Expression = " " }, "thresholds.0.expression", "p(95)<500"},
		"bad expression":     {func(p *plan) { p.Thresholds[0].Expression = "oops" }, "thresholds.0.expression", "Write it like"},
		"timeout":            {func(p *plan) { p.Options.Timeout = seconds(7200) }, "options.timeout", "10m"},
		"body kind":          {func(p *plan) { body(p, loadtest.Body{Kind: "xml"}) }, "scenarios.0.steps.0.request.body.kind", "multipart"},
		"media type":         {func(p *plan) { body(p, loadtest.Body{Kind: "raw", MediaType: "a\nb"}) }, "scenarios.0.steps.0.request.body.media_type", "application/json"},
		"base64":             {func(p *plan) { body(p, loadtest.Body{Kind: "binary", Base64: "%"}) }, "scenarios.0.steps.0.request.body", "base64"},
		"weights": {func(p *plan) {
			p.Scenarios[0].Steps[0].Weight = 1001
		}, "scenarios.0.steps.0.weight", "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			found := faults(t, limits, c.change)
			if says, ok := found[c.field]; !ok || !strings.Contains(says, c.says) {
				t.Errorf("%s says %q, want “…%s…”; all: %v", c.field, says, c.says, found)
			}
			if len(found) != 1 {
				t.Errorf("%d fields are marked, want 1: %v", len(found), found)
			}
		})
	}
	if found := faults(t, limits, func(*plan) {}); found != nil {
		t.Errorf("a good plan is refused: %v", found)
	}
}

func rate(p *loadtest.Plan, r float64) {
	p.Scenarios[0].Executor, p.Scenarios[0].Rate, p.Scenarios[0].VUs = loadtest.ConstantArrivalRate, r, 0
	p.Scenarios[0].PreVUs, p.Scenarios[0].MaxVUs = 1, 1
}

func stage(p *loadtest.Plan, d, target float64) {
	p.Scenarios[0].Executor = loadtest.RampingVUs
	p.Scenarios[0].Stages = []loadtest.Stage{{Duration: seconds(d), Target: target}}
}

func named(p *loadtest.Plan, names ...string) {
	for i, name := range names {
		if i > 0 {
			p.Scenarios = append(p.Scenarios, p.Scenarios[0])
		}
		p.Scenarios[i].Name = name
	}
}

func body(p *loadtest.Plan, b loadtest.Body) { p.Scenarios[0].Steps[0].Request.Body = &b }

// sane draws a plan such as a person may fill in, with little said.
func sane(t *rapid.T) loadtest.Plan {
	p := loadtest.Plan{BaseURL: "http://127.0.0.1:8090", Name: rapid.StringMatching(`[a-z가-힣]{0,20}`).Draw(t, "name")}
	for range rapid.IntRange(1, 4).Draw(t, "scenarios") {
		s := loadtest.Scenario{Executor: rapid.SampledFrom(loadtest.Executors()).Draw(t, "executor")}
		s.Order = rapid.SampledFrom([]loadtest.Order{"", loadtest.Rotate, loadtest.Journey}).Draw(t, "order")
		s.ThinkTime = seconds(float64(rapid.IntRange(0, 3).Draw(t, "think")))
		target := float64(rapid.IntRange(1, 100).Draw(t, "target"))
		switch {
		case s.Executor.Ramps():
			for range rapid.IntRange(1, 5).Draw(t, "stages") {
				s.Stages = append(s.Stages, loadtest.Stage{Duration: seconds(float64(rapid.IntRange(1, 600).Draw(t, "stage"))), Target: target})
			}
		case s.Executor.Arrives():
			s.Rate, s.Duration = target, seconds(10)
		case s.Executor.Iterates():
			s.VUs, s.Iterations = int(target), int(target)*3
		default:
			s.VUs, s.Duration = int(target), seconds(10)
		}
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			s.Steps = append(s.Steps, loadtest.Step{Method: "GET", Path: "/a", Weight: rapid.IntRange(0, 9).Draw(t, "weight")})
		}
		p.Scenarios = append(p.Scenarios, s)
	}
	return p
}

func TestSanePlansAreValidWithDefaults(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := loadtest.Limits{MaxVUs: 4 * 100}
		p := sane(t).WithDefaults(limits)
		if err := p.Validate(limits); err != nil {
			t.Fatal(err)
		}
		again := p.WithDefaults(limits)
		if text, _ := loadtest.YAML(again); string(text) != string(must(loadtest.YAML(p))) {
			t.Fatalf("defaults of defaults differ:\n%s", text)
		}
	})
}

// TestNoPlanPanics draws plans that no form would make.
func TestNoPlanPanics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.Make[loadtest.Plan]().Draw(t, "plan")
		for _, q := range []loadtest.Plan{p, p.WithDefaults(loadtest.Limits{})} {
			_ = q.Validate(loadtest.Limits{})
			_ = q.Estimate()
			_ = loadtest.LoadCurve(q, 20)
			_ = loadtest.Masked(q)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
