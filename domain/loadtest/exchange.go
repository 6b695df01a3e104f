package loadtest

import (
	"time"

	"plog.dev/plog/domain"
)

// MaxExchangeBody is how much of a response's body an Exchange keeps, in bytes.
const MaxExchangeBody = 256 << 10

// Exchange is one request that was really sent, as k6 sent it, and how it was
// answered. Secrets are masked in it.
type Exchange struct {
	At       StepAt         `json:"at"`
	Scenario string         `json:"scenario,omitempty"`
	Step     string         `json:"step"` // its label
	Path     string         `json:"path"` // its template
	Request  SentRequest    `json:"request"`
	Response *Response      `json:"response,omitempty"` // nil when there was none
	Problem  domain.Message `json:"problem,omitzero"`   // why there was none: refused, unknown host, timeout
	Expected bool           `json:"expected"`           // the status is one that the step counts as good
	// Suggested are the values that were sent instead of the plan's own.
	Suggested []Suggestion `json:"suggested,omitempty"`
}

// StepAt is where a step stands in its plan, both counted from 0.
type StepAt struct {
	Scenario int `json:"scenario"`
	Step     int `json:"step"`
}

// Suggestion is a path parameter's value that the answer to another step gave.
type Suggestion struct {
	Param   string `json:"param"`
	Value   string `json:"value"`
	Instead string `json:"instead"` // the plan's own value
	From    string `json:"from"`    // the label of the step that was answered with it
	// Gone is true when a later step of the trial deleted what Value names.
	Gone bool `json:"gone,omitempty"`
}

// SentRequest is what went out.
type SentRequest struct {
	Method  string  `json:"method"`
	URL     string  `json:"url"`
	Headers []Param `json:"headers,omitempty"` // sorted by name
	Body    string  `json:"body,omitempty"`    // at most MaxExchangeBody; "" for none; any bytes
}

// Response is what came back; after redirects, the last one.
type Response struct {
	Status    int     `json:"status"`
	Text      string  `json:"text,omitempty"`     // the status in words, such as "200 OK"
	Protocol  string  `json:"protocol,omitempty"` // such as HTTP/2.0
	RemoteIP  string  `json:"remote_ip,omitempty"`
	URL       string  `json:"url,omitempty"`     // where redirects led; "" without any
	Headers   []Param `json:"headers,omitempty"` // sorted by name; k6 joins repeated ones with a comma
	Body      []byte  `json:"body,omitempty"`    // at most MaxExchangeBody, decompressed
	Bytes     int64   `json:"bytes"`             // of the whole body, decompressed
	Truncated bool    `json:"truncated,omitempty"`
	Timings   Timings `json:"timings"`
}

// Timings are the parts of one request's time, Total their sum. k6 tells
// looking up and waiting for a free connection together with connecting as
// "blocked"; Lookup is what is left of it (blocked − connecting − TLS), which
// for the first request of a connection is the name's look-up. On a connection
// that was open already Lookup, Connect and TLS are 0 or next to it.
type Timings struct {
	Lookup  time.Duration `json:"lookup_ns"`
	Connect time.Duration `json:"connect_ns"`
	TLS     time.Duration `json:"tls_ns"`
	Send    time.Duration `json:"send_ns"`
	Wait    time.Duration `json:"wait_ns"`    // until the first byte
	Receive time.Duration `json:"receive_ns"` // until the last one
	Total   time.Duration `json:"total_ns"`
}
