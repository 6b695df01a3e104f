package analysis_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

func healthy() metrics.Snapshot {
	return metrics.Snapshot{
		Overall: metrics.Summary{Requests: 10_000, Iterations: 10_000, VUsMax: 10},
		Operations: []metrics.Operation{{
			Name: "GET /pets", Requests: 10_000, Statuses: map[string]uint64{"200": 10_000},
		}},
		Generator: metrics.Generator{Instances: 1, CPUMax: 0.4, CPUs: 2},
	}
}

// points returns a run of n seconds per (p95, tps, vus) triple.
func points(n int, thirds ...[3]float64) []metrics.Point {
	var all []metrics.Point
	for _, f := range thirds {
		for range n {
			p95, vus := f[0], f[2]
			all = append(all, metrics.Point{Second: int64(len(all)), Requests: uint64(f[1]), P95: &p95, VUs: &vus})
		}
	}
	return all
}

func TestFindings(t *testing.T) {
	failing := func(status string) func(*metrics.Snapshot) {
		return func(s *metrics.Snapshot) {
			s.Operations = append(s.Operations, metrics.Operation{
				Name: "GET /orders", Requests: 500, Failed: 500, Statuses: map[string]uint64{status: 500},
			})
		}
	}
	tests := []struct {
		name     string
		change   func(*metrics.Snapshot)
		baseURL  string
		logs     []metrics.LogLine
		kinds    []string // of all findings, in order
		severity analysis.Severity
		says     string // part of the first one's title or detail
	}{
		{name: "nothing", kinds: nil},
		{
			name: "generator busy", change: func(s *metrics.Snapshot) { s.Generator.CPUMean, s.Generator.CPUMax = 0.9, 0.97 },
			kinds: []string{"generator_saturated"}, severity: analysis.Bad, says: "90 %",
		},
		{
			name: "generator late", change: func(s *metrics.Snapshot) { s.Generator.LoopLagMax = time.Second },
			kinds: []string{"generator_saturated"}, severity: analysis.Warn, says: "1000 ms",
		},
		{name: "generator busy for a moment", change: func(s *metrics.Snapshot) { s.Generator.CPUMax = 1 }},
		{
			name: "samples lost", change: func(s *metrics.Snapshot) { s.Generator.LostSamples = 12 },
			kinds: []string{"samples_lost"}, severity: analysis.Bad, says: "12 samples",
		},
		{
			name: "a few iterations dropped", change: func(s *metrics.Snapshot) { s.Overall.Dropped = 100 },
			kinds: []string{"dropped_iterations"}, severity: analysis.Warn, says: "100 of 10100",
		},
		{
			name: "many iterations dropped", change: func(s *metrics.Snapshot) { s.Overall.Dropped = 10_000 },
			kinds: []string{"dropped_iterations"}, severity: analysis.Bad, says: "50 %",
		},
		{name: "same machine", baseURL: "http://localhost:8080", kinds: []string{"shared_machine"}, severity: analysis.Info, says: "localhost:8080"},
		{name: "same machine by address", baseURL: "http://[::1]:8080", kinds: []string{"shared_machine"}, severity: analysis.Info},
		{name: "sign-in missing", change: failing("401"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "Authorization"},
		{name: "not found", change: failing("404"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "base URL"},
		{name: "method not allowed", change: failing("405"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "method"},
		{name: "refused input", change: failing("422"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "body"},
		{name: "rate limited", change: failing("429"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "limits"},
		{name: "server fault", change: failing("503"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "target's side"},
		{name: "no response", change: failing("0"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "no response"},
		{name: "unexpected success", change: failing("204"), kinds: []string{"operation_always_fails"}, severity: analysis.Bad, says: "expects"},
		{name: "several without a sign-in are one finding", change: func(s *metrics.Snapshot) {
			for range 4 {
				failing("401")(s)
			}
			failing("500")(s)
		}, kinds: []string{"operation_always_fails", "operation_always_fails"}, severity: analysis.Bad, says: "GET /orders, GET /orders, +2"},
		{
			name: "one error is most of them", change: func(s *metrics.Snapshot) {
				s.Overall.Failed, s.Operations[0].Failed = 200, 200
				s.Errors = []metrics.ErrorGroup{{Operation: "GET /pets", Status: "500", Count: 180}, {Operation: "GET /pets", Status: "502", Count: 20}}
			},
			kinds: []string{"errors_concentrated"}, severity: analysis.Warn, says: "HTTP 500",
		},
		{
			name: "errors are spread", change: func(s *metrics.Snapshot) {
				s.Overall.Failed, s.Operations[0].Failed = 200, 200
				s.Errors = []metrics.ErrorGroup{{Operation: "GET /pets", Status: "500", Count: 90}, {Operation: "GET /pets", Status: "502", Count: 80}}
			},
		},
		{
			name: "a check fails", change: func(s *metrics.Snapshot) {
				s.Checks = []metrics.CheckResult{{Name: "name is set", Passes: 3, Fails: 1}}
			},
			kinds: []string{"check_failing"}, severity: analysis.Warn, says: "1 of 4",
		},
		{
			name: "the script throws", logs: []metrics.LogLine{
				{Level: "error", Text: "TypeError: Cannot read property 'id' of undefined"}, {Level: "error", Text: "my own error line"},
			},
			kinds: []string{"script_errors"}, severity: analysis.Bad, says: "1 log lines",
		},
		{
			name: "few requests", change: func(s *metrics.Snapshot) { s.Overall.Requests, s.Operations[0].Requests = 50, 50 },
			kinds: []string{"few_requests"}, severity: analysis.Warn, says: "50 requests",
		},
		{
			name: "few requests of one operation", change: func(s *metrics.Snapshot) {
				s.Operations = append(s.Operations, metrics.Operation{Name: "GET /rare", Requests: 9})
			},
			kinds: []string{"few_requests"}, severity: analysis.Info, says: "p99",
		},
		{
			name: "slower, not more", change: func(s *metrics.Snapshot) {
				s.Points = points(5, [3]float64{10, 100, 5}, [3]float64{20, 101, 10}, [3]float64{40, 102, 20})
			},
			kinds: []string{"saturation"}, severity: analysis.Warn, says: "from 10 to 40 ms",
		},
		{
			name: "slower, but more too",
			change: func(s *metrics.Snapshot) {
				s.Points = points(5, [3]float64{10, 100, 5}, [3]float64{20, 200, 10}, [3]float64{40, 300, 20})
			},
		},
		{
			name: "too short to tell",
			change: func(s *metrics.Snapshot) {
				s.Points = points(3, [3]float64{10, 100, 5}, [3]float64{20, 100, 10}, [3]float64{40, 100, 20})
			},
		},
		{
			name: "the worst comes first", baseURL: "http://127.0.0.1", change: func(s *metrics.Snapshot) {
				failing("401")(s)
				s.Overall.Dropped = 1
			},
			kinds: []string{"operation_always_fails", "dropped_iterations", "shared_machine"}, severity: analysis.Bad,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := healthy()
			if tt.change != nil {
				tt.change(&s)
			}
			found := analysis.Findings(loadtest.Run{Plan: loadtest.Plan{BaseURL: tt.baseURL}}, s, tt.logs)
			var kinds []string
			for _, f := range found {
				kinds = append(kinds, f.Kind)
				if len(f.Evidence) == 0 {
					t.Errorf("%s rests on no evidence", f.Kind)
				}
				if text := f.Title.String() + f.Detail.String(); strings.Contains(text, "{{") || strings.Contains(text, "<no value>") {
					t.Errorf("%s is not filled in: %s", f.Kind, text)
				}
			}
			if !slices.Equal(kinds, tt.kinds) {
				t.Fatalf("found %v, want %v", kinds, tt.kinds)
			}
			if len(found) == 0 {
				return
			}
			if text := found[0].Title.String() + " " + found[0].Detail.String(); !strings.Contains(text, tt.says) || found[0].Severity != tt.severity {
				t.Errorf("%s: %q, want %s and %q", found[0].Severity, text, tt.severity, tt.says)
			}
		})
	}
}
