// Package loadtest holds the words of a load test, as k6 spells them: plan,
// scenario, executor, stage, step, threshold, run, verdict. It does no I/O.
package loadtest

import (
	"time"

	"plog.dev/plog/domain"
)

// Plan is the saved configuration of a load test. It is versioned, and frozen
// into each run that is made of it.
type Plan struct {
	ID         domain.PlanID     `json:"id,omitempty" yaml:"-"`
	ProjectID  domain.ProjectID  `json:"project_id,omitempty" yaml:"-"`
	SourceID   domain.SourceID   `json:"source_id,omitempty" yaml:"-"`
	DocumentID domain.DocumentID `json:"document_id,omitempty" yaml:"-"`
	Name       string            `json:"name" yaml:"name"`
	Version    int               `json:"version,omitempty" yaml:"-"` // 1 for the first save

	BaseURL string   `json:"base_url" yaml:"base_url"` // http(s)://host[:port][/prefix]
	Headers []Header `json:"headers,omitempty" yaml:"headers,omitempty"`
	// Auth is how requests say who calls; CredentialsOf says which carry what.
	Auth       []Credential `json:"auth,omitempty" yaml:"auth,omitempty"`
	Scenarios  []Scenario   `json:"scenarios" yaml:"scenarios"`
	Thresholds []Threshold  `json:"thresholds,omitempty" yaml:"thresholds,omitempty"`
	Options    Options      `json:"options" yaml:"options,omitempty"`

	CreatedAt time.Time `json:"created_at,omitzero" yaml:"-"`
	UpdatedAt time.Time `json:"updated_at,omitzero" yaml:"-"`
}

// Header is sent with every request of a plan. A secret one is encrypted at
// rest, masked wherever it is shown, and reaches k6 through its environment.
type Header struct {
	Name   string `json:"name" yaml:"name"`
	Value  string `json:"value" yaml:"value"`
	Secret bool   `json:"secret,omitempty" yaml:"secret,omitempty"`
}

// Options are the settings of the generator that are not about the load.
type Options struct {
	Timeout           domain.Duration `json:"timeout_ms,omitzero" yaml:"timeout,omitempty"` // per request; 0 is k6's 60 s
	InsecureTLS       bool            `json:"insecure_tls,omitempty" yaml:"insecure_tls,omitempty"`
	NoConnectionReuse bool            `json:"no_connection_reuse,omitempty" yaml:"no_connection_reuse,omitempty"`
	MaxRedirects      *int            `json:"max_redirects,omitempty" yaml:"max_redirects,omitempty"` // nil is k6's 10
}

// Executor is how a scenario makes load, by k6's names.
type Executor string

// The executors PLOG offers.
const (
	ConstantVUs         Executor = "constant-vus"
	RampingVUs          Executor = "ramping-vus"
	ConstantArrivalRate Executor = "constant-arrival-rate"
	RampingArrivalRate  Executor = "ramping-arrival-rate"
	SharedIterations    Executor = "shared-iterations"
	PerVUIterations     Executor = "per-vu-iterations"
)

// Order is what one iteration of a scenario sends.
type Order string

const (
	// Rotate sends one step per iteration, the steps taking turns by weight, so
	// that a rate of iterations is a rate of requests.
	Rotate Order = "rotate"
	// Journey sends all steps in order in each iteration.
	Journey Order = "journey"
)

// Scenario is one stream of load with its steps.
type Scenario struct {
	Name         string          `json:"name" yaml:"name"` // letters, digits, _ and -, as k6 wants
	Executor     Executor        `json:"executor" yaml:"executor"`
	VUs          int             `json:"vus,omitempty" yaml:"vus,omitempty"`   // VUs, or the start of ramping-vus
	Rate         float64         `json:"rate,omitempty" yaml:"rate,omitempty"` // iterations per second, or the start of ramping-arrival-rate
	Duration     domain.Duration `json:"duration_ms,omitzero" yaml:"duration,omitempty"`
	Stages       []Stage         `json:"stages,omitempty" yaml:"stages,omitempty"`
	Iterations   int             `json:"iterations,omitempty" yaml:"iterations,omitempty"`         // the iterations executors
	PreVUs       int             `json:"pre_vus,omitempty" yaml:"pre_vus,omitempty"`               // arrival-rate; 0 lets PLOG choose
	MaxVUs       int             `json:"max_vus,omitempty" yaml:"max_vus,omitempty"`               // arrival-rate; 0 lets PLOG choose
	StartTime    domain.Duration `json:"start_time_ms,omitzero" yaml:"start_time,omitempty"`       // after the run's start
	GracefulStop domain.Duration `json:"graceful_stop_ms,omitzero" yaml:"graceful_stop,omitempty"` // 0 is k6's 30 s
	ThinkTime    domain.Duration `json:"think_time_ms,omitzero" yaml:"think_time,omitempty"`       // pause after each step
	Order        Order           `json:"order,omitempty" yaml:"order,omitempty"`                   // empty is Rotate
	Steps        []Step          `json:"steps" yaml:"steps"`
}

