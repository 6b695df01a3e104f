// Package run shows runs: a project's history, and one page per run that is live while it lasts and the
// report afterwards.
package run

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/format"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/report"
)

// Model is the page of a run.
type Model struct {
	Frame     layout.Model
	Live      *live.Frame // what is known of the run; of a finished one, from its report
	Sort      report.Sort
	Still     bool // the page stays as it is: it is a picture of a run
	MayChange bool // the reader may stop, rename, run again, delete

	Version    string // of the API's document that it was made with: "v3"; "" when that is gone
	VersionURL string
	Drift      *Drift // nil when the API is the one of the run before

	NewName   string         // typed to rename the run; shown when there is a problem with it
	NameWrong domain.Message // what is wrong with NewName

	// What only a finished run has.
	Findings []analysis.Finding
	YAML     string // the frozen plan
	Script   string
	Log      []metrics.LogLine
	LogMore  bool // there are more lines than Log
	HasPlan  bool // the plan it was made of still exists
}

func (m Model) run() loadtest.Run       { return m.Live.Run }
func (m Model) active() bool            { return m.Live.Run.State.Active() }
func (m Model) subject() report.Subject { return report.OfFrame(m.Live) }

// name returns what the field of the run's name holds, and what is wrong with it.
func (m Model) name(ctx context.Context) (value, wrong string) {
	if m.NameWrong.IsZero() {
		return m.run().Name, ""
	}
	return m.NewName, i18n.Msg(ctx, m.NameWrong)
}

// Panel is a part of the page that changes while the run lasts: View's outermost element has the ID.
type Panel struct {
	ID   string
	View templ.Component
}

// Panels returns the parts of the page that change with each frame, in the language lang. They hold nothing
// that depends on who reads, so that they are rendered once for all who watch.
func Panels(lang language.Tag, f *live.Frame, order report.Sort) []Panel {
	s := report.OfFrame(f)
	errors, more := report.ErrorRows(lang, s)
	return []Panel{
		{"run-status", StatusPanel(NewStatus(lang, f))},
		{"run-tiles", report.TilesPanel(report.Tiles(lang, s))},
		{"operations", report.OperationsPanel(report.OperationRows(lang, f.Snapshot.Operations, order), report.TotalRow(lang, f.Snapshot.Overall), order, sortLink(f.Run))},
		{"run-errors", report.ErrorsPanel(errors, more)},
		{"run-thresholds", report.LimitsPanel(report.Limits(lang, f.Snapshot.Thresholds), f.Run.State.Active())},
		{"run-statuses", report.StatusesPanel(report.StatusRows(lang, f.Snapshot.Statuses))},
		{"run-checks", report.ChecksPanel(report.CheckRows(lang, f.Snapshot.Checks))},
		{"run-generator", report.HealthPanel(report.NewHealth(lang, s))},
		{"run-custom", report.CustomPanel(report.CustomRows(lang, f.Snapshot.Custom))},
	}
}

// panels are Panels by their ids.
func (m Model) panels(ctx context.Context) map[string]templ.Component {
	views := map[string]templ.Component{}
	for _, p := range Panels(i18n.Lang(ctx), m.Live, m.Sort) {
		views[p.ID] = p.View
	}
	return views
}

func sortLink(r loadtest.Run) func(report.Sort) string {
	return func(s report.Sort) string { return withSort(paths.Run(r.ID), s) }
}

func withSort(address string, s report.Sort) string {
	if q := s.String(); q != "" {
		return address + "?" + q
	}
	return address
}

// stream is where the page's events come from.
func (m Model) stream() string { return withSort(paths.RunAction(m.run().ID, "events"), m.Sort) }

// streamID changes with the order of the table, so that a page sorted anew listens anew.
func (m Model) streamID() string {
	return "run-stream-" + strings.NewReplacer("=", "-", "&", "-").Replace(m.Sort.String())
}

// Status is where a run stands: how far it is while it lasts, and its verdict afterwards.
type Status struct {
	State    loadtest.State
	Elapsed  string
	Planned  string
	Left     string  // "" when the plan's time is over
	Ratio    float64 // of the planned time; below 0 when that is not known
	Ahead    int     // queued runs before this one
	Silent   format.Figure
	Sentence report.Sentence // of a finished run
}

// NewStatus returns where the run of a frame stands.
func NewStatus(lang language.Tag, f *live.Frame) Status {
	s := Status{State: f.Run.State, Elapsed: format.Clock(f.Elapsed), Planned: format.Clock(f.Planned), Ahead: f.Queue, Ratio: -1}
	if f.Planned > 0 && f.Run.State != loadtest.Starting {
		s.Ratio = min(float64(f.Elapsed)/float64(f.Planned), 1)
		if f.Planned > f.Elapsed {
			s.Left = format.Clock(f.Planned - f.Elapsed)
		}
	}
	if f.Silent > 0 {
		s.Silent = format.Span(lang, f.Silent.Truncate(time.Second))
	}
	if f.Run.State == loadtest.Finished {
		s.Sentence = report.NewSentence(lang, report.OfFrame(f))
	}
	return s
}

// load says in words what a scenario asks for.
func load(ctx context.Context, s loadtest.Scenario) string {
	lang := i18n.Lang(ctx)
	vus, duration := strconv.Itoa(s.VUs), format.Span(lang, s.Duration.Duration).String()
	switch s.Executor {
	case loadtest.ConstantVUs:
		return i18n.T(ctx, "runs.load.constant_vus", "VUs", vus, "Duration", duration)
	case loadtest.ConstantArrivalRate:
		return i18n.T(ctx, "runs.load.constant_rate", "Rate", number(s.Rate), "Duration", duration)
	case loadtest.RampingVUs:
		return i18n.T(ctx, "runs.load.ramping_vus", "Stages", stages(float64(s.VUs), s), "Duration", format.Span(lang, s.End()-s.StartTime.Duration).String())
	case loadtest.RampingArrivalRate:
		return i18n.T(ctx, "runs.load.ramping_rate", "Stages", stages(s.Rate, s), "Duration", format.Span(lang, s.End()-s.StartTime.Duration).String())
	case loadtest.SharedIterations:
		return i18n.T(ctx, "runs.load.shared", "Iterations", s.Iterations, "VUs", vus)
	}
	return i18n.T(ctx, "runs.load.per_vu", "Iterations", s.Iterations, "VUs", vus)
}

// stages writes the levels of a ramp: 0 → 50 → 50 → 0.
func stages(from float64, s loadtest.Scenario) string {
	levels := []string{number(from)}
	for _, stage := range s.Stages {
		levels = append(levels, number(stage.Target))
	}
	return strings.Join(slices.Compact(levels), " → ")
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
