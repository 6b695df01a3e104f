// Package report shows what a run measured, live and final alike: figures, charts, tables, findings. The
// run page is composed of its panels, and HTML makes of them one file that needs nothing else.
//
// The models are pure functions of a run and its figures; the panels write them in the reader's language.
package report

import (
	"time"

	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
)

// Subject is a run with what is known of it so far.
type Subject struct {
	Run      loadtest.Run // secrets masked
	Snapshot metrics.Snapshot
	At       time.Time     // when this was known
	Elapsed  time.Duration // of the load
	Planned  time.Duration // of the load by the plan
}

// OfFrame returns the subject of a live frame.
func OfFrame(f *live.Frame) Subject {
	return Subject{Run: f.Run, Snapshot: f.Snapshot, At: f.At, Elapsed: f.Elapsed, Planned: f.Planned}
}

// OfReport returns the subject of a frozen report.
func OfReport(rep report.Report) Subject {
	s := Subject{Run: rep.Run, Snapshot: rep.Result, At: rep.Run.EndedAt, Planned: loadtest.Planned(rep.Run.Plan)}
	if !rep.Run.StartedAt.IsZero() && rep.Run.EndedAt.After(rep.Run.StartedAt) {
		s.Elapsed = rep.Run.EndedAt.Sub(rep.Run.StartedAt)
	}
	return s
}

// Start returns when the load began: the run's own word, else the first second with data; zero before both.
func (s Subject) Start() time.Time {
	if !s.Run.StartedAt.IsZero() {
		return s.Run.StartedAt
	}
	return s.Snapshot.First
}

// since returns how long after the load's start t was, never less than 0.
func (s Subject) since(t time.Time) time.Duration {
	return max(t.Sub(s.Start().Truncate(time.Second)), 0)
}
