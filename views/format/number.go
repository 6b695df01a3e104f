package format

import (
	"math"
	"strconv"

	"golang.org/x/text/language"
)

// Count formats a number of things: 412, 1,240, 12.4 k, 3.06 M.
func Count(lang language.Tag, n int64) Figure {
	f := Number(lang, float64(n))
	f.Exact = group(strconv.FormatInt(n, 10))
	return f
}

// Number formats a bare quantity: 0.25, 8.2, 412, 1,240, 12.4 k. NaN and infinities are no data.
func Number(_ language.Tag, v float64) Figure {
	if !finite(v) {
		return None()
	}
	abs, sign := math.Abs(v), ""
	if v < 0 {
		sign = "−"
	}
	unit := ""
	switch {
	case abs >= 999.5e6:
		abs, unit = abs/1e9, "G"
	case abs >= 999.5e3:
		abs, unit = abs/1e6, "M"
	case abs >= 9999.5:
		abs, unit = abs/1e3, "k"
	case abs > 0 && abs < 0.005:
		return Figure{Value: sign + "<0.01", Exact: exact(v)}
	}
	return Figure{Value: sign + significant(abs), Unit: unit, Exact: exact(v)}
}

// Rate formats events per second: 412 /s, 12.4 k/s.
func Rate(lang language.Tag, perSecond float64) Figure {
	f := Number(lang, perSecond)
	if f.IsNone() {
		return f
	}
	f.Unit += "/s"
	f.Exact += " /s"
	return f
}

// Ratio formats a ratio of 0 to 1 as a percentage: 0.02 %, <0.01 %, 12.5 %, 100 %. What happened once is
// never 0 %, and what failed once is never 100 %.
func Ratio(_ language.Tag, r float64) Figure {
	if !finite(r) {
		return None()
	}
	percent := r * 100
	f := Figure{Unit: "%", Exact: exact(round(percent, 10)) + " %"}
	switch {
	case percent > 0 && percent < 0.01:
		f.Value = "<0.01"
	case percent < 100 && percent >= 99.995:
		f.Value = ">99.99"
	case percent < 100 && percent >= 99.5:
		f.Value = trim(strconv.FormatFloat(math.Floor(percent*100)/100, 'f', 2, 64))
	case percent < 0:
		f.Value = "−" + significant(-percent)
	default:
		f.Value = significant(percent)
	}
	return f
}

// Change formats a relative change, 0.12 as +12 % and -0.031 as −3.1 %.
func Change(lang language.Tag, r float64) Figure {
	f := Ratio(lang, math.Abs(r))
	switch {
	case f.IsNone():
	case r > 0:
		f.Value, f.Exact = "+"+f.Value, "+"+f.Exact
	case r < 0:
		f.Value, f.Exact = "−"+f.Value, "−"+f.Exact
	}
	return f
}

// Bytes formats a size: 512 B, 1.5 KiB, 12.4 MiB, 3.02 GiB.
func Bytes(_ language.Tag, n int64) Figure {
	v, unit := float64(n), "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if math.Abs(v) < 999.5 {
			break
		}
		v, unit = v/1024, next
	}
	f := Figure{Unit: unit, Exact: group(strconv.FormatInt(n, 10)) + " B"}
	f.Value = significant(math.Abs(v))
	if v < 0 {
		f.Value = "−" + f.Value
	}
	return f
}

// MiB formats an amount of memory given in MiB.
func MiB(lang language.Tag, mib float64) Figure {
	if !finite(mib) {
		return None()
	}
	return Bytes(lang, int64(math.Round(mib*1024*1024)))
}

// CPU formats processor time given in millicores: 250 m, 1.2 cores.
func CPU(lang language.Tag, millicores int64) Figure {
	f := Figure{Exact: group(strconv.FormatInt(millicores, 10)) + " m"}
	if millicores < 1000 {
		f.Value, f.Unit = strconv.FormatInt(millicores, 10), "m"
		return f
	}
	f.Value, f.Unit = significant(float64(millicores)/1000), pick(lang, "cores", "코어")
	if f.Value == "1" && !korean(lang) {
		f.Unit = "core"
	}
	f.tight = korean(lang)
	return f
}

func round(v float64, places int) float64 {
	scale := math.Pow10(places)
	return math.Round(v*scale) / scale
}
