package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
)

// summary writes the result for a person at a terminal.
func summary(w io.Writer, rep report.Report) error {
	var b bytes.Buffer
	heading(&b, rep)
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "count\tTPS\terrors\tmin\tavg\tp50\tp90\tp95\tp99\tmax ms\t  operation")
	for _, op := range rep.Result.Operations {
		row(t, op.Requests, op.TPS, op.ErrorRate, op.Latency, op.Name)
	}
	o := rep.Result.Overall
	row(t, o.Requests, o.TPS, o.ErrorRate, o.Latency, "all")
	if err := t.Flush(); err != nil {
		return err
	}
	for _, limit := range rep.Result.Thresholds {
		mark := "✓"
		if !limit.Passed {
			mark = "✕"
		}
		fmt.Fprintf(&b, "%s %s %s  (%s)\n", mark, limit.Metric, limit.Expression, optional(limit.Value, "%.4g"))
	}
	for _, f := range rep.Findings {
		fmt.Fprintf(&b, "\n%s: %s\n  %s\n", f.Severity, f.Title, f.Detail)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func heading(b *bytes.Buffer, rep report.Report) {
	mark := "✕"
	if rep.Run.Verdict == loadtest.Passed {
		mark = "✓"
	}
	fmt.Fprintf(b, "\n%s %s", mark, rep.Run.Verdict)
	if !rep.Run.Reason.IsZero() {
		fmt.Fprintf(b, ": %s", rep.Run.Reason)
	}
	o := rep.Result.Overall
	fmt.Fprintf(b, "\n%s against %s: %s requests, %d VUs at most", rep.Run.Name, rep.Run.Plan.BaseURL, grouped(o.Requests), o.VUsMax)
	if o.Dropped > 0 {
		fmt.Fprintf(b, ", %s iterations dropped", grouped(o.Dropped))
	}
	b.WriteString("\n\n")
}

func row(w io.Writer, requests uint64, tps, errorRate float64, l *metrics.Latency, name string) {
	fmt.Fprintf(w, "%s\t%.1f\t%s\t", grouped(requests), tps, percentage(errorRate))
	if l == nil {
		fmt.Fprint(w, "–\t–\t–\t–\t–\t–\t–\t")
	} else {
		for _, ms := range []float64{l.Min, l.Avg, l.P50, l.P90, l.P95, l.P99, l.Max} {
			fmt.Fprintf(w, "%s\t", threeDigits(ms))
		}
	}
	fmt.Fprintf(w, "  %s\n", name)
}

// threeDigits writes a figure with three significant digits, and whole ones whole.
func threeDigits(v float64) string {
	decimals := 0
	for limit := 100.0; v < limit && decimals < 2; limit /= 10 {
		decimals++
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// percentage writes a ratio so that a small one does not look like none.
func percentage(ratio float64) string {
	if ratio > 0 && ratio < 0.0001 {
		return "<0.01%"
	}
	return fmt.Sprintf("%.2f%%", ratio*100)
}

func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
