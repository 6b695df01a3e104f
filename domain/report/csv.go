package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"plog.dev/plog/domain/metrics"
)

// CSV returns one row per operation and a last one, named "total", of the
// whole run; latencies in milliseconds, error rates as ratios 0–1, unrounded.
// A cell without data is empty. Cells that a spreadsheet would take for a
// formula are quoted with an apostrophe.
func CSV(rep Report) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"name", "method", "path", "scenario", "requests", "failed", "error_rate", "tps",
		"min_ms", "avg_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms", "p99_9_ms", "max_ms"}}
	for _, op := range rep.Result.Operations {
		rows = append(rows, append([]string{text(op.Name), text(op.Method), text(op.Path), text(op.Scenario)},
			figures(op.Requests, op.Failed, op.ErrorRate, op.TPS, op.Latency)...))
	}
	o := rep.Result.Overall
	rows = append(rows, append([]string{"total", "", "", ""}, figures(o.Requests, o.Failed, o.ErrorRate, o.TPS, o.Latency)...))
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the report as CSV: %w", err)
	}
	return b.Bytes(), nil
}

func figures(requests, failed uint64, errorRate, tps float64, l *metrics.Latency) []string {
	cells := []string{strconv.FormatUint(requests, 10), strconv.FormatUint(failed, 10), number(errorRate), number(tps)}
	if l == nil {
		return append(cells, make([]string, 8)...)
	}
	for _, f := range []float64{l.Min, l.Avg, l.P50, l.P90, l.P95, l.P99, l.P999, l.Max} {
		cells = append(cells, number(f))
	}
	return cells
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func text(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}
