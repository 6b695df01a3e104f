package format

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"golang.org/x/text/language"
)

// Latency formats a response time: 0.82 ms, 8.2 ms, 182 ms, 1.24 s.
func Latency(lang language.Tag, d time.Duration) Figure {
	return Millis(lang, float64(d)/float64(time.Millisecond))
}

// Millis formats a response time given in milliseconds; NaN is no data.
func Millis(_ language.Tag, ms float64) Figure {
	if !finite(ms) || ms < 0 {
		return None()
	}
	f := Figure{Unit: "ms", Exact: exact(round(ms, 6)) + " ms"}
	switch {
	case ms > 0 && ms < 0.005:
		f.Value = "<0.01"
	case ms >= 999.5:
		f.Value, f.Unit = significant(ms/1000), "s"
	default:
		f.Value = significant(ms)
	}
	return f
}

// Span formats how long something takes: 48 s, 2 m 05 s, 1 h 02 m, 3 d 04 h; in Korean 2분 05초.
// Under one second it is a Latency, and under ten seconds it keeps a fraction.
func Span(lang language.Tag, d time.Duration) Figure {
	if d < 0 {
		return None()
	}
	exactly := d.String()
	if d > 0 && d < time.Second {
		f := Latency(lang, d)
		f.Exact = exactly
		return f
	}
	if d < 10*time.Second && d%time.Second != 0 {
		s := trim(strconv.FormatFloat(d.Seconds(), 'f', 1, 64))
		return Figure{Value: s, Unit: pick(lang, "s", "초"), Exact: exactly, tight: korean(lang)}
	}
	total := int64(math.Round(d.Seconds()))
	day, hour, minute, second := total/86400, total/3600%24, total/60%60, total%60
	pattern := func(en, ko string, a ...any) Figure {
		return Figure{Value: fmt.Sprintf(pick(lang, en, ko), a...), Exact: exactly}
	}
	switch {
	case day > 0:
		return pattern("%d d %02d h", "%d일 %02d시간", day, hour)
	case hour > 0:
		return pattern("%d h %02d m", "%d시간 %02d분", hour, minute)
	case minute > 0 && second == 0:
		return pattern("%d m", "%d분", minute)
	case minute > 0:
		return pattern("%d m %02d s", "%d분 %02d초", minute, second)
	}
	return pattern("%d s", "%d초", second)
}

// Clock formats an elapsed or remaining time as on a stopwatch: 00:48, 1:02:03.
func Clock(d time.Duration) string {
	total := int64(max(d, 0) / time.Second)
	if total >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", total/3600, total/60%60, total%60)
	}
	return fmt.Sprintf("%02d:%02d", total/60, total%60)
}

// Time formats an instant in UTC, which a page without script shows: 2026-03-01 14:05:09 UTC.
// The zero time is no data.
func Time(lang language.Tag, t time.Time) Figure {
	if t.IsZero() {
		return None()
	}
	return Figure{
		Value: t.UTC().Format(pick(lang, "2006-01-02 15:04:05 UTC", "2006. 1. 2. 15:04:05 UTC")),
		Exact: t.UTC().Format(time.RFC3339Nano),
	}
}

// Ago formats how long before now t was: just now, 3 m ago, 2 h ago, 5 d ago; older instants as a date.
func Ago(lang language.Tag, now, t time.Time) Figure {
	if t.IsZero() {
		return None()
	}
	f := Figure{Exact: t.UTC().Format(time.RFC3339)}
	switch d := now.Sub(t); {
	case d < time.Minute:
		f.Value = pick(lang, "just now", "방금")
	case d < time.Hour:
		f.Value = fmt.Sprintf(pick(lang, "%d m ago", "%d분 전"), int(d.Minutes()))
	case d < 24*time.Hour:
		f.Value = fmt.Sprintf(pick(lang, "%d h ago", "%d시간 전"), int(d.Hours()))
	case d < 30*24*time.Hour:
		f.Value = fmt.Sprintf(pick(lang, "%d d ago", "%d일 전"), int(d.Hours()/24))
	default:
		f.Value = t.UTC().Format(pick(lang, "2006-01-02", "2006. 1. 2."))
	}
	return f
}