// Stage moves the load to Target (VUs, or iterations per second) within Duration.
type Stage struct {
	Duration domain.Duration `json:"duration_ms" yaml:"duration"`
	Target   float64         `json:"target" yaml:"target"`
}

// Step is one request of a scenario, made from an operation.
type Step struct {
	Name    string  `json:"name,omitempty" yaml:"name,omitempty"` // empty is "METHOD /path/{template}"
	Method  string  `json:"method" yaml:"method"`
	Path    string  `json:"path" yaml:"path"`                             // the template, such as /pets/{id}
	BaseURL string  `json:"base_url,omitempty" yaml:"base_url,omitempty"` // empty is the plan's
	Weight  int     `json:"weight,omitempty" yaml:"weight,omitempty"`     // for Rotate; 0 is 1
	Request Request `json:"request" yaml:"request,omitempty"`
	// Variants, when there are any, are sent instead of Request, one after the
	// other, so that a cache is not all that is tested. They are made from it.
	Variants []Request `json:"variants,omitempty" yaml:"variants,omitempty"`
	// Auth are the schemes of the plan's credentials that the request carries;
	// those the plan has none for are left out. Nil is all of them, see
	// CredentialsOf; empty is none.
	Auth []string `json:"auth,omitzero" yaml:"auth,omitzero"`
	// ExpectStatus makes a check of the response's status and counts any other
	// as failed; empty expects 200–399 as k6 does.
	ExpectStatus []int `json:"expect_status,omitempty" yaml:"expect_status,omitempty"`
}

// Label returns the step's name, by default "METHOD /path/{template}".
func (s Step) Label() string {
	if s.Name != "" {
		return s.Name
	}
	return s.Method + " " + s.Path
}

// Request is what a step sends besides method and path. Values are raw: the
// script encodes each for its place.
type Request struct {
	PathParams []Param `json:"path_params,omitempty" yaml:"path_params,omitempty"`
	Query      []Param `json:"query,omitempty" yaml:"query,omitempty"` // repeated names are sent repeatedly
	Headers    []Param `json:"headers,omitempty" yaml:"headers,omitempty"`
	Cookies    []Param `json:"cookies,omitempty" yaml:"cookies,omitempty"`
	Body       *Body   `json:"body,omitempty" yaml:"body,omitempty"`
}

// Param is a named value. AllowReserved leaves reserved characters as they are.
type Param struct {
	Name          string `json:"name" yaml:"name"`
	Value         string `json:"value" yaml:"value"`
	AllowReserved bool   `json:"allow_reserved,omitempty" yaml:"allow_reserved,omitempty"`
}

// BodyKind says how a Body is encoded.
type BodyKind string

// The kinds of body.
const (
	BodyRaw       BodyKind = "raw"       // Text as it is: JSON, XML, text
	BodyForm      BodyKind = "form"      // Fields as application/x-www-form-urlencoded
	BodyMultipart BodyKind = "multipart" // Fields as multipart/form-data
	BodyBinary    BodyKind = "binary"    // Base64 decoded
)

// Body is a request body.
type Body struct {
	Kind      BodyKind `json:"kind" yaml:"kind"`
	MediaType string   `json:"media_type,omitempty" yaml:"media_type,omitempty"` // without a multipart boundary
	Text      string   `json:"text,omitempty" yaml:"text,omitempty"`
	Base64    string   `json:"base64,omitempty" yaml:"base64,omitempty"`
	Fields    []Field  `json:"fields,omitempty" yaml:"fields,omitempty"`
}

// Field is one field of a form or one part of a multipart body; a part with a
// FileName is sent as a file.
type Field struct {
	Name      string `json:"name" yaml:"name"`
	Value     string `json:"value,omitempty" yaml:"value,omitempty"`
	Base64    string `json:"base64,omitempty" yaml:"base64,omitempty"`
	FileName  string `json:"file_name,omitempty" yaml:"file_name,omitempty"`
	MediaType string `json:"media_type,omitempty" yaml:"media_type,omitempty"`
}

// Threshold is a limit in k6's syntax: Metric is "http_req_duration" or
// "http_req_duration{name:GET /pets}", Expression is "p(95)<500".
type Threshold struct {
	Metric      string `json:"metric" yaml:"metric"`
	Expression  string `json:"expression" yaml:"expression"`
	AbortOnFail bool   `json:"abort_on_fail,omitempty" yaml:"abort_on_fail,omitempty"` // ends the run when crossed
	// DelayAbort is how long AbortOnFail waits from the run's start.
	DelayAbort domain.Duration `json:"delay_abort_ms,omitzero" yaml:"delay_abort,omitempty"`
}
