package metrics

import (
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// Aggregation is the figure of a metric that a threshold limits.
type Aggregation string

// The aggregations.
const (
	Avg        Aggregation = "avg"
	Min        Aggregation = "min"
	Med        Aggregation = "med"
	Max        Aggregation = "max"
	Percentile Aggregation = "p"     // p(95)
	Count      Aggregation = "count" // a counter's sum
	RateOf     Aggregation = "rate"  // a counter's sum per second, or the ratio of true values
	Value      Aggregation = "value" // a gauge's
)

// Operator compares a threshold's figure with its limit.
type Operator string

// The operators; k6's === is Equal.
const (
	Less         Operator = "<"
	LessEqual    Operator = "<="
	Greater      Operator = ">"
	GreaterEqual Operator = ">="
	Equal        Operator = "=="
	NotEqual     Operator = "!="
)

// Tag is one condition of a sub-metric.
type Tag struct{ Key, Value string }

// Threshold is a loadtest.Threshold that was understood.
type Threshold struct {
	Metric      string // without tags
	Tags        []Tag  // all must match; empty matches everything
	Aggregation Aggregation
	Percent     float64 // of Percentile: 0–100
	Operator    Operator
	Limit       float64
}

// Kind returns the kind of the threshold's metric; "" if it is a script's own.
func (t Threshold) Kind() Kind { return builtinKind(t.Metric) }

// Source returns the metric of the rollups that the threshold's figure is read
// from: HTTP for http_reqs and http_req_failed, else the metric itself.
func (t Threshold) Source() string {
	switch t.Metric {
	case "http_reqs", "http_req_failed":
		return HTTP
	}
	return t.Metric
}

// Matches reports whether rollups of s count for the threshold.
func (t Threshold) Matches(s Series) bool {
	if s.Metric != t.Source() {
		return false
	}
	for _, tag := range t.Tags {
		if v, ok := s.Tag(tag.Key); !ok || v != tag.Value {
			return false
		}
	}
	return true
}

// Holds reports whether value is within the limit.
func (t Threshold) Holds(value float64) bool {
	switch t.Operator {
	case Less:
		return value < t.Limit
	case LessEqual:
		return value <= t.Limit
	case Greater:
		return value > t.Limit
	case GreaterEqual:
		return value >= t.Limit
	case NotEqual:
		return value != t.Limit
	}
	return value == t.Limit
}

// Tag returns the value of the tag that k6 calls key, and whether the series has it.
func (s Series) Tag(key string) (string, bool) {
	var v string
	switch key {
	case "scenario":
		v = s.Scenario
	case "group":
		v = s.Group
	case "name":
		v = s.Name
	case "method":
		v = s.Method
	case "status":
		v = s.Status
	case "expected_response":
		v = s.Expected
	case "error_code":
		v = s.ErrorCode
	case "error":
		v = s.Error
	case "check":
		v = s.Check
	default:
		for tag := range strings.SplitSeq(s.Tags, TagSeparator) {
			if k, own, ok := strings.Cut(tag, "="); ok && k == key {
				return own, true
			}
		}
		return "", false
	}
	return v, v != ""
}

// ThresholdTrends returns the http_req_* metrics other than http_req_duration
// that thresholds limit. Instances must be told to report them, since an HTTP
// rollup only carries the sums of a request's phases. What does not parse is
// left out.
func ThresholdTrends(thresholds []loadtest.Threshold) []string {
	var out []string
	seen := map[string]bool{HTTP: true}
	for _, t := range thresholds {
		p, err := ParseThreshold(t.Metric, t.Expression)
		if err != nil || seen[p.Metric] || p.Kind() != Trend || !strings.HasPrefix(p.Metric, "http_req_") {
			continue
		}
		seen[p.Metric] = true
		out = append(out, p.Metric)
	}
	return out
}

// builtinKind returns the kind of a metric that k6 brings, "" for any other.
func builtinKind(metric string) Kind {
	switch metric {
	case "http_reqs", "iterations", "dropped_iterations", "data_sent", "data_received",
		"ws_sessions", "ws_msgs_sent", "ws_msgs_received":
		return Counter
	case "http_req_failed", "checks":
		return Rate
	case "vus", "vus_max":
		return Gauge
	case HTTP, "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking",
		"http_req_sending", "http_req_waiting", "http_req_receiving",
		"iteration_duration", "group_duration", "grpc_req_duration",
		"ws_ping", "ws_session_duration", "ws_connecting":
		return Trend
	}
	return ""
}

// aggregationsOf returns what a threshold may say about a metric of kind k, all
// when k is unknown.
func aggregationsOf(k Kind) []Aggregation {
	switch k {
	case Counter:
		return []Aggregation{Count, RateOf}
	case Rate:
		return []Aggregation{RateOf}
	case Gauge:
		return []Aggregation{Value}
	case Trend:
		return []Aggregation{Avg, Min, Med, Max, Percentile}
	}
	return []Aggregation{Avg, Min, Med, Max, Percentile, Count, RateOf, Value}
}
