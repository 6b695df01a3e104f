package chart

import (
	"fmt"
	"math"

	"golang.org/x/text/language"

	"plog.dev/plog/views/format"
)

// ticks returns at most about n round numbers that cover 0 to top, and the top they reach.
func ticks(top float64, n int) []float64 {
	if top <= 0 || math.IsNaN(top) || math.IsInf(top, 0) {
		top = 1
	}
	raw := top / float64(n)
	magnitude := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * magnitude
	for _, f := range []float64{1, 2, 2.5, 5} {
		if f*magnitude >= raw*(1-1e-9) {
			step = f * magnitude
			break
		}
	}
	var at []float64
	for i := 0; ; i++ {
		v := float64(i) * step
		at = append(at, v)
		if v >= top*(1-1e-9) {
			return at
		}
	}
}

var spans = []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400}

// timeTicks returns at most n round times between from and to, counted from origin.
func timeTicks(from, to, origin float64, n int) []float64 {
	step := spans[len(spans)-1]
	for _, s := range spans {
		if (to-from)/s <= float64(n) {
			step = s
			break
		}
	}
	for (to-from)/step > float64(n) {
		step *= 2
	}
	var at []float64
	for t := origin + math.Ceil((from-origin)/step)*step; t <= to; t += step {
		at = append(at, t)
	}
	return at
}

// clock writes a time of the axis: since origin, or of the day in UTC without one.
func clock(t, origin float64) string {
	s := int64(math.Round(t - origin))
	if origin == 0 {
		return fmt.Sprintf("%02d:%02d:%02d", s/3600%24, s/60%60, s%60)
	}
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Write returns a value in its unit as people read it.
func (u Unit) Write(lang language.Tag, v float64) format.Figure {
	switch u {
	case Millis:
		return format.Millis(lang, v)
	case PerSec:
		return format.Rate(lang, v)
	case Ratio:
		return format.Ratio(lang, v)
	case Percent:
		return format.Ratio(lang, v/100)
	case MiB:
		return format.MiB(lang, v)
	case Cores:
		if math.IsNaN(v) {
			return format.None()
		}
		return format.CPU(lang, int64(math.Round(v)))
	}
	return format.Number(lang, v)
}

// least is the top of an axis whose values are all 0.
func (u Unit) least() float64 {
	switch u {
	case Ratio:
		return 0.01
	case Cores:
		return 100
	case Millis, PerSec:
		return 10
	}
	return 1
}
