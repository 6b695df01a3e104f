package report

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/chart"
	"plog.dev/plog/views/format"
)

// Column is a column of the operations table.
type Column string

// Columns returns the columns of figures in the order of the table.
func Columns() []Column {
	return []Column{"requests", "tps", "errors", "min", "avg", "p50", "p90", "p95", "p99", "max"}
}

// Sort is how the operations table is sorted; the zero value keeps the order in which operations were first
// seen, so that rows stay where they are while a run is watched.
type Sort struct {
	By   Column // "name" or one of Columns
	Desc bool
}

// ParseSort reads a Sort from a query; what is not a column is no sorting.
func ParseSort(by, dir string) Sort {
	if by != "name" && !slices.Contains(Columns(), Column(by)) {
		return Sort{}
	}
	return Sort{By: Column(by), Desc: dir == "desc"}
}

// String returns the Sort as a query, "" for the zero value.
func (s Sort) String() string {
	if s.By == "" {
		return ""
	}
	if s.Desc {
		return "sort=" + string(s.By) + "&dir=desc"
	}
	return "sort=" + string(s.By) + "&dir=asc"
}

// Toggled returns the Sort that a click on a column's head leads to: figures begin with their highest.
func (s Sort) Toggled(by Column) Sort {
	if s.By == by {
		return Sort{By: by, Desc: !s.Desc}
	}
	return Sort{By: by, Desc: by != "name"}
}

// OperationRow is one operation with its figures in the order of Columns.
type OperationRow struct {
	Name, Method, Path string
	Scenario           string // when the run has several
	Figures            []format.Figure
	Failing            bool
	Spark              chart.Values // p95 over the run
}

// OperationRows returns the rows of the table.
func OperationRows(lang language.Tag, operations []metrics.Operation, order Sort) []OperationRow {
	sorted := slices.Clone(operations)
	if order.By != "" {
		slices.SortStableFunc(sorted, func(a, b metrics.Operation) int {
			c := order.compare(a, b)
			if order.Desc {
				return -c
			}
			return c
		})
	}
	several := false
	for _, op := range operations {
		several = several || op.Scenario != operations[0].Scenario
	}
	rows := make([]OperationRow, 0, len(sorted))
	for _, op := range sorted {
		row := OperationRow{Name: op.Name, Method: op.Method, Path: op.Path, Failing: op.Failed > 0, Figures: figures(lang, op)}
		if several {
			row.Scenario = op.Scenario
		}
		for _, v := range op.Spark {
			if v < 0 {
				v = math.NaN()
			}
			row.Spark = append(row.Spark, v)
		}
		rows = append(rows, row)
	}
	return rows
}

// TotalRow returns the figures of the whole run in the order of Columns.
func TotalRow(lang language.Tag, o metrics.Summary) []format.Figure {
	return figures(lang, metrics.Operation{Requests: o.Requests, ErrorRate: o.ErrorRate, TPS: o.TPS, Latency: o.Latency})
}

func figures(lang language.Tag, op metrics.Operation) []format.Figure {
	out := []format.Figure{
		format.Count(lang, int64(op.Requests)), format.Number(lang, op.TPS), format.Ratio(lang, op.ErrorRate),
	}
	if op.Requests == 0 {
		out[2] = format.None()
	}
	for _, v := range latencies(op.Latency) {
		out = append(out, format.Millis(lang, v))
	}
	return out
}

func latencies(l *metrics.Latency) []float64 {
	if l == nil {
		return slices.Repeat([]float64{math.NaN()}, 7)
	}
	return []float64{l.Min, l.Avg, l.P50, l.P90, l.P95, l.P99, l.Max}
}

// compare puts what has no figure last in ascending order.
func (s Sort) compare(a, b metrics.Operation) int {
	switch s.By {
	case "name":
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Method, b.Method), strings.Compare(a.Scenario, b.Scenario))
	case "requests":
		return cmp.Compare(a.Requests, b.Requests)
	case "tps":
		return cmp.Compare(a.TPS, b.TPS)
	case "errors":
		return cmp.Compare(a.ErrorRate, b.ErrorRate)
	}
	i := slices.Index(Columns(), s.By) - 3
	return cmp.Compare(latencies(a.Latency)[i], latencies(b.Latency)[i])
}
