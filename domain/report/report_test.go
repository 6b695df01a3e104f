package report_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func full() report.Report {
	start := time.Date(2024, 5, 6, 7, 8, 9, 123_000_000, time.UTC)
	value := 123.4567890123
	latency := &metrics.Latency{Min: 1.5, Avg: 12.25, P50: 10, P90: 90.125, P95: 123.4567890123, P99: 200, P999: 250, Max: 251.5}
	return report.Report{
		Run: loadtest.Run{
			ID: "r1", Name: "가게 <shop> & co", Verdict: loadtest.Failed, StartedAt: start, EndedAt: start.Add(30500 * time.Millisecond),
			Reason: domain.Msg("run.reason.thresholds", "Crossed: {{.Thresholds}}.", "Thresholds", "http_req_duration p(95)<100"),
		},
		Result: metrics.Snapshot{
			Overall: metrics.Summary{Requests: 3, Failed: 1, ErrorRate: 1.0 / 3, TPS: 0.1, Iterations: 3, Dropped: 2, VUsMax: 5, Latency: latency},
			Operations: []metrics.Operation{
				{
					Name: "GET /pets/{id}", Method: "GET", Path: "/pets/{id}", Scenario: "default", Requests: 3, Failed: 1, ErrorRate: 1.0 / 3,
					TPS: 0.1, Latency: latency, Statuses: map[string]uint64{"200": 2, "500": 1}, Spark: []float64{1, 2},
				},
				{Name: "=cmd()", Statuses: map[string]uint64{}},
			},
			Thresholds: []metrics.ThresholdResult{
				{Metric: "http_req_duration", Expression: "p(95)<100", Value: &value},
				{Metric: "http_reqs{name:GET /none}", Expression: "count>0", Passed: true},
			},
			Checks: []metrics.CheckResult{{Name: "status is 200", Passes: 2, Fails: 1}},
		},
		Findings: []analysis.Finding{{
			Kind: "check_failing", Severity: analysis.Warn, Title: domain.Msg("k", "The check “{{.Check}}” failed", "Check", "status is 200"),
			Detail: domain.Msg("k", "once"), Evidence: map[string]any{"fails": 1},
		}},
	}
}

func TestGolden(t *testing.T) {
	empty := report.Report{Run: loadtest.Run{
		ID: "r2", Name: "nothing", Verdict: loadtest.Errored, Reason: domain.Msg("k", "k6 is missing"),
	}}
	formats := map[string]func(report.Report) ([]byte, error){"json": report.JSON, "csv": report.CSV, "xml": report.JUnit}
	for name, rep := range map[string]report.Report{"full": full(), "empty": empty} {
		for format, encode := range formats {
			t.Run(name+"."+format, func(t *testing.T) {
				got, err := encode(rep)
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join("testdata", name+"."+format)
				if *update {
					if err := os.WriteFile(file, got, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
			})
		}
	}
}
