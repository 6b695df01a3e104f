package metrics

import "time"

// Latency is a distribution of http_req_duration in milliseconds, unrounded.
type Latency struct {
	Min  float64 `json:"min"`
	Avg  float64 `json:"avg"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// Summary are the figures of a whole run. Rates of error are ratios 0–1.
type Summary struct {
	Requests     uint64   `json:"requests"`
	Failed       uint64   `json:"failed"`
	ErrorRate    float64  `json:"error_rate"`
	TPS          float64  `json:"tps"` // Requests / the seconds from the first's beginning to the last's end, at least 1
	Iterations   uint64   `json:"iterations"`
	Dropped      uint64   `json:"dropped_iterations"`
	VUsMax       int      `json:"vus_max"`       // most VUs active at once
	Latency      *Latency `json:"latency_ms"`    // nil without requests
	DataSent     uint64   `json:"data_sent"`     // bytes
	DataReceived uint64   `json:"data_received"` // bytes
}

// Operation are the figures of one step name within one scenario.
type Operation struct {
	Name      string            `json:"name"`
	Method    string            `json:"method"`
	Path      string            `json:"path"` // the template
	Scenario  string            `json:"scenario"`
	Requests  uint64            `json:"requests"`
	Failed    uint64            `json:"failed"`
	ErrorRate float64           `json:"error_rate"`
	TPS       float64           `json:"tps"`
	Latency   *Latency          `json:"latency_ms"`
	Phases    *Phases           `json:"phases_ms,omitempty"` // means per request
	Statuses  map[string]uint64 `json:"statuses"`
	Spark     []float64         `json:"spark,omitempty"` // p95 of at most 60 equal parts of the time since the first sight; NaN-free: -1 is a gap
}

// Point is one second of a run, merged over instances and operations. Nil
// figures had no data: a gap. Rev is the Aggregate's revision that last
// changed it, so that a reader can ask for what is new since.
type Point struct {
	Second     int64             `json:"t"` // Unix
	Rev        uint64            `json:"-"`
	Requests   uint64            `json:"requests"`
	Failed     uint64            `json:"failed"`
	Iterations uint64            `json:"iterations"`
	Dropped    uint64            `json:"dropped"`
	P50        *float64          `json:"p50"` // ms
	P95        *float64          `json:"p95"`
	P99        *float64          `json:"p99"`
	VUs        *float64          `json:"vus"`
	Statuses   map[string]uint64 `json:"statuses,omitempty"` // by class: "2xx", "3xx", "4xx", "5xx", "none"
}

// Now are the figures of the last complete second, for the live tiles; nil is
// no data.
type Now struct {
	TPS        *float64
	ErrorRate  *float64
	P50        *float64
	P95        *float64
	P99        *float64
	VUs        *float64
	Iterations *float64 // per second
}

// ErrorGroup is failures of one kind on one operation.
type ErrorGroup struct {
	Operation string    `json:"operation"`
	Status    string    `json:"status"`     // "0" when no response came
	ErrorCode string    `json:"error_code"` // k6's, such as 1212
	Error     string    `json:"error"`      // k6's text, or the status's name
	Count     uint64    `json:"count"`
	First     time.Time `json:"first"`
	Last      time.Time `json:"last"`
	Sample    *Sample   `json:"sample,omitempty"`
}

// CheckResult counts a check's outcomes.
type CheckResult struct {
	Name   string `json:"name"`
	Passes uint64 `json:"passes"`
	Fails  uint64 `json:"fails"`
}

// ThresholdResult is a threshold evaluated on everything so far. Value is nil
// when the metric had no data; k6 counts that as passed.
type ThresholdResult struct {
	Metric     string   `json:"metric"`
	Expression string   `json:"expression"`
	Value      *float64 `json:"value"`
	Passed     bool     `json:"passed"`
	Abort      bool     `json:"-"` // crossed, asks to end the run, and its delay is over
}

// Custom is a metric of the script's own.
type Custom struct {
	Name    string   `json:"name"`
	Kind    Kind     `json:"kind"`
	Time    bool     `json:"time"`
	Count   uint64   `json:"count"`
	Value   float64  `json:"value"` // counter: sum; gauge: last; rate: ratio of true 0–1; trend: mean
	Latency *Latency `json:"distribution,omitempty"`
}

// Generator is the load generators' own health.
type Generator struct {
	Instances   int           `json:"instances"`
	CPU         float64       `json:"cpu"`      // cores now, summed
	CPUMax      float64       `json:"cpu_max"`  // worst share 0–1 of its cores of any instance at any time
	CPUMean     float64       `json:"cpu_mean"` // mean share 0–1 of its cores of the instance where it is worst
	CPUs        int           `json:"cpus"`
	MemoryBytes uint64        `json:"memory_bytes"` // now, summed
	LoopLagMax  time.Duration `json:"loop_lag_max_ns"`
	LostSamples uint64        `json:"lost_samples"`
	LostSeries  uint64        `json:"lost_series"`
	LastSeen    time.Time     `json:"last_seen"` // newest batch, by PLOG's clock
	Final       int           `json:"final"`     // instances that said their last
}

// Snapshot is everything an Aggregate knows, at one moment. It shares nothing
// that changes: it may be kept and read from anywhere.
type Snapshot struct {
	Rev        uint64            `json:"-"`
	First      time.Time         `json:"first"` // the first second with data
	Last       time.Time         `json:"last"`
	Overall    Summary           `json:"overall"`
	Now        Now               `json:"-"`
	Operations []Operation       `json:"operations"`
	Points     []Point           `json:"points"` // by second, without holes
	Errors     []ErrorGroup      `json:"errors"` // most frequent first
	Checks     []CheckResult     `json:"checks"`
	Thresholds []ThresholdResult `json:"thresholds"`
	Custom     []Custom          `json:"custom"`
	Generator  Generator         `json:"generator"`
	Statuses   map[string]uint64 `json:"statuses"` // exact codes over the run
}
