package metrics_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

func record(values ...float64) *metrics.Histogram {
	h := metrics.NewHistogram()
	for _, v := range values {
		h.RecordMS(v)
	}
	return h
}

// exact is k6's definition on the values themselves.
func exact(values []float64, p float64) float64 {
	s := slices.Sorted(slices.Values(values))
	at := p * float64(len(s)-1)
	lo, hi := s[int(math.Floor(at))], s[int(math.Ceil(at))]
	return lo + (hi-lo)*(at-math.Floor(at))
}

// latencies draws values as k6 measures them: nanoseconds as milliseconds.
func latencies() *rapid.Generator[[]float64] {
	one := rapid.Custom(func(t *rapid.T) float64 {
		magnitude := rapid.IntRange(2, 12).Draw(t, "magnitude")
		return float64(rapid.Int64Range(0, int64(math.Pow10(magnitude))).Draw(t, "ns")) / 1e6
	})
	return rapid.SliceOfN(one, 1, 300)
}

func TestQuantilesAreWithinTwoPerMilleOfTheExactOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := latencies().Draw(t, "values")
		h := record(values...)
		ps := []float64{0.999, 0, 0.5, 0.9, 0.95, 0.99, 1}
		got := h.Quantiles(ps...)
		for i, p := range ps {
			want := exact(values, p)
			if math.Abs(got[i]-want) > max(want*0.001, 1e-5) {
				t.Fatalf("p%v = %v, exactly %v", p*100, got[i], want)
			}
		}
		if h.Min() != slices.Min(values) || h.Max() != slices.Max(values) || h.Count() != uint64(len(values)) {
			t.Fatalf("min %v max %v count %d of %v", h.Min(), h.Max(), h.Count(), values)
		}
	})
}

func TestEncodedAndMergedPartsEqualRecordingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := latencies().Draw(t, "a"), latencies().Draw(t, "b")
		whole := record(append(slices.Clone(a), b...)...)
		encoded := record(a...)
		if err := encoded.AddEncoded(record(b...).Encode()); err != nil {
			t.Fatal(err)
		}
		merged := record(a...)
		merged.Merge(record(b...))
		for name, h := range map[string]*metrics.Histogram{"encoded": encoded, "merged": merged} {
			if h.Count() != whole.Count() || h.Min() != whole.Min() || h.Max() != whole.Max() {
				t.Fatalf("%s: %d %v %v, whole %d %v %v", name, h.Count(), h.Min(), h.Max(), whole.Count(), whole.Min(), whole.Max())
			}
			if math.Abs(h.Sum()-whole.Sum()) > 1e-9*whole.Sum() {
				t.Fatalf("%s: sum %v, whole %v", name, h.Sum(), whole.Sum())
			}
			ps := []float64{0, 0.25, 0.5, 0.95, 0.999, 1}
			if !slices.Equal(h.Quantiles(ps...), whole.Quantiles(ps...)) {
				t.Fatalf("%s: %v, whole %v", name, h.Quantiles(ps...), whole.Quantiles(ps...))
			}
		}
	})
}

func TestOutOfRangeValuesAreClippedAndCounted(t *testing.T) {
	h := record(-5, 1, math.Inf(1), math.NaN(), 2*metrics.HighestValue)
	if h.Count() != 3 || h.Clipped() != 2 {
		t.Fatalf("count %d clipped %d", h.Count(), h.Clipped())
	}
	if h.Min() != -5 || h.Max() != 2*metrics.HighestValue {
		t.Fatalf("min %v max %v", h.Min(), h.Max())
	}
}

func TestEmptyHistogramIsZero(t *testing.T) {
	h := metrics.NewHistogram()
	if h.Encode() != nil || h.Latency() != nil || h.Mean() != 0 || h.Quantiles(0.5)[0] != 0 {
		t.Fatal("not empty")
	}
	if err := h.AddEncoded(nil); err != nil {
		t.Fatal(err)
	}
	full := record(3)
	full.Merge(h)
	if full.Min() != 3 || full.Count() != 1 {
		t.Fatal("merging nothing changed it")
	}
}

func TestResetForgets(t *testing.T) {
	h := record(1, 2, 3)
	h.Reset()
	h.RecordMS(7)
	if h.Count() != 1 || h.Min() != 7 || h.Max() != 7 || h.Sum() != 7 {
		t.Fatalf("%d %v %v %v", h.Count(), h.Min(), h.Max(), h.Sum())
	}
}

func TestEncodingIsCompact(t *testing.T) {
	h := metrics.NewHistogram()
	for i := range 1000 {
		h.RecordMS(20 + float64(i)/1000)
	}
	if n := len(h.Encode()); n > 250 {
		t.Fatalf("%d bytes for 1,000 values around 20 ms", n)
	}
}

func TestAddEncodedRefusesWhatIsWrong(t *testing.T) {
	good := record(1, 2, 300).Encode()
	for name, b := range map[string][]byte{
		"version":  append([]byte{9}, good[1:]...),
		"cut":      good[:len(good)-1],
		"header":   good[:10],
		"trailing": append(slices.Clone(good), 0),
	} {
		h := record(5)
		if err := h.AddEncoded(b); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if h.Count() != 1 || h.Max() != 5 {
			t.Errorf("%s: the histogram changed", name)
		}
	}
}

func FuzzAddEncoded(f *testing.F) {
	f.Add(record(0.1, 5, 5, 80).Encode())
	f.Add([]byte{1})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		h := metrics.NewHistogram()
		if err := h.AddEncoded(b); err != nil {
			if h.Count() != 0 {
				t.Fatal("a refused encoding left something")
			}
			return
		}
		again := metrics.NewHistogram()
		if err := again.AddEncoded(h.Encode()); err != nil {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
		if again.Count() != h.Count() || !slices.Equal(again.Quantiles(0.5, 0.99), h.Quantiles(0.5, 0.99)) {
			t.Fatal("reading what was written differs")
		}
	})
}

func BenchmarkRecordMS(b *testing.B) {
	h := metrics.NewHistogram()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		h.RecordMS(5 + float64(i%997)/100)
	}
}

func BenchmarkAddEncoded(b *testing.B) {
	part := metrics.NewHistogram()
	for i := range 200 {
		part.RecordMS(5 + float64(i%97)/10)
	}
	encoded := part.Encode()
	h := metrics.NewHistogram()
	b.ReportAllocs()
	for b.Loop() {
		if err := h.AddEncoded(encoded); err != nil {
			b.Fatal(err)
		}
	}
}
