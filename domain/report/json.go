package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// The document that JSON writes: a contract of its own, so that what is stored
// and what others read can change apart.
type (
	document struct {
		RunID      string           `json:"run_id"`
		Name       string           `json:"name"`
		Verdict    loadtest.Verdict `json:"verdict"`
		Reason     string           `json:"reason,omitempty"`
		StartedAt  *time.Time       `json:"started_at"` // null when no load was made
		EndedAt    *time.Time       `json:"ended_at"`
		DurationMS float64          `json:"duration_ms"`

		Overall    metrics.Summary           `json:"overall"`
		Operations []operation               `json:"operations"`
		Thresholds []metrics.ThresholdResult `json:"thresholds"`
		Checks     []metrics.CheckResult     `json:"checks"`
		Findings   []finding                 `json:"findings"`
	}
	operation struct {
		Name      string            `json:"name"`
		Method    string            `json:"method"`
		Path      string            `json:"path"`
		Scenario  string            `json:"scenario"`
		Requests  uint64            `json:"requests"`
		Failed    uint64            `json:"failed"`
		ErrorRate float64           `json:"error_rate"`
		TPS       float64           `json:"tps"`
		Latency   *metrics.Latency  `json:"latency_ms"`
		Statuses  map[string]uint64 `json:"statuses"`
	}
	finding struct {
		Kind     string            `json:"kind"`
		Severity analysis.Severity `json:"severity"`
		Title    string            `json:"title"`
		Detail   string            `json:"detail"`
		Evidence map[string]any    `json:"evidence"`
	}
)

// JSON returns the report as `plog run --json` and the API write it: figures
// unrounded, latencies in milliseconds, error rates as ratios 0–1, sentences
// in English. It fails on a figure that JSON cannot carry.
func JSON(rep Report) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(documentOf(rep)); err != nil {
		return nil, fmt.Errorf("write the report as JSON: %w", err)
	}
	return b.Bytes(), nil
}

func documentOf(rep Report) document {
	d := document{
		RunID: string(rep.Run.ID), Name: rep.Run.Name, Verdict: rep.Run.Verdict, Reason: rep.Run.Reason.String(),
		StartedAt: timeOrNil(rep.Run.StartedAt), EndedAt: timeOrNil(rep.Run.EndedAt),
		DurationMS: float64(duration(rep.Run)) / float64(time.Millisecond),
		Overall:    rep.Result.Overall,
		Operations: make([]operation, 0, len(rep.Result.Operations)),
		Thresholds: append([]metrics.ThresholdResult{}, rep.Result.Thresholds...),
		Checks:     append([]metrics.CheckResult{}, rep.Result.Checks...),
		Findings:   make([]finding, 0, len(rep.Findings)),
	}
	for _, op := range rep.Result.Operations {
		d.Operations = append(d.Operations, operation{
			Name: op.Name, Method: op.Method, Path: op.Path, Scenario: op.Scenario, Requests: op.Requests, Failed: op.Failed,
			ErrorRate: op.ErrorRate, TPS: op.TPS, Latency: op.Latency, Statuses: op.Statuses,
		})
	}
	for _, f := range rep.Findings {
		d.Findings = append(d.Findings, finding{
			Kind: f.Kind, Severity: f.Severity, Title: f.Title.String(), Detail: f.Detail.String(), Evidence: f.Evidence,
		})
	}
	return d
}

// duration is of the load: from its first second to the run's end.
func duration(run loadtest.Run) time.Duration {
	if run.StartedAt.IsZero() || run.EndedAt.IsZero() {
		return 0
	}
	return max(run.EndedAt.Sub(run.StartedAt), 0)
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
