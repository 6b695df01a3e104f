package plan

import (
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// The two limits that have fields of their own.
const (
	durationMetric = "http_req_duration"
	failedMetric   = "http_req_failed"
	p95Prefix      = "p(95)<"
	ratePrefix     = "rate<"
)

// FormOf returns the form of a saved plan. Secret header values are not in it.
func FormOf(p loadtest.Plan) Form {
	f := Form{
		Preflight: "on", Source: string(p.SourceID), Document: string(p.DocumentID), Version: p.Version, Name: p.Name, BaseURL: p.BaseURL,
		Timeout: span(p.Options.Timeout), InsecureTLS: p.Options.InsecureTLS, NoConnectionReuse: p.Options.NoConnectionReuse,
	}
	if p.Options.MaxRedirects != nil {
		f.MaxRedirects = strconv.Itoa(*p.Options.MaxRedirects)
	}
	for _, h := range p.Headers {
		row := Header{Name: h.Name, Value: h.Value, Secret: h.Secret}
		if h.Secret && h.Value != "" {
			row.Value, row.Kept = "", true
		}
		f.Headers = append(f.Headers, row)
	}
	for _, c := range p.Auth {
		f.Auth = append(f.Auth, credentialOf(c))
	}
	for _, t := range p.Thresholds {
		f.addThreshold(t)
	}
	for i, s := range p.Scenarios {
		f.Scenarios = append(f.Scenarios, scenarioOf(s))
		for j := range s.Steps {
			f.Scenarios[i].Steps[j].From = join(i, j)
		}
	}
	return f
}

func (f *Form) addThreshold(t loadtest.Threshold) {
	plain := !t.AbortOnFail && t.DelayAbort.Duration == 0
	if limit, ok := strings.CutPrefix(t.Expression, p95Prefix); ok && plain && t.Metric == durationMetric && f.P95 == "" {
		if ms, err := strconv.ParseFloat(limit, 64); err == nil && ms > 0 {
			f.P95 = limit
			return
		}
	}
	if limit, ok := strings.CutPrefix(t.Expression, ratePrefix); ok && plain && t.Metric == failedMetric && f.ErrorRate == "" {
		if ratio, err := strconv.ParseFloat(limit, 64); err == nil && ratio > 0 && ratio <= 1 {
			f.ErrorRate = strconv.FormatFloat(ratio*100, 'g', 12, 64)
			return
		}
	}
	f.Thresholds = append(f.Thresholds, Threshold{
		Metric: t.Metric, Expression: t.Expression, Abort: t.AbortOnFail, Delay: span(t.DelayAbort),
	})
}

func scenarioOf(s loadtest.Scenario) Scenario {
	f := NewScenario()
	f.Name, f.Executor, f.Order = s.Name, string(s.Executor), string(s.Order)
	f.StartTime, f.GracefulStop, f.ThinkTime = span(s.StartTime), span(s.GracefulStop), span(s.ThinkTime)
	if f.Order == "" {
		f.Order = string(loadtest.Rotate)
	}
	switch s.Executor {
	case loadtest.RampingVUs:
		f.StartVUs = strconv.Itoa(s.VUs)
	case loadtest.ConstantArrivalRate:
		f.Rate = decimal(s.Rate)
	case loadtest.RampingArrivalRate:
		f.StartRate = decimal(s.Rate)
	default:
		f.VUs = strconv.Itoa(s.VUs)
	}
	if s.Executor.Arrives() {
		f.PreVUs, f.MaxVUs = positive(s.PreVUs), positive(s.MaxVUs)
	}
	if s.Executor.Iterates() {
		f.Iterations = strconv.Itoa(s.Iterations)
	}
	if s.Executor.Ramps() {
		f.Stages = nil
		for _, stage := range s.Stages {
			f.Stages = append(f.Stages, Stage{Duration: text(stage.Duration), Target: decimal(stage.Target)})
		}
	} else {
		f.Duration = text(s.Duration)
	}
	for _, step := range s.Steps {
		f.Steps = append(f.Steps, StepOf(step))
	}
	return f
}

// StepOf returns the form of a step.
func StepOf(s loadtest.Step) Step {
	f := Step{
		Name: s.Name, Method: s.Method, Path: s.Path, Weight: strconv.Itoa(max(s.Weight, 1)),
		PathParams: paramsOf(s.Request.PathParams), Query: paramsOf(s.Request.Query),
		Headers: paramsOf(s.Request.Headers), Cookies: paramsOf(s.Request.Cookies),
		BaseURL: s.BaseURL, Auth: authText(s.Auth), Variants: positive(len(s.Variants)),
	}
	statuses := make([]string, len(s.ExpectStatus))
	for i, status := range s.ExpectStatus {
		statuses[i] = strconv.Itoa(status)
	}
	f.Expect = strings.Join(statuses, ", ")
	if b := s.Request.Body; b != nil {
		f.Body = Body{Kind: string(b.Kind), MediaType: b.MediaType, Text: b.Text, Base64: b.Base64}
		for _, part := range b.Fields {
			f.Body.Fields = append(f.Body.Fields, Field(part))
		}
	}
	return f
}

func paramsOf(list []loadtest.Param) []Param {
	var out []Param
	for _, p := range list {
		out = append(out, Param{Name: p.Name, Value: p.Value, Reserved: p.AllowReserved})
	}
	return out
}

// KeepSecrets fills in the stored values of the secrets that the form left empty.
func KeepSecrets(p *loadtest.Plan, stored loadtest.Plan) {
	values := map[string]string{}
	for _, h := range stored.Headers {
		if h.Secret {
			values[h.Name] = h.Value
		}
	}
	for i, h := range p.Headers {
		if h.Secret && h.Value == "" {
			p.Headers[i].Value = values[h.Name]
		}
	}
	keepSecrets(p.Auth, stored.Auth)
}

// text writes a duration as people type it: 90s is "1m30s", 60s is "1m".
func text(d domain.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func span(d domain.Duration) string {
	if d.Duration == 0 {
		return ""
	}
	return text(d)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
