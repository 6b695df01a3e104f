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
	Scenario string         `json:"scenario,omitempty"`
	Step     string         `json:"step"` // its label
	Request  SentRequest    `json:"request"`
	Response *Response      `json:"response,omitempty"` // nil when there was none
	Problem  domain.Message `json:"problem,omitzero"`   // why there was none: refused, unknown host, timeout
	Expected bool           `json:"expected"`           // the status is one that the step counts as good
}

// SentRequest is what went out.
type SentRequest struct {
	Method  string  `json:"method"`
	URL     string  `json:"url"`
	Headers []Param `json:"headers,omitempty"`
	Body    string  `json:"body,omitempty"` // at most MaxExchangeBody; "" for none
}

// Response is what came back.
type Response struct {
	Status    int     `json:"status"`
	Text      string  `json:"text,omitempty"`     // the status in words, such as "200 OK"
	Protocol  string  `json:"protocol,omitempty"` // such as HTTP/2.0
	RemoteIP  string  `json:"remote_ip,omitempty"`
	Headers   []Param `json:"headers,omitempty"`
	Body      []byte  `json:"body,omitempty"` // at most MaxExchangeBody
	Bytes     int64   `json:"bytes"`          // of the whole body
	Truncated bool    `json:"truncated,omitempty"`
	Timings   Timings `json:"timings"`
}

// Timings are the parts of one request's time. k6 tells looking up and waiting
// for a free connection together with connecting; Lookup is what is left of it
// (blocked − connecting − TLS), which for the first request of a connection is
// the name's look-up.
type Timings struct {
	Lookup  time.Duration `json:"lookup_ns"`
	Connect time.Duration `json:"connect_ns"`
	TLS     time.Duration `json:"tls_ns"`
	Send    time.Duration `json:"send_ns"`
	Wait    time.Duration `json:"wait_ns"`    // until the first byte
	Receive time.Duration `json:"receive_ns"` // until the last one
	Total   time.Duration `json:"total_ns"`
}
