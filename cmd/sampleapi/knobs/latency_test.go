package knobs_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plog.dev/plog/cmd/sampleapi/knobs"
)

const ms = time.Millisecond

func TestParseLatency(t *testing.T) {
	for text, want := range map[string]knobs.Distribution{
		"20ms":                           knobs.Constant(20 * ms),
		"20":                             knobs.Constant(20 * ms),
		" Constant( 1.5s ) ":             knobs.Constant(1500 * ms),
		"uniform(10ms,30ms)":             knobs.Uniform{Low: 10 * ms, High: 30 * ms},
		"normal(50ms, 10ms)":             knobs.Normal{Mean: 50 * ms, Deviation: 10 * ms},
		"lognormal(50ms, 0.4)":           knobs.LogNormal{Median: 50 * ms, Sigma: 0.4},
		"exponential(40)":                knobs.Exponential{Mean: 40 * ms},
		"steps(50% 10ms, 100% 90ms)":     knobs.Steps{{UpTo: .5, Of: 10 * ms}, {UpTo: 1, Of: 90 * ms}},
		"mix(95% 20ms, 5% uniform(1,2))": knobs.Mix{{Share: .95, Of: knobs.Constant(20 * ms)}, {Share: .05, Of: knobs.Uniform{Low: ms, High: 2 * ms}}},
	} {
		got, err := knobs.ParseLatency(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestParseLatencySaysWhatIsWrong(t *testing.T) {
	for text, reason := range map[string]string{
		"":                              "no duration",
		"fast":                          "fast",
		"NaN":                           "no duration",
		"-5ms":                          "not between",
		"11m":                           "not between",
		"gauss(1,2)":                    "gauss",
		"normal(50ms)":                  "2 values",
		"normal(50ms, 1ms":              "parenthesis",
		"constant(1))":                  "parenthesis",
		"uniform(3ms, 2ms)":             "above",
		"lognormal(50ms, -1)":           "sigma",
		"lognormal(50ms, NaN)":          "sigma",
		"mix(95% 20ms, 4% 30ms)":        "99%",
		"mix(20ms)":                     "share",
		"steps(50% 10ms)":               "100%",
		"steps(50% 10ms, 50% 20ms)":     "rise",
		"steps(50% 10ms, 100% 5ms)":     "rise",
		"mix(100% mix(100% normal(1)))": "normal",
	} {
		if got, err := knobs.ParseLatency(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, %v; want an error that says %q", text, got, err, reason)
		}
	}
}

func distributions(depth int) *rapid.Generator[knobs.Distribution] {
	duration := rapid.Map(rapid.Int64Range(0, int64(10*time.Minute)), func(n int64) time.Duration { return time.Duration(n) })
	return rapid.Custom(func(t *rapid.T) knobs.Distribution {
		a, b := duration.Draw(t, "a"), duration.Draw(t, "b")
		kind := rapid.IntRange(0, 6).Draw(t, "kind")
		switch {
		case kind == 1:
			return knobs.Uniform{Low: min(a, b), High: max(a, b)}
		case kind == 2:
			return knobs.Normal{Mean: a, Deviation: b}
		case kind == 3:
			return knobs.LogNormal{Median: a, Sigma: rapid.Float64Range(0, 10).Draw(t, "sigma")}
		case kind == 4:
			return knobs.Exponential{Mean: a}
		case kind == 5:
			return knobs.Steps{{UpTo: float64(rapid.IntRange(1, 99).Draw(t, "upTo")) / 100, Of: min(a, b)}, {UpTo: 1, Of: max(a, b)}}
		case kind == 6 && depth > 0:
			share := rapid.IntRange(1, 99).Draw(t, "share")
			inner := distributions(depth - 1)
			return knobs.Mix{
				{Share: float64(share) / 100, Of: inner.Draw(t, "first")},
				{Share: float64(100-share) / 100, Of: inner.Draw(t, "second")},
			}
		}
		return knobs.Constant(a)
	})
}

// Whatever is written reads back the same, and whatever is drawn is a latency.
func TestLatencyTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := distributions(2).Draw(t, "distribution")
		text, err := knobs.Latency{Distribution: want}.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got knobs.Latency
		if err := got.UnmarshalText(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got.Distribution); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", text, diff)
		}
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		for range 20 {
			if d := want.Draw(random); d < 0 || d > 10*time.Minute {
				t.Fatalf("%s drew %s", text, d)
			}
		}
	})
}

// Draws have the median that the distribution's formula says, within 2 %.
func TestDrawnMedians(t *testing.T) {
	for text, want := range map[string]float64{
		"constant(20ms)":                     20,
		"uniform(10ms, 30ms)":                20,
		"normal(50ms, 10ms)":                 50,
		"lognormal(50ms, 0.4)":               50,
		"exponential(40ms)":                  40 * math.Ln2,
		"mix(80% 20ms, 20% 300ms)":           20,
		"steps(10% 5ms, 60% 15ms, 100% 1s)":  15,
		"mix(10% 1ms, 90% normal(80ms,1ms))": 80 - .1397,
	} {
		d, err := knobs.ParseLatency(text)
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		draws := make([]time.Duration, 100_001)
		for i := range draws {
			draws[i] = d.Draw(random)
		}
		slices.Sort(draws)
		if got := float64(draws[len(draws)/2]) / float64(ms); math.Abs(got-want) > want*.02 {
			t.Errorf("%s: median %.3f ms, want %.3f", text, got, want)
		}
	}
}
