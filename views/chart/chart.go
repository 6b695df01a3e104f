// Package chart draws time series: as SVG by the server, for readers without script and on paper, and as
// <plog-chart>, which static/js/chart.js turns into a live chart over the same data.
//
// # Live points
//
// A live chart grows by the method push of its element or by the window event plog:points, whose detail is
// the JSON of Points: every chart takes the series whose keys it has, and a chart with Adopt also takes new
// series whose keys begin with it. A point whose time is there already replaces it; null is a gap.
package chart

import (
	"encoding/json"
	"math"
	"strconv"
)

// Kind is how series are drawn.
type Kind string

// The kinds.
const (
	Line    Kind = "line"
	Area    Kind = "area"    // lines over a light ground
	Stacked Kind = "stacked" // series stand on each other
)

// Unit is what the values are; it decides how they are written.
type Unit string

// The units.
const (
	None    Unit = ""
	Millis  Unit = "ms"
	PerSec  Unit = "/s"
	Ratio   Unit = "ratio" // 0 to 1, written as a percentage
	MiB     Unit = "MiB"
	Cores   Unit = "m" // millicores
	Percent Unit = "%" // 0 to 100
)

// Values are numbers in the order of a chart's times. NaN is a gap.
type Values []float64

// MarshalJSON writes gaps as null.
func (v Values) MarshalJSON() ([]byte, error) {
	out := []byte{'['}
	for i, x := range v {
		if i > 0 {
			out = append(out, ',')
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			out = append(out, "null"...)
		} else {
			out = strconv.AppendFloat(out, x, 'g', 8, 64)
		}
	}
	return append(out, ']'), nil
}

// Series is one line of a chart.
type Series struct {
	Key    string `json:"key"`            // names it in Points
	Label  string `json:"label"`          // in the legend
	Tone   string `json:"tone,omitempty"` // "1" to "8", "good", "warn", "bad", "info", "muted"; by position unless given
	Dashed bool   `json:"dashed,omitempty"`
	Alone  bool   `json:"alone,omitempty"` // stays a line over a stack: a total, an offered rate
	Values Values `json:"values"`
}

// Limit is a dashed line at a value: a threshold.
type Limit struct {
	Value float64 `json:"value"`
	Label string  `json:"label"`
}

// Mark is a dotted line at a time: the load changed, a pod restarted.
type Mark struct {
	At    float64 `json:"t"` // unix seconds
	Label string  `json:"label"`
}

// Chart is time series over one time axis.
type Chart struct {
	ID     string    `json:"-"`
	Title  string    `json:"title"` // for screen readers; the panel shows its own
	Kind   Kind      `json:"kind"`
	Unit   Unit      `json:"unit"`
	Sync   string    `json:"sync,omitempty"`  // charts of one name share their time axis and cursor
	Adopt  string    `json:"adopt,omitempty"` // takes new series whose keys begin with this
	Size   Size      `json:"-"`
	Origin float64   `json:"origin,omitempty"` // unix seconds; with it the axis shows the time since then
	Until  float64   `json:"until,omitempty"`  // unix seconds; the axis reaches at least to here
	Times  []float64 `json:"t"`                // unix seconds, ascending
	Series []Series  `json:"series"`
	Limits []Limit   `json:"limits,omitempty"`
	Marks  []Mark    `json:"marks,omitempty"`
}

// Size is a chart's height.
type Size string

// The sizes; the zero value is medium.
const (
	Small Size = "small" // 140 px
	Large Size = "large" // 300 px
)

// Points are what a live chart grows by: values by the keys of series, in the order of T.
type Points struct {
	T      []float64         `json:"t"` // unix seconds
	Series map[string]Values `json:"series"`
	Until  float64           `json:"until,omitempty"` // as Chart.Until
	Marks  []Mark            `json:"marks,omitempty"` // more of them
}

var _ json.Marshaler = Values(nil)

func (c Chart) tone(i int) string {
	if t := c.Series[i].Tone; t != "" {
		return t
	}
	return strconv.Itoa(i%8 + 1)
}

// last returns the newest value of a series that is no gap, NaN without one.
func last(v Values) float64 {
	for i := len(v) - 1; i >= 0; i-- {
		if !math.IsNaN(v[i]) {
			return v[i]
		}
	}
	return math.NaN()
}
