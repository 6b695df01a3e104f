package run

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/format"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
)

// Filter is which runs a history shows.
type Filter string

// The filters.
const (
	All    Filter = "all"
	Active Filter = "active"
	Passed Filter = "passed"
	Failed Filter = "failed"
	Others Filter = "others" // aborted, error, invalid
)

// Filters are all filters in the order in which they are offered.
func Filters() []Filter { return []Filter{All, Active, Passed, Failed, Others} }

// ParseFilter reads a filter; what is none shows all runs.
func ParseFilter(s string) Filter {
	if slices.Contains(Filters(), Filter(s)) {
		return Filter(s)
	}
	return All
}

// States returns the states that the filter's runs may be in, nil for any.
func (f Filter) States() []loadtest.State {
	switch f {
	case All:
		return nil
	case Active:
		return []loadtest.State{loadtest.Queued, loadtest.Starting, loadtest.Running, loadtest.Stopping}
	}
	return []loadtest.State{loadtest.Finished}
}

// Matches reports whether the filter shows the run.
func (f Filter) Matches(r loadtest.Run) bool {
	switch f {
	case All:
		return true
	case Active:
		return r.State.Active()
	case Passed:
		return r.Verdict == loadtest.Passed
	case Failed:
		return r.Verdict == loadtest.Failed
	}
	return r.Verdict != loadtest.Passed && r.Verdict != loadtest.Failed && !r.State.Active()
}

// HistoryModel is a project's runs.
type HistoryModel struct {
	Frame     layout.Model
	Project   domain.Project
	Filter    Filter
	Rows      []HistoryRow
	First     bool // the newest runs
	Before    int  // the number before which older runs are, 0 when there are none
	MayChange bool
}

// HistoryRow is one run with its figures.
type HistoryRow struct {
	Run     loadtest.Run
	Summary metrics.Summary // of a finished run
}

func (m HistoryModel) address(f Filter, before int) string {
	q := url.Values{}
	if f != All {
		q.Set("show", string(f))
	}
	if before > 0 {
		q.Set("before", strconv.Itoa(before))
	}
	if len(q) == 0 {
		return paths.Runs(m.Project.ID)
	}
	return paths.Runs(m.Project.ID) + "?" + q.Encode()
}

// figures are TPS, p95 and error rate.
func (r HistoryRow) figures(lang language.Tag) []format.Figure {
	if r.Summary.Requests == 0 || r.Summary.Latency == nil {
		return make([]format.Figure, 3)
	}
	return []format.Figure{
		format.Number(lang, r.Summary.TPS), format.Millis(lang, r.Summary.Latency.P95), format.Ratio(lang, r.Summary.ErrorRate),
	}
}

func (r HistoryRow) took(lang language.Tag) format.Figure {
	if r.Run.StartedAt.IsZero() || r.Run.EndedAt.IsZero() {
		return format.None()
	}
	return format.Span(lang, r.Run.EndedAt.Sub(r.Run.StartedAt).Round(time.Second))
}

func (r HistoryRow) started() time.Time {
	if r.Run.StartedAt.IsZero() {
		return r.Run.CreatedAt
	}
	return r.Run.StartedAt
}
