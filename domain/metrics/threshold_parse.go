package metrics

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
)

// metricName is k6's rule for the names of metrics.
var metricName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,127}$`)

// SplitThreshold splits the one-line form: "p(95)<500" is about
// http_req_duration, "metric:expression" and "metric{tag:value}:expression"
// name their metric. It does not judge the parts; ParseThreshold does.
func SplitThreshold(s string) (metric, expression string) {
	s = strings.TrimSpace(s)
	if end := strings.LastIndexByte(s, '}'); end >= 0 {
		rest := strings.TrimPrefix(strings.TrimSpace(s[end+1:]), ":")
		return s[:end+1], strings.TrimSpace(rest)
	}
	if metric, expression, ok := strings.Cut(s, ":"); ok {
		return strings.TrimSpace(metric), strings.TrimSpace(expression)
	}
	return HTTP, s
}

// ParseThreshold reads a threshold in k6's syntax: metric is a name with
// optional tags, such as "http_req_duration{name:GET /pets/{id}}", and
// expression a figure, an operator and a number, such as "p(95)<500". It
// returns Invalid with a sentence that says what to write instead.
func ParseThreshold(metric, expression string) (Threshold, error) {
	t, err := parseMetric(strings.TrimSpace(metric))
	if err != nil {
		return Threshold{}, err
	}
	figure, operator, limit, err := splitExpression(expression)
	if err != nil {
		return Threshold{}, err
	}
	t.Operator = operator
	if t.Aggregation, t.Percent, err = parseFigure(figure); err != nil {
		return Threshold{}, err
	}
	if t.Limit, err = strconv.ParseFloat(limit, 64); err != nil || math.IsNaN(t.Limit) || math.IsInf(t.Limit, 0) {
		return Threshold{}, domain.Errorf(domain.Invalid, "metrics.threshold.limit",
			"“{{.Limit}}” is not a number. Write the limit without a unit: milliseconds for times, a share from 0 to 1 for rates.",
			"Limit", limit)
	}
	if fits := aggregationsOf(t.Kind()); !slices.Contains(fits, t.Aggregation) {
		return Threshold{}, domain.Errorf(domain.Invalid, "metrics.threshold.aggregation",
			"{{.Metric}} has no “{{.Figure}}”. It has {{.Fits}}.",
			"Metric", t.Metric, "Figure", figure, "Fits", figures(fits))
	}
	return t, nil
}

func parseMetric(s string) (Threshold, error) {
	name, tags, tagged := strings.Cut(s, "{")
	name = strings.TrimSpace(name)
	if !metricName.MatchString(name) {
		return Threshold{}, domain.Errorf(domain.Invalid, "metrics.threshold.metric",
			"“{{.Metric}}” is not the name of a metric. Write one like http_req_duration, with tags in braces: http_req_duration{name:GET /pets}.",
			"Metric", s)
	}
	t := Threshold{Metric: name}
	if t.Kind() == "" && strings.HasPrefix(name, "http_req") {
		return Threshold{}, domain.Errorf(domain.Invalid, "metrics.threshold.unknown",
			"There is no metric “{{.Metric}}”. k6 has http_reqs, http_req_failed and http_req_duration, of which blocked, connecting, tls_handshaking, sending, waiting and receiving are the parts.",
			"Metric", name)
	}
	if !tagged {
		return t, nil
	}
	inside, closed := strings.CutSuffix(tags, "}")
	if !closed {
		return Threshold{}, errTags(s)
	}
	var err error
	t.Tags, err = parseTags(inside, s)
	return t, err
}

// parseTags splits "tag:value,tag2:value". A part without a colon belongs to
// the value before it, so that names may contain commas.
func parseTags(inside, whole string) ([]Tag, error) {
	var tags []Tag
	for part := range strings.SplitSeq(inside, ",") {
		key, value, ok := strings.Cut(part, ":")
		switch {
		case !ok && len(tags) > 0:
			tags[len(tags)-1].Value += "," + part
			continue
		case !ok:
			return nil, errTags(whole)
		}
		key, value = unquote(key), unquote(value)
		if key == "" || value == "" {
			return nil, errTags(whole)
		}
		if !KeptTag(key) {
			return nil, domain.Errorf(domain.Invalid, "metrics.threshold.tag",
				"PLOG does not keep the tag “{{.Tag}}”. Choose by name, method, status, scenario, group, expected_response, error_code or a tag of your own.",
				"Tag", key)
		}
		tags = append(tags, Tag{Key: key, Value: value})
	}
	return tags, nil
}

// unquote takes spaces and quotes off, as k6 does.
func unquote(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }

// KeptTag reports whether instances report the tag that k6 calls key. Left out
// are k6's own tags that differ with every request or never matter to a series.
func KeptTag(key string) bool {
	switch key {
	case "url", "proto", "subproto", "tls_version", "ocsp_status", "ip", "vu", "iter", "service", "rpc_type":
		return false
	}
	return true
}

func splitExpression(s string) (figure string, op Operator, limit string, err error) {
	at := strings.IndexAny(s, "<>=!")
	if at < 0 {
		return "", "", "", errExpression(s)
	}
	for _, o := range [...]struct {
		text string
		op   Operator
	}{
		{"===", Equal}, {"==", Equal}, {"!=", NotEqual},
		{"<=", LessEqual}, {">=", GreaterEqual}, {"<", Less}, {">", Greater},
	} {
		if rest, ok := strings.CutPrefix(s[at:], o.text); ok {
			figure, limit = strings.TrimSpace(s[:at]), strings.TrimSpace(rest)
			if figure == "" || limit == "" {
				break
			}
			return figure, o.op, limit, nil
		}
	}
	return "", "", "", errExpression(s)
}

func parseFigure(s string) (Aggregation, float64, error) {
	if inside, ok := strings.CutPrefix(s, "p("); ok {
		inside, closed := strings.CutSuffix(inside, ")")
		p, err := strconv.ParseFloat(strings.TrimSpace(inside), 64)
		if !closed || err != nil || math.IsNaN(p) || p < 0 || p > 100 {
			return "", 0, domain.Errorf(domain.Invalid, "metrics.threshold.percentile",
				"“{{.Figure}}” is not a percentile. Write it like p(95) or p(99.9), from 0 to 100.", "Figure", s)
		}
		return Percentile, p, nil
	}
	switch a := Aggregation(s); a {
	case Avg, Min, Med, Max, Count, RateOf, Value:
		return a, 0, nil
	}
	return "", 0, domain.Errorf(domain.Invalid, "metrics.threshold.figure",
		"“{{.Figure}}” is not a figure that can be limited. Choose avg, min, med, max, p(95), count, rate or value.", "Figure", s)
}

func figures(as []Aggregation) string {
	names := make([]string, len(as))
	for i, a := range as {
		names[i] = string(a)
		if a == Percentile {
			names[i] = "p(N)"
		}
	}
	return strings.Join(names, ", ")
}

func errTags(s string) error {
	return domain.Errorf(domain.Invalid, "metrics.threshold.tags",
		"The tags of “{{.Metric}}” cannot be read. Write them like {name:GET /pets,status:200}.", "Metric", s)
}

func errExpression(s string) error {
	return domain.Errorf(domain.Invalid, "metrics.threshold.expression",
		"“{{.Expression}}” is not a threshold. Write a figure, a comparison and a number, like p(95)<500 or rate<=0.01.",
		"Expression", strings.TrimSpace(s))
}
