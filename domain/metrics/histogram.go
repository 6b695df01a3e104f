package metrics

import (
	"math"
	"math/bits"
	"slices"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The geometry of every Histogram. Units are hundred-thousandths, so 10 ns for
// milliseconds: from 0.02 upwards (20 µs) all values keep three digits.
// HighestValue is far beyond an hour in milliseconds, so that sizes in bytes fit too.
const (
	unitsPerValue = 1e5
	highestUnits  = int64(HighestValue * unitsPerValue)
	digits        = 3
	subBucketBits = 11 // three digits need 2,048 sub-buckets
)

// HighestValue is the largest value a Histogram tells apart: 10^12, which is 31
// years of milliseconds, or a terabyte.
const HighestValue = 1e12

// Histogram is a distribution of values as k6 measures them: milliseconds, or
// the plain numbers of a custom trend. It is sparse: memory and time go with
// the distinct values recorded, to three significant digits. Values below 0 and
// above HighestValue are recorded as these limits and counted by Clipped; Min,
// Max and Mean are exact in any case.
//
// The error of a value read back is at most 0.05 % (half a bucket) or 0.000005,
// whichever is more. Use NewHistogram; a Histogram is not safe for concurrent use.
type Histogram struct {
	packed   *hdrhistogram.PackedHistogram
	clipped  uint64
	sum      float64
	min, max float64
}

// NewHistogram returns an empty Histogram.
func NewHistogram() *Histogram {
	return &Histogram{packed: hdrhistogram.NewPacked(1, highestUnits, digits)}
}

// RecordMS records one value in milliseconds, or in a custom trend's own unit.
// What is not a number, or infinite, is ignored.
func (h *Histogram) RecordMS(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	h.note(v, v, v)
	switch {
	case v < 0:
		h.clipped++
		v = 0
	case v > HighestValue:
		h.clipped++
		v = HighestValue
	}
	// A value within the limits is always taken.
	_ = h.packed.RecordValue(int64(math.Round(v * unitsPerValue)))
}

// Merge adds everything that o recorded.
func (h *Histogram) Merge(o *Histogram) {
	if o.Count() == 0 {
		return
	}
	h.note(o.sum, o.min, o.max)
	h.clipped += o.clipped
	h.packed.Merge(o.packed)
}

// note must come before the counts it is about are added.
func (h *Histogram) note(sum, lo, hi float64) {
	if h.Count() == 0 {
		h.sum, h.min, h.max = sum, lo, hi
		return
	}
	h.sum += sum
	h.min = min(h.min, lo)
	h.max = max(h.max, hi)
}

// Reset forgets everything and keeps the memory for the next use.
func (h *Histogram) Reset() {
	h.packed.Reset()
	h.clipped, h.sum, h.min, h.max = 0, 0, 0, 0
}

// Count returns how many values were recorded.
func (h *Histogram) Count() uint64 { return uint64(h.packed.TotalCount()) } //nolint:gosec // never negative

// Clipped returns how many of them were out of range.
func (h *Histogram) Clipped() uint64 { return h.clipped }

// Sum returns the exact sum.
func (h *Histogram) Sum() float64 { return h.sum }

// Min returns the exact smallest value, 0 when empty.
func (h *Histogram) Min() float64 { return h.min }

// Max returns the exact largest value, 0 when empty.
func (h *Histogram) Max() float64 { return h.max }

// Mean returns the exact mean, 0 when empty.
func (h *Histogram) Mean() float64 {
	if h.Count() == 0 {
		return 0
	}
	return h.sum / float64(h.Count())
}

// Quantiles returns the values at ps (0–1, in any order) in one pass; zeros
// when empty. The definition is k6's own (TrendSink.P; type 7 of Hyndman and
// Fan, "Sample Quantiles in Statistical Packages", 1996): with the n values
// sorted, the one at rank p·(n−1), interpolated between its neighbours.
func (h *Histogram) Quantiles(ps ...float64) []float64 {
	out := make([]float64, len(ps))
	if h.Count() == 0 || len(ps) == 0 {
		return out
	}
	last := float64(h.Count() - 1)
	ranks := make([]uint64, 0, 2*len(ps))
	for _, p := range ps {
		at := clamp01(p) * last
		ranks = append(ranks, uint64(math.Floor(at)), uint64(math.Ceil(at)))
	}
	values := h.atRanks(ranks)
	for i, p := range ps {
		_, fraction := math.Modf(clamp01(p) * last)
		lo, hi := values[2*i], values[2*i+1]
		out[i] = lo + (hi-lo)*fraction
	}
	return out
}

// atRanks returns the values with the given ranks, counted from 0.
func (h *Histogram) atRanks(ranks []uint64) []float64 {
	order := make([]int, len(ranks))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case ranks[a] < ranks[b]:
			return -1
		case ranks[a] > ranks[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(ranks))
	var seen uint64
	next := 0
	for low, count := range h.packed.ForEachBucket {
		seen += uint64(count) //nolint:gosec // counts are positive
		for next < len(order) && ranks[order[next]] < seen {
			out[order[next]] = h.valueAt(ranks[order[next]], low)
			next++
		}
		if next == len(order) {
			break
		}
	}
	return out
}

// valueAt returns what stands for the value of a rank that fell in the bucket
// beginning at low: its middle, or the exact extreme at either end.
func (h *Histogram) valueAt(rank uint64, low int64) float64 {
	switch rank {
	case 0:
		return h.min
	case h.Count() - 1:
		return h.max
	}
	width := int64(1) << bucketShift(low)
	middle := (float64(low) + float64(width-1)/2) / unitsPerValue
	return min(max(middle, h.min), h.max)
}

// bucketShift returns the binary logarithm of the width of v's bucket.
func bucketShift(v int64) int {
	return max(0, bits.Len64(uint64(v))-subBucketBits) //nolint:gosec // v is not negative
}

func clamp01(p float64) float64 {
	if math.IsNaN(p) {
		return 0
	}
	return min(max(p, 0), 1)
}

// Latency returns the distribution's figures, nil when empty.
func (h *Histogram) Latency() *Latency {
	if h.Count() == 0 {
		return nil
	}
	q := h.Quantiles(0.5, 0.9, 0.95, 0.99, 0.999)
	return &Latency{Min: h.min, Avg: h.Mean(), P50: q[0], P90: q[1], P95: q[2], P99: q[3], P999: q[4], Max: h.max}
}
