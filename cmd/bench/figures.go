package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// quantile returns the value at p (0–1) as k6 defines it (TrendSink.P): at rank
// p·(n−1) of the sorted values, interpolated between its neighbours. It is NaN
// of no values.
func quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	lo, hi := sorted[int(math.Floor(at))], sorted[int(math.Ceil(at))]
	return lo + (hi-lo)*(at-math.Floor(at))
}

func median(values []float64) float64 { return quantile(slices.Sorted(slices.Values(values)), 0.5) }

// spread writes values as their median with the least and the greatest.
func spread(values []float64) string {
	return fmt.Sprintf("%.3f (%.3f–%.3f)", median(values), slices.Min(values), slices.Max(values))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func ms(v float64) string { return fmt.Sprintf("%.0f ms", v) }

func mib(bytes uint64) string { return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20)) }

func kib(bytes int64) string { return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10)) }

func cores(v float64) string { return fmt.Sprintf("%.2f cores", v) }
