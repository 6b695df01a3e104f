// Package plan shows load-test plans: the quick form beside a project's
// operations, the full form of a saved plan, and the list of plans.
package plan

import (
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/trial"
)

// Form is a plan as it stands in a form: text, so that what cannot be read is
// shown again as it was typed. Its field names are those of domain errors with
// indexes in brackets: "scenarios[0].vus".
type Form struct {
	Action     string   `form:"action"`
	Source     string   `form:"source"`
	Document   string   `form:"document"`
	Version    int      `form:"version"`
	Name       string   `form:"name"`
	BaseURL    string   `form:"base_url"`
	Operations []string `form:"op"` // "GET /pets" of the quick form
	// Requests are those that a person edited, as JSON, by their operation.
	Requests   map[string]string `form:"-"`
	P95        string            `form:"p95"`
	ErrorRate  string            `form:"error_rate"` // percent
	Headers    []Header          `form:"headers"`
	Auth       []Credential      `form:"auth"`
	AddAuth    string            `form:"add_auth"` // the scheme that ActionAddAuth appends
	Thresholds []Threshold       `form:"thresholds"`
	Scenarios  []Scenario        `form:"scenarios"`

	// How the quick form makes requests.
	Optional bool   `form:"optional"` // with what an operation does not need, too
	Variants string `form:"variants"` // how many different ones of each operation; empty is one

	// What becomes of the plan's requests before its run.
	Preflight    string             `form:"preflight"`     // "on" to try each once first
	Failing      []string           `form:"failing"`       // the steps that will only produce errors, as they were found to
	Suggested    []trial.Suggestion `form:"suggest"`       // the values that they were good with instead
	UseSuggested string             `form:"use_suggested"` // "on" to take them over
	Tried        *trial.Preflight   `form:"-"`             // what trying them said just now; nil before

	Timeout           string `form:"timeout"`
	MaxRedirects      string `form:"max_redirects"`
	InsecureTLS       bool   `form:"insecure_tls"`
	NoConnectionReuse bool   `form:"no_connection_reuse"`
}

// Header is a header of the plan. A kept one has a stored secret value that
// an empty Value leaves as it is.
type Header struct {
	Name   string `form:"name"`
	Value  string `form:"value"`
	Secret bool   `form:"secret"`
	Kept   bool   `form:"kept"`
}

// Threshold is a limit in k6's syntax.
type Threshold struct {
	Metric     string `form:"metric"`
	Expression string `form:"expression"`
	Abort      bool   `form:"abort"`
	Delay      string `form:"delay"`
}

// Scenario is one stream of load. The fields of the executors that are not
// chosen keep their values, so that changing one's mind loses nothing.
type Scenario struct {
	Name         string  `form:"name"`
	Executor     string  `form:"executor"`
	VUs          string  `form:"vus"`
	StartVUs     string  `form:"start_vus"`
	Rate         string  `form:"rate"`
	StartRate    string  `form:"start_rate"`
	Duration     string  `form:"duration"`
	Iterations   string  `form:"iterations"`
	PreVUs       string  `form:"pre_vus"`
	MaxVUs       string  `form:"max_vus"`
	StartTime    string  `form:"start_time"`
	GracefulStop string  `form:"graceful_stop"`
	ThinkTime    string  `form:"think_time"`
	Order        string  `form:"order"`
	Stages       []Stage `form:"stages"`
	Steps        []Step  `form:"steps"`
	Add          string  `form:"add"`  // the operation that "step-add" appends
	Open         bool    `form:"open"` // its further settings are unfolded
}

// Stage is one stretch of a ramp.
type Stage struct {
	Duration string `form:"duration"`
	Target   string `form:"target"`
}

// Step is one request of a scenario.
type Step struct {
	Name       string  `form:"name"`
	Method     string  `form:"method"`
	Path       string  `form:"path"`
	Weight     string  `form:"weight"`
	Expect     string  `form:"expect"` // "200, 201"
	PathParams []Param `form:"path_params"`
	Query      []Param `form:"query"`
	Headers    []Param `form:"headers"`
	Cookies    []Param `form:"cookies"`
	Body       Body    `form:"body"`
	BaseURL    string  `form:"base_url"`
	Auth       string  `form:"auth"`     // see authText
	Variants   string  `form:"variants"` // how many
	From       string  `form:"from"`     // where in the stored plan it was, such as "0.3"
	Open       bool    `form:"open"`     // it is unfolded
}

// Param is a named value of a request.
type Param struct {
	Name     string `form:"name"`
	Value    string `form:"value"`
	Reserved bool   `form:"reserved"`
}

// Body is a request body; an empty Kind is none.
type Body struct {
	Kind      string  `form:"kind"`
	MediaType string  `form:"media_type"`
	Text      string  `form:"text"`
	Base64    string  `form:"base64"`
	Fields    []Field `form:"fields"`
}

// Field is one field of a form body or one part of a multipart body.
type Field struct {
	Name      string `form:"name"`
	Value     string `form:"value"`
	Base64    string `form:"base64"`
	FileName  string `form:"file_name"`
	MediaType string `form:"media_type"`
}

// NewForm returns the form a newcomer starts with: ten virtual users for half
// a minute, p95 below 500 ms, errors below one percent.
func NewForm() Form {
	return Form{P95: "500", ErrorRate: "1", Preflight: "on", Scenarios: []Scenario{NewScenario()}}
}

// NewScenario returns a scenario with values for every executor.
func NewScenario() Scenario {
	return Scenario{
		Executor: string(loadtest.ConstantVUs), Order: string(loadtest.Rotate),
		VUs: "10", StartVUs: "0", Rate: "20", StartRate: "0", Duration: "30s", Iterations: "100",
		Stages: []Stage{{"15s", "20"}, {"30s", "20"}, {"15s", "0"}},
	}
}
