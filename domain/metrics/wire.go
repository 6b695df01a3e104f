package metrics

import "time"

// IngestVersion is the version of the batch format. Instances send it in the
// header IngestVersionHeader; PLOG answers 400 to any other.
const (
	IngestVersion       = "1"
	IngestVersionHeader = "Plog-Ingest-Version"
)

// Kind is the kind of a metric, by k6's names.
type Kind string

// The kinds.
const (
	Counter Kind = "counter" // Sum is what was added
	Gauge   Kind = "gauge"   // Last, Min and Max
	Rate    Kind = "rate"    // Count values of which Failed were zero ("false")
	Trend   Kind = "trend"   // Count, Sum, Min, Max and Hist
)

// HTTP is the metric whose rollups stand for all http_req_* metrics of a
// request: Count is http_reqs, Failed is http_req_failed, the histogram is
// http_req_duration, Phases are the means of its parts.
const HTTP = "http_req_duration"

// Span is the metric, a Gauge, that says exactly when an instance's requests
// ran: Min is when the first of those that ended in a second had begun, Max and
// Last when the last ended, in Unix seconds with fractions by PLOG's clock.
// Without it whole seconds are measured. An instance must keep its clock from
// stepping, since a pause in the load and a step look alike here.
const Span = "http_req_span"

// TagSeparator stands between the tags of Series.Tags.
const TagSeparator = "\x1f"

// Series names one line of numbers: a k6 metric with the tags PLOG keeps. It is
// comparable, so it can be a map's key. Empty fields are absent tags.
type Series struct {
	Metric    string `json:"m"`
	Scenario  string `json:"sc,omitempty"`
	Group     string `json:"g,omitempty"`  // k6's "::outer::inner"
	Name      string `json:"n,omitempty"`  // the step's name, "METHOD /path/{template}"
	Method    string `json:"me,omitempty"` // GET …
	Status    string `json:"st,omitempty"` // "200"; "0" when no response came
	Expected  string `json:"ex,omitempty"` // expected_response: "true" or "false"
	ErrorCode string `json:"ec,omitempty"` // k6's error_code
	Error     string `json:"er,omitempty"` // k6's error text, bounded in variety by the sender
	Check     string `json:"ch,omitempty"`
	Tags      string `json:"t,omitempty"` // a script's own tags, "k=v" sorted and joined by "\x1f"
}

// Rollup is what one instance saw of one series in one second. A second may
// come in several parts; parts are merged, never replaced. Times are
// milliseconds, sizes bytes, as k6 measures them.
type Rollup struct {
	Series   Series  `json:"s"`
	Instance string  `json:"-"`  // the batch's
	Second   int64   `json:"at"` // Unix seconds by PLOG's clock
	Kind     Kind    `json:"k"`
	Time     bool    `json:"ti,omitempty"` // the values are milliseconds
	Count    uint64  `json:"c,omitempty"`
	Failed   uint64  `json:"f,omitempty"`
	Sum      float64 `json:"su,omitempty"`
	Min      float64 `json:"mi,omitempty"`
	Max      float64 `json:"ma,omitempty"`
	Last     float64 `json:"l,omitempty"`
	Hist     []byte  `json:"h,omitempty"` // Histogram.Encode
	Phases   *Phases `json:"p,omitempty"` // of HTTP only
}

// Phases are the sums in milliseconds of a request's parts over a rollup.
type Phases struct {
	Blocked    float64 `json:"b"`
	Connecting float64 `json:"c"`
	TLS        float64 `json:"t"`
	Sending    float64 `json:"s"`
	Waiting    float64 `json:"w"`
	Receiving  float64 `json:"r"`
}

// LogLine is one line that k6 or the script logged.
type LogLine struct {
	At    time.Time `json:"at"`
	Level string    `json:"level"` // debug, info, warning, error
	Text  string    `json:"text"`
}

// Sample is an example of a failed response, for the report's error table.
type Sample struct {
	At     time.Time `json:"at"`
	Name   string    `json:"name"`
	Status string    `json:"status"`
	Error  string    `json:"error,omitempty"` // k6's error text when no response came
	Body   string    `json:"body,omitempty"`  // at most 2 KiB
	URL    string    `json:"url,omitempty"`
}

// Heartbeat is the generator's own health over the last interval.
type Heartbeat struct {
	At           time.Time     `json:"at"`           // by PLOG's clock, as the instance estimates it
	CPU          float64       `json:"cpu"`          // cores used, 1.0 is one core
	CPUs         int           `json:"cpus"`         // cores the instance may use
	MemoryBytes  uint64        `json:"memory_bytes"` // resident set
	LoopLag      time.Duration `json:"loop_lag_ns"`  // how late a 100 ms timer of the process fired, at worst
	DroppedIters uint64        `json:"dropped_iterations"`
	LostSamples  uint64        `json:"lost_samples"` // since the start, for want of buffer
	LostSeries   uint64        `json:"lost_series"`  // samples folded together because there were too many series
	Buffered     int           `json:"buffered"`     // batches waiting to be sent
}

// Batch is what one instance reports at once. Seq counts an instance's batches
// from 1; the same (instance, seq) again changes nothing.
type Batch struct {
	Instance  string     `json:"instance"`
	Seq       uint64     `json:"seq"`
	SentAt    time.Time  `json:"sent_at"` // by PLOG's clock, as the instance estimates it
	Rollups   []Rollup   `json:"rollups,omitempty"`
	Logs      []LogLine  `json:"logs,omitempty"`
	Samples   []Sample   `json:"samples,omitempty"`
	Heartbeat *Heartbeat `json:"heartbeat,omitempty"`
	Final     bool       `json:"final,omitempty"` // the instance has nothing more to say
}

// Reply is PLOG's answer to a batch and at the gate.
type Reply struct {
	Ack    uint64    `json:"ack"`              // the highest sequence number stored
	Now    time.Time `json:"now"`              // PLOG's clock, to align the instance's
	Stop   bool      `json:"stop,omitempty"`   // end gracefully
	Reason string    `json:"reason,omitempty"` // why to stop
	Go     bool      `json:"go,omitempty"`     // at the gate: start at StartAt
	// StartInMS is how long to wait before the load starts, so that all instances start together.
	StartInMS float64 `json:"start_in_ms,omitempty"`
}
