// Package report holds a run's frozen result.
package report

import (
	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// Report is what a finished run leaves: the figures with the plan and the
// environment they were measured with. It never changes once made.
type Report struct {
	Run      loadtest.Run       `json:"run"` // secrets masked
	Result   metrics.Snapshot   `json:"result"`
	Findings []analysis.Finding `json:"findings"`
}
