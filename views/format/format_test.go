package format

import (
	"math"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

var (
	en = language.English
	ko = language.Korean
)

func TestFigures(t *testing.T) {
	nan := math.NaN()
	now := time.Date(2026, 3, 1, 14, 5, 9, 0, time.UTC)
	for _, c := range []struct {
		name  string
		got   Figure
		want  string
		exact string
	}{
		{"count", Count(en, 412), "412", "412"},
		{"count of thousands", Count(en, 1240), "1,240", "1,240"},
		{"count below the k", Count(en, 9999), "9,999", "9,999"},
		{"count k", Count(en, 12400), "12.4 k", "12,400"},
		{"count k rounded", Count(ko, 19776), "19.8 k", "19,776"},
		{"count just below M", Count(en, 999_499), "999 k", "999,499"},
		{"count M", Count(en, 999_500), "1 M", "999,500"},
		{"count zero", Count(en, 0), "0", "0"},
		{"count negative", Count(en, -1240), "−1,240", "-1,240"},
		{"number", Number(en, 0.25), "0.25", "0.25"},
		{"number tiny", Number(en, 0.001), "<0.01", "0.001"},
		{"number none", Number(en, nan), "–", ""},
		{"rate", Rate(en, 412), "412 /s", "412 /s"},
		{"rate k", Rate(en, 12444), "12.4 k/s", "12,444 /s"},
		{"rate fraction", Rate(en, 8.25), "8.25 /s", "8.25 /s"},
		{"latency small", Latency(en, 820*time.Microsecond), "0.82 ms", "0.82 ms"},
		{"latency", Latency(en, 8200*time.Microsecond), "8.2 ms", "8.2 ms"},
		{"latency three digits", Latency(en, 182403100*time.Nanosecond), "182 ms", "182.4031 ms"},
		{"latency rounds into seconds", Latency(en, 999600*time.Microsecond), "1 s", "999.6 ms"},
		{"latency seconds", Latency(en, 1240*time.Millisecond), "1.24 s", "1,240 ms"},
		{"latency nanoseconds", Latency(en, 20*time.Nanosecond), "<0.01 ms", "0.00002 ms"},
		{"millis none", Millis(en, nan), "–", ""},
		{"ratio", Ratio(en, 0.0002), "0.02 %", "0.02 %"},
		{"ratio tiny", Ratio(en, 0.00001), "<0.01 %", "0.001 %"},
		{"ratio zero", Ratio(en, 0), "0 %", "0 %"},
		{"ratio all", Ratio(en, 1), "100 %", "100 %"},
		{"ratio nearly all", Ratio(en, 0.9996), "99.96 %", "99.96 %"},
		{"ratio all but one of a million", Ratio(en, 0.999999), ">99.99 %", "99.9999 %"},
		{"ratio above", Ratio(en, 1.254), "125 %", "125.4 %"},
		{"change up", Change(en, 0.12), "+12 %", "+12 %"},
		{"change down", Change(en, -0.031), "−3.1 %", "−3.1 %"},
		{"change none", Change(en, 0), "0 %", "0 %"},
		{"bytes", Bytes(en, 512), "512 B", "512 B"},
		{"bytes KiB", Bytes(en, 1536), "1.5 KiB", "1,536 B"},
		{"bytes MiB", Bytes(en, 13_002_342), "12.4 MiB", "13,002,342 B"},
		{"bytes GiB", Bytes(en, 3<<30), "3 GiB", "3,221,225,472 B"},
		{"MiB", MiB(en, 256), "256 MiB", "268,435,456 B"},
		{"cpu m", CPU(en, 250), "250 m", "250 m"},
		{"cpu core", CPU(en, 1000), "1 core", "1,000 m"},
		{"cpu cores", CPU(en, 1200), "1.2 cores", "1,200 m"},
		{"cpu Korean", CPU(ko, 1200), "1.2코어", "1,200 m"},
		{"span", Span(en, 125*time.Second), "2 m 05 s", "2m5s"},
		{"span Korean", Span(ko, 125*time.Second), "2분 05초", "2m5s"},
		{"span minutes", Span(en, 2*time.Minute), "2 m", "2m0s"},
		{"span seconds", Span(ko, 48*time.Second), "48초", "48s"},
		{"span fraction", Span(en, 1500*time.Millisecond), "1.5 s", "1.5s"},
		{"span fraction Korean", Span(ko, 1500*time.Millisecond), "1.5초", "1.5s"},
		{"span hours", Span(en, 62*time.Minute), "1 h 02 m", "1h2m0s"},
		{"span days", Span(ko, 76*time.Hour), "3일 04시간", "76h0m0s"},
		{"span zero", Span(en, 0), "0 s", "0s"},
		{"span short", Span(en, 40*time.Millisecond), "40 ms", "40ms"},
		{"time", Time(en, now), "2026-03-01 14:05:09 UTC", "2026-03-01T14:05:09Z"},
		{"time Korean", Time(ko, now), "2026. 3. 1. 14:05:09 UTC", "2026-03-01T14:05:09Z"},
		{"time none", Time(en, time.Time{}), "–", ""},
		{"ago now", Ago(en, now, now.Add(-5*time.Second)), "just now", "2026-03-01T14:05:04Z"},
		{"ago minutes", Ago(ko, now, now.Add(-3*time.Minute)), "3분 전", "2026-03-01T14:02:09Z"},
		{"ago days", Ago(en, now, now.Add(-50*time.Hour)), "2 d ago", "2026-02-27T12:05:09Z"},
		{"ago long", Ago(en, now, now.AddDate(-1, 0, 0)), "2025-03-01", "2025-03-01T14:05:09Z"},
		{"none", None(), "–", ""},
	} {
		if got := c.got.String(); got != c.want {
			t.Errorf("%s = %q, want %q", c.name, got, c.want)
		}
		if c.got.Exact != c.exact {
			t.Errorf("%s: exact %q, want %q", c.name, c.got.Exact, c.exact)
		}
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{
		48 * time.Second: "00:48", 2 * time.Minute: "02:00", 3723 * time.Second: "1:02:03", -time.Second: "00:00",
		1999 * time.Millisecond: "00:01",
	} {
		if got := Clock(d); got != want {
			t.Errorf("Clock(%s) = %q, want %q", d, got, want)
		}
	}
}

func TestSomethingIsNeverNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(1, 1<<40).Draw(t, "total")
		failed := rapid.Int64Range(1, total).Draw(t, "failed")
		got := Ratio(en, float64(failed)/float64(total)).String()
		if got == "0 %" || (failed < total && got == "100 %") {
			t.Fatalf("%d of %d failed reads %q", failed, total, got)
		}
	})
}

func TestFiguresStayShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Float64Range(0, 3.6e6).Draw(t, "ms")
		if got := Millis(en, ms).Value; len(got) > len("3,600") {
			t.Fatalf("%g ms reads %q", ms, got)
		}
		n := rapid.Int64Range(0, 1<<49).Draw(t, "n")
		if got := Count(ko, n).Value; len(got) > len("999,999") || strings.Contains(got, "e") {
			t.Fatalf("%d reads %q", n, got)
		}
	})
}
