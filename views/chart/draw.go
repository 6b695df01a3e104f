package chart

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// The drawing's own coordinates; the browser scales it.
const (
	left, right, top, bottom = 60.0, 18.0, 8.0, 24.0
)

func (c Chart) height() float64 {
	switch c.Size {
	case Small:
		return 140
	case Large:
		return 300
	}
	return 210
}

const width = 640.0

type label struct {
	X, Y float64
	Text string
}

type path struct {
	Class, D string
}

// drawing is a chart as coordinates, ready to be written as SVG.
type drawing struct {
	Width, Height float64
	Rows, Columns []label
	Areas, Lines  []path
	Points        []dot
	Limits, Marks []label
	Base, End     float64 // where the plot ends below and to the right
}

type dot struct {
	Class string
	X, Y  float64
}

// draw lays a chart out. It depends on nothing but its arguments.
func draw(c Chart, lang language.Tag) drawing {
	d := drawing{Width: width, Height: c.height(), Base: c.height() - bottom, End: width - right}
	layers := c.layers()
	rows := ticks(c.ceiling(layers), 4)
	ceiling := rows[len(rows)-1]
	from, until := c.span()
	y := func(v float64) float64 { return round(top + (d.Base-top)*(1-v/ceiling)) }
	x := func(t float64) float64 { return round(left + (d.End-left)*(t-from)/(until-from)) }
	for _, v := range rows {
		d.Rows = append(d.Rows, label{left, y(v), c.Unit.Write(lang, v).String()})
	}
	for _, t := range timeTicks(from, until, c.Origin, 6) {
		if len(c.Times) == 0 && c.Origin == 0 {
			break // there is no time to speak of
		}
		d.Columns = append(d.Columns, label{x(t), d.Base, clock(t, c.Origin)})
	}
	for i := len(layers) - 1; i >= 0; i-- {
		c.trace(&d, i, layers[i], x, y)
	}
	for _, l := range c.Limits {
		if l.Value <= ceiling {
			d.Limits = append(d.Limits, label{d.End, y(l.Value), l.Label})
		}
	}
	for _, m := range c.Marks {
		if m.At >= from && m.At <= until {
			d.Marks = append(d.Marks, label{x(m.At), top, m.Label})
		}
	}
	return d
}

// trace adds the line of a series, and its area, one run of values between gaps after the other.
func (c Chart) trace(d *drawing, i int, l layer, x, y func(float64) float64) {
	class := "series-" + c.tone(i)
	var line, area strings.Builder
	for start := 0; start < len(c.Times); {
		if math.IsNaN(l.top[start]) {
			start++
			continue
		}
		end := start
		for end < len(c.Times) && !math.IsNaN(l.top[end]) {
			end++
		}
		if end-start == 1 {
			d.Points = append(d.Points, dot{class, x(c.Times[start]), y(l.top[start])})
		}
		for k := start; k < end; k++ {
			move(&line, k == start, x(c.Times[k]), y(l.top[k]))
			move(&area, k == start, x(c.Times[k]), y(l.top[k]))
		}
		for k := end - 1; k >= start; k-- {
			move(&area, false, x(c.Times[k]), y(l.base[k]))
		}
		area.WriteByte('Z')
		start = end
	}
	if line.Len() == 0 {
		return
	}
	if l.filled {
		d.Areas = append(d.Areas, path{Class: "area " + class, D: area.String()})
	}
	dashed := ""
	if c.Series[i].Dashed {
		dashed = " dashed"
	}
	d.Lines = append(d.Lines, path{Class: "line " + class + dashed, D: line.String()})
}

func move(b *strings.Builder, first bool, x, y float64) {
	command := byte('L')
	if first {
		command = 'M'
	}
	b.WriteByte(command)
	b.WriteString(num(x))
	b.WriteByte(' ')
	b.WriteString(num(y))
}

// layer is where a series is drawn: from base to top.
type layer struct {
	base, top Values
	filled    bool
}

// layers stacks the series of a stacked chart; elsewhere each stands on 0. In a stack a gap beside a
// value counts as nothing.
func (c Chart) layers() []layer {
	layers := make([]layer, len(c.Series))
	sum := make(Values, len(c.Times))
	for i, s := range c.Series {
		l := layer{base: make(Values, len(c.Times)), top: make(Values, len(c.Times)), filled: c.Kind != Line && !s.Alone}
		for k := range c.Times {
			v := math.NaN()
			if k < len(s.Values) {
				v = s.Values[k]
			}
			l.top[k] = v
			if c.Kind != Stacked || s.Alone {
				continue
			}
			l.base[k] = sum[k]
			switch {
			case !math.IsNaN(v):
				sum[k] += v
				l.top[k] = sum[k]
			case c.anyAt(k):
				l.top[k] = sum[k]
			}
		}
		layers[i] = l
	}
	return layers
}

func (c Chart) anyAt(k int) bool {
	for _, s := range c.Series {
		if !s.Alone && k < len(s.Values) && !math.IsNaN(s.Values[k]) {
			return true
		}
	}
	return false
}

// ceiling is the highest value to show: of the data, and of the limits that are not far above it.
func (c Chart) ceiling(layers []layer) float64 {
	highest := 0.0
	for _, l := range layers {
		for _, v := range l.top {
			if v > highest {
				highest = v
			}
		}
	}
	most := highest
	for _, l := range c.Limits {
		if l.Value > most && (highest == 0 || l.Value <= 4*highest) {
			most = l.Value * 1.05
		}
	}
	if most == 0 {
		return c.Unit.least()
	}
	return most
}

func (c Chart) span() (from, until float64) {
	from, until = c.Origin, c.Until
	if len(c.Times) > 0 {
		if from == 0 || c.Times[0] < from {
			from = c.Times[0]
		}
		until = math.Max(until, c.Times[len(c.Times)-1])
	}
	if until <= from {
		until = from + 1
	}
	return from, until
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

func num(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
