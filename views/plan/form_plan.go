package plan

import (
	"encoding/json"
	"math"
	"mime"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// reader turns a form's text into values and collects what cannot be read.
type reader struct{ domain.Violations }

// Plan returns the plan that the form describes, and an Invalid error whose
// fields are what cannot be read as a value. It is not validated further.
func (f Form) Plan() (loadtest.Plan, error) {
	r := &reader{}
	p := loadtest.Plan{
		Name: strings.TrimSpace(f.Name), BaseURL: strings.TrimSpace(f.BaseURL), Version: f.Version,
		SourceID: domain.SourceID(f.Source), DocumentID: domain.DocumentID(f.Document),
		Thresholds: f.thresholds(r),
		Options: loadtest.Options{
			Timeout: r.duration("timeout", f.Timeout), InsecureTLS: f.InsecureTLS, NoConnectionReuse: f.NoConnectionReuse,
		},
	}
	if strings.TrimSpace(f.MaxRedirects) != "" {
		n := r.whole("max_redirects", f.MaxRedirects)
		p.Options.MaxRedirects = &n
	}
	for _, h := range f.Headers {
		if h.Name != "" || h.Value != "" {
			p.Headers = append(p.Headers, loadtest.Header{Name: strings.TrimSpace(h.Name), Value: h.Value, Secret: h.Secret})
		}
	}
	for _, c := range f.Auth {
		if !c.blank() {
			p.Auth = append(p.Auth, c.credential())
		}
	}
	r.variants("variants", f.Variants)
	for i, s := range f.Scenarios {
		p.Scenarios = append(p.Scenarios, r.scenario(join("scenarios", i), s))
	}
	return p, r.Err("plan.form.unreadable", "Some fields could not be read.")
}

func (f Form) thresholds(r *reader) []loadtest.Threshold {
	var list []loadtest.Threshold
	if strings.TrimSpace(f.P95) != "" {
		list = append(list, loadtest.Threshold{Metric: durationMetric, Expression: p95Prefix + decimal(r.millis("p95", f.P95))})
	}
	if strings.TrimSpace(f.ErrorRate) != "" {
		ratio := strconv.FormatFloat(r.percent("error_rate", f.ErrorRate)/100, 'f', -1, 64)
		list = append(list, loadtest.Threshold{Metric: failedMetric, Expression: ratePrefix + ratio})
	}
	for i, t := range f.Thresholds {
		if t.empty() {
			continue
		}
		list = append(list, loadtest.Threshold{
			Metric: strings.TrimSpace(t.Metric), Expression: strings.TrimSpace(t.Expression),
			AbortOnFail: t.Abort, DelayAbort: r.duration(join("thresholds", i, "delay"), t.Delay),
		})
	}
	return list
}

func (t Threshold) empty() bool { return strings.TrimSpace(t.Metric+t.Expression) == "" }

func (r *reader) scenario(at string, s Scenario) loadtest.Scenario {
	out := loadtest.Scenario{
		Name: strings.TrimSpace(s.Name), Executor: loadtest.Executor(s.Executor), Order: loadtest.Order(s.Order),
		StartTime: r.duration(at+".start_time", s.StartTime), GracefulStop: r.duration(at+".graceful_stop", s.GracefulStop),
		ThinkTime: r.duration(at+".think_time", s.ThinkTime),
	}
	switch out.Executor {
	case loadtest.RampingVUs:
		out.VUs = r.whole(at+".start_vus", s.StartVUs)
	case loadtest.ConstantArrivalRate:
		out.Rate = r.number(at+".rate", s.Rate)
	case loadtest.RampingArrivalRate:
		out.Rate = r.number(at+".start_rate", s.StartRate)
	default:
		out.VUs = r.whole(at+".vus", s.VUs)
	}
	if out.Executor.Arrives() {
		out.PreVUs, out.MaxVUs = r.whole(at+".pre_vus", s.PreVUs), r.whole(at+".max_vus", s.MaxVUs)
	}
	if out.Executor.Iterates() {
		out.Iterations = r.whole(at+".iterations", s.Iterations)
	}
	if out.Executor.Ramps() {
		for i, stage := range s.Stages {
			out.Stages = append(out.Stages, loadtest.Stage{
				Duration: r.duration(at+join(".stages", i, "duration"), stage.Duration),
				Target:   r.number(at+join(".stages", i, "target"), stage.Target),
			})
		}
	} else {
		out.Duration = r.duration(at+".duration", s.Duration)
	}
	for i, step := range s.Steps {
		out.Steps = append(out.Steps, r.step(at+join(".steps", i), step))
	}
	return out
}

func (r *reader) step(at string, s Step) loadtest.Step {
	out := loadtest.Step{
		Name: strings.TrimSpace(s.Name), Method: strings.ToUpper(strings.TrimSpace(s.Method)), Path: strings.TrimSpace(s.Path),
		Weight: r.whole(at+".weight", s.Weight),
		Request: loadtest.Request{
			PathParams: params(s.PathParams), Query: params(s.Query), Headers: params(s.Headers), Cookies: params(s.Cookies),
			Body: r.body(at+".request.body", s.Body),
		},
		BaseURL: strings.TrimSpace(s.BaseURL), Auth: schemesOf(s.Auth),
	}
	r.variants(at+".variants", s.Variants)
	if out.Name == out.Method+" "+out.Path {
		out.Name = ""
	}
	for _, part := range strings.FieldsFunc(s.Expect, func(c rune) bool { return c == ',' || c == ' ' }) {
		status, err := strconv.Atoi(part)
		if err != nil || status < 100 || status > 599 {
			r.Add(at+".expect", "plan.form.status", "“{{.Value}}” is not an HTTP status. Write them like 200, 404.", "Value", part)
			break
		}
		out.ExpectStatus = append(out.ExpectStatus, status)
	}
	return out
}

func params(list []Param) []loadtest.Param {
	var out []loadtest.Param
	for _, p := range list {
		if p.Name != "" || p.Value != "" {
			out = append(out, loadtest.Param{Name: p.Name, Value: p.Value, AllowReserved: p.Reserved})
		}
	}
	return out
}

func (r *reader) body(at string, b Body) *loadtest.Body {
	if b.Kind == "" {
		return nil
	}
	out := &loadtest.Body{Kind: loadtest.BodyKind(b.Kind), MediaType: strings.TrimSpace(b.MediaType)}
	switch out.Kind {
	case loadtest.BodyForm, loadtest.BodyMultipart:
		for _, f := range b.Fields {
			if f != (Field{}) {
				out.Fields = append(out.Fields, loadtest.Field(f))
			}
		}
	case loadtest.BodyBinary:
		out.Base64 = strings.TrimSpace(b.Base64)
	default:
		out.Text = b.Text
		r.json(at+".text", out.MediaType, out.Text)
	}
	return out
}

// json refuses a JSON body that is not JSON: the target would answer every
// request with the same error.
func (r *reader) json(at, mediaType, text string) {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil || (kind != "application/json" && !strings.HasSuffix(kind, "+json")) || json.Valid([]byte(text)) {
		return
	}
	var v any
	r.Add(at, "plan.form.json", "This is not valid JSON: {{.Detail}}. To send it as it is, change the media type.",
		"Detail", json.Unmarshal([]byte(text), &v).Error())
}

// variants checks how many variants are asked for: they are made by others.
func (r *reader) variants(field, text string) {
	if n := r.whole(field, text); n < 0 || n > loadtest.MaxVariants {
		r.Add(field, "plan.form.variants", "Use a number of variants up to {{.Max}}.", "Max", loadtest.MaxVariants)
	}
}

func (r *reader) whole(field, text string) int {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		r.Add(field, "plan.form.whole", "“{{.Value}}” is not a whole number.", "Value", text)
	}
	return n
}

func (r *reader) number(field, text string) float64 {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		r.Add(field, "plan.form.number", "“{{.Value}}” is not a number.", "Value", text)
		return 0
	}
	return n
}

// millis reads a response time that a run can stay below.
func (r *reader) millis(field, text string) float64 {
	n := r.number(field, text)
	if n <= 0 {
		r.Add(field, "plan.form.above_zero", "Use a number above 0.")
	}
	return n
}

// percent reads a share that a run can stay below.
func (r *reader) percent(field, text string) float64 {
	n := r.number(field, text)
	if n <= 0 || n > 100 {
		r.Add(field, "plan.form.percent", "Use a number above 0 and at most 100. To allow no error at all, add the threshold http_req_failed rate==0.")
	}
	return n
}

func (r *reader) duration(field, text string) domain.Duration {
	if strings.TrimSpace(text) == "" {
		return domain.Duration{}
	}
	d, err := domain.ParseDuration(text)
	if err != nil {
		r.Add(field, "errors.duration", "“{{.Value}}” is not a duration. Write it like 30s, 2m or 1h30m.", "Value", text)
	}
	return d
}

func join(parts ...any) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteByte('.')
		}
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case int:
			b.WriteString(strconv.Itoa(p))
		}
	}
	return b.String()
}
