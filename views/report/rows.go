package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/format"
)

// ErrorRow is one group of failures.
type ErrorRow struct {
	Status       string // "" when no response came
	Text         string
	Code         string // k6's own, when it is not an HTTP status
	Count        format.Figure
	Method, Path string
	First, Last  string // since the load's start, as on a stopwatch
	FirstAt      time.Time
	LastAt       time.Time
	Sample       *metrics.Sample
}

// maxErrorRows bounds what a page shows; the exports hold all.
const maxErrorRows = 100

// ErrorRows returns the most frequent groups of failures, and how many more there are.
func ErrorRows(lang language.Tag, s Subject) (rows []ErrorRow, more int) {
	groups := s.Snapshot.Errors
	if len(groups) > maxErrorRows {
		more, groups = len(groups)-maxErrorRows, groups[:maxErrorRows]
	}
	for _, g := range groups {
		row := ErrorRow{
			Status: g.Status, Text: g.Error, Count: format.Count(lang, int64(g.Count)), Sample: g.Sample,
			First: format.Clock(s.since(g.First)), Last: format.Clock(s.since(g.Last)), FirstAt: g.First, LastAt: g.Last,
		}
		if g.Status == "0" {
			row.Status, row.Code = "", g.ErrorCode
		}
		row.Method, row.Path = splitName(g.Operation)
		rows = append(rows, row)
	}
	return rows, more
}

// splitName parts "GET /pets" and leaves other names whole.
func splitName(name string) (method, path string) {
	method, path, ok := strings.Cut(name, " ")
	if !ok || method != strings.ToUpper(method) || !strings.HasPrefix(path, "/") {
		return "", name
	}
	return method, path
}

// StatusRow is how often a status came.
type StatusRow struct {
	Code  string // "" when no response came
	Class string
	Count format.Figure
	Share format.Figure
	Ratio float64
}

// StatusRows returns the statuses in the order of their codes.
func StatusRows(lang language.Tag, statuses map[string]uint64) []StatusRow {
	var total uint64
	rows := make([]StatusRow, 0, len(statuses))
	for _, n := range statuses {
		total += n
	}
	for code, n := range statuses {
		r := StatusRow{Code: code, Class: classOf(code), Count: format.Count(lang, int64(n)), Ratio: float64(n) / float64(max(total, 1))}
		r.Share = format.Ratio(lang, r.Ratio)
		if r.Class == "none" {
			r.Code = ""
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b StatusRow) int {
		return cmp.Or(strings.Compare(a.Class, b.Class), strings.Compare(a.Code, b.Code))
	})
	return rows
}

// CheckRow is one check with its outcomes.
type CheckRow struct {
	Name          string
	Passes, Fails format.Figure
	Share         format.Figure // of passes
	Passed        bool          // it never failed
}

// CheckRows returns the checks in order of their names.
func CheckRows(lang language.Tag, checks []metrics.CheckResult) []CheckRow {
	rows := make([]CheckRow, 0, len(checks))
	for _, c := range checks {
		r := CheckRow{Name: c.Name, Passes: format.Count(lang, int64(c.Passes)), Fails: format.Count(lang, int64(c.Fails)), Passed: c.Fails == 0}
		if n := c.Passes + c.Fails; n > 0 {
			r.Share = format.Ratio(lang, float64(c.Passes)/float64(n))
		}
		rows = append(rows, r)
	}
	return rows
}

// PhaseRow is where an operation's time went: means per request, in the order of Phases.
type PhaseRow struct {
	Method, Path string
	Figures      []format.Figure
}

// Phases are the parts of a request in the order in which they happen.
func Phases() []string {
	return []string{"blocked", "connecting", "tls", "sending", "waiting", "receiving"}
}

// PhaseRows returns the parts of each operation's requests.
func PhaseRows(lang language.Tag, operations []metrics.Operation) []PhaseRow {
	var rows []PhaseRow
	for _, op := range operations {
		if p := op.Phases; p != nil {
			r := PhaseRow{Method: op.Method, Path: op.Path}
			for _, v := range []float64{p.Blocked, p.Connecting, p.TLS, p.Sending, p.Waiting, p.Receiving} {
				r.Figures = append(r.Figures, format.Millis(lang, v))
			}
			rows = append(rows, r)
		}
	}
	return rows
}

// CustomRow is a metric of the script's own.
type CustomRow struct {
	Name  string
	Kind  metrics.Kind
	Count format.Figure
	Value format.Figure
	P95   format.Figure // of trends
	Max   format.Figure // of trends
}

// CustomRows returns the script's own metrics.
func CustomRows(lang language.Tag, custom []metrics.Custom) []CustomRow {
	rows := make([]CustomRow, 0, len(custom))
	for _, c := range custom {
		write := func(v float64) format.Figure { return format.Number(lang, v) }
		if c.Time {
			write = func(v float64) format.Figure { return format.Millis(lang, v) }
		}
		r := CustomRow{Name: c.Name, Kind: c.Kind, Count: format.Count(lang, int64(c.Count)), Value: write(c.Value)}
		if c.Kind == metrics.Rate {
			r.Value = format.Ratio(lang, c.Value)
		}
		if c.Latency != nil {
			r.P95, r.Max = write(c.Latency.P95), write(c.Latency.Max)
		}
		rows = append(rows, r)
	}
	return rows
}

// Health is how the load generators themselves are.
type Health struct {
	CPU       format.Figure // now, of a finished run on average
	CPUs      string
	CPUMost   format.Figure // worst share of its cores
	Memory    format.Figure
	LoopLag   format.Figure
	Lost      uint64
	Folded    uint64
	Dropped   format.Figure
	Instances string
	Warning   domain.Message // it was at its limit, so response times include its own delays
}

// NewHealth returns the generators' health.
func NewHealth(lang language.Tag, s Subject) Health {
	g := s.Snapshot.Generator
	h := Health{
		CPUs: strconv.Itoa(g.CPUs), Instances: strconv.Itoa(g.Instances), Lost: g.LostSamples, Folded: g.LostSeries,
		Dropped: format.Count(lang, int64(s.Snapshot.Overall.Dropped)),
	}
	if g.CPUs > 0 {
		cores := g.CPU
		if !s.Run.State.Active() {
			cores = g.CPUMean * float64(g.CPUs)
		}
		h.CPU, h.CPUMost = format.CPU(lang, int64(cores*1000)), format.Ratio(lang, g.CPUMax)
		h.Memory, h.LoopLag = format.Bytes(lang, int64(g.MemoryBytes)), format.Latency(lang, g.LoopLagMax)
	}
	for _, f := range analysis.Findings(s.Run, s.Snapshot, nil) {
		if f.Kind == "generator_saturated" {
			h.Warning = f.Detail
		}
	}
	return h
}
