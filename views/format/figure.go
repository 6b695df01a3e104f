// Package format writes figures for people: three significant digits, a unit, and the exact value for
// those who point at it. It is pure; the language decides words such as "2 m 05 s" or "2분 05초".
package format

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// Figure is a formatted quantity. Its zero value is "no data".
type Figure struct {
	Value string // "12.4", "<0.01", "2 m 05 s"
	Unit  string // "k", "ms", "%"; "" when Value says it all
	Exact string // the unrounded value with its unit, for a title attribute
	tight bool   // the unit follows its value without a space
}

// Dash stands for "no data".
const Dash = "–"

// None returns the figure for "no data".
func None() Figure { return Figure{} }

// IsNone reports whether f stands for "no data".
func (f Figure) IsNone() bool { return f.Value == "" }

// String returns the value with its unit: "12.4 k", "0.02 %", "–".
func (f Figure) String() string {
	switch {
	case f.IsNone():
		return Dash
	case f.Unit == "":
		return f.Value
	case f.tight:
		return f.Value + f.Unit
	}
	return f.Value + " " + f.Unit
}

// significant writes v, which is not negative, with three significant digits and no idle zeros.
// From 1,000 on it writes whole numbers.
func significant(v float64) string {
	switch {
	case v >= 999.5:
		return group(strconv.FormatFloat(v, 'f', 0, 64))
	case v >= 99.95:
		return trim(strconv.FormatFloat(v, 'f', 0, 64))
	case v >= 9.995:
		return trim(strconv.FormatFloat(v, 'f', 1, 64))
	}
	return trim(strconv.FormatFloat(v, 'f', 2, 64))
}

func trim(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// group writes the digits of a whole number with commas, as English and Korean both do.
func group(digits string) string {
	whole, rest, _ := strings.Cut(digits, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if rest != "" {
		b.WriteString("." + rest)
	}
	return b.String()
}

func exact(v float64) string { return group(strconv.FormatFloat(v, 'f', -1, 64)) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func korean(lang language.Tag) bool {
	base, _ := lang.Base()
	return base.String() == "ko"
}

func pick(lang language.Tag, en, ko string) string {
	if korean(lang) {
		return ko
	}
	return en
}
