package report

import (
	"strconv"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/format"
)

// Limit is a threshold with the figure that it judges.
type Limit struct {
	Metric     string // as the plan writes it, with tags
	Expression string
	Label      domain.Message // what is limited: "p95", "errors"
	Value      format.Figure  // no data before the first
	Operator   metrics.Operator
	Bound      format.Figure
	Passed     bool

	parsed metrics.Threshold
	ok     bool // it was understood
}

// Limits returns the thresholds of s in the plan's order.
func Limits(lang language.Tag, results []metrics.ThresholdResult) []Limit {
	limits := make([]Limit, 0, len(results))
	for _, r := range results {
		limits = append(limits, limitOf(lang, r))
	}
	return limits
}

func limitOf(lang language.Tag, r metrics.ThresholdResult) Limit {
	l := Limit{Metric: r.Metric, Expression: r.Expression, Passed: r.Passed, Label: domain.Message{Text: r.Metric}}
	t, err := metrics.ParseThreshold(r.Metric, r.Expression)
	if err != nil {
		if r.Value != nil {
			l.Value = format.Number(lang, *r.Value)
		}
		return l
	}
	l.parsed, l.ok, l.Operator = t, true, t.Operator
	l.Label, l.Bound = labelOf(t), write(lang, t, t.Limit)
	if r.Value != nil {
		l.Value = write(lang, t, *r.Value)
	}
	return l
}

// Whole reports whether the limit is on everything that metric saw, without tags.
func (l Limit) Whole(metric string) bool {
	return l.ok && l.parsed.Metric == metric && len(l.parsed.Tags) == 0
}

// Text returns the bound as a tile shows it: "<500 ms".
func (l Limit) Text() string {
	if !l.ok {
		return l.Expression
	}
	return string(l.Operator) + l.Bound.String()
}

// Upper reports whether the figure must stay below the bound, Lower whether it must stay above it.
func (l Limit) Upper() bool { return l.Operator == metrics.Less || l.Operator == metrics.LessEqual }

// Lower reports whether the figure must stay above the bound.
func (l Limit) Lower() bool {
	return l.Operator == metrics.Greater || l.Operator == metrics.GreaterEqual
}

// write formats a figure of the metric that t limits.
func write(lang language.Tag, t metrics.Threshold, v float64) format.Figure {
	switch {
	case t.Kind() == metrics.Trend:
		return format.Millis(lang, v)
	case t.Kind() == metrics.Rate, t.Kind() == "" && t.Aggregation == metrics.RateOf && v <= 1:
		return format.Ratio(lang, v)
	case t.Aggregation == metrics.RateOf:
		return format.Rate(lang, v)
	}
	return format.Number(lang, v)
}

// labelOf names what t limits in a few words.
func labelOf(t metrics.Threshold) domain.Message {
	label := figureLabel(t)
	for _, tag := range t.Tags {
		label = domain.Msg("report.limit.tagged", "{{.What}} of {{.Tag}}", "What", label, "Tag", tag.Value)
	}
	return label
}

func figureLabel(t metrics.Threshold) domain.Message {
	switch t.Metric {
	case metrics.HTTP:
		return aggregationLabel(t)
	case "http_req_failed":
		return domain.Msg("report.limit.errors", "errors")
	case "http_reqs":
		if t.Aggregation == metrics.RateOf {
			return domain.Msg("report.limit.tps", "TPS")
		}
		return domain.Msg("report.limit.requests", "requests")
	case "checks":
		return domain.Msg("report.limit.checks", "checks")
	}
	return domain.Msg("report.limit.of_metric", "{{.What}} of {{.Metric}}", "What", aggregationLabel(t), "Metric", t.Metric)
}

func aggregationLabel(t metrics.Threshold) domain.Message {
	if t.Aggregation == metrics.Percentile {
		return domain.Message{Text: "p" + strconv.FormatFloat(t.Percent, 'f', -1, 64)}
	}
	return domain.Msg("report.limit.by_"+string(t.Aggregation), string(t.Aggregation))
}
