package openapi

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a regular expression of a schema, compiled when first needed.
type pattern struct {
	text     string
	compiled *regexp.Regexp
	tried    bool
}

// matches reports whether s matches; what Go's regular expressions cannot say
// matches everything.
func (p *pattern) matches(s string) bool {
	if !p.tried {
		p.tried = true
		if re, err := regexp.Compile(dialect(p.text)); err == nil {
			p.compiled = re
		}
	}
	return p.compiled == nil || p.compiled.MatchString(s)
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]+)\}`)

// dialect rewrites ECMAScript's notation where Go's differs: \uXXXX, and
// escapes of characters that need none.
func dialect(pattern string) string {
	pattern = unicodeEscape.ReplaceAllString(pattern, `\x{$1$2}`)
	for _, plain := range []string{"/", "@", "#", "%", "&", "=", ":", ",", ";", "<", ">", "~", "`", "'", "\"", "!", "_", " "} {
		pattern = strings.ReplaceAll(pattern, `\`+plain, plain)
	}
	return pattern
}

// fromPattern returns a short string that matches a regular expression, each
// open-ended repetition at least more times; false when Go cannot read it.
// pick chooses among n alternatives and is asked in reading order.
func fromPattern(pattern string, more int, pick func(n int) int) (string, bool) {
	re, err := syntax.Parse(dialect(pattern), syntax.Perl)
	if err != nil {
		return "", false
	}
	var b strings.Builder
	w := patternWriter{out: &b, more: more, pick: pick}
	w.write(re, 0)
	return b.String(), b.Len() <= maxPatternText
}

const maxPatternText = 1 << 16

type patternWriter struct {
	out  *strings.Builder
	more int
	pick func(n int) int
}

func (w patternWriter) write(re *syntax.Regexp, depth int) {
	if depth > maxDepth || w.out.Len() > maxPatternText {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		w.out.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		w.out.WriteRune(w.class(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.out.WriteRune(rune('a' + w.pick(26)))
	case syntax.OpCapture:
		w.write(re.Sub[0], depth+1)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			w.write(sub, depth+1)
		}
	case syntax.OpAlternate:
		w.write(re.Sub[w.pick(len(re.Sub))], depth+1)
	case syntax.OpStar:
		w.repeat(re.Sub[0], w.more, depth)
	case syntax.OpPlus:
		w.repeat(re.Sub[0], max(1, w.more), depth)
	case syntax.OpQuest:
		w.repeat(re.Sub[0], min(1, w.more), depth)
	case syntax.OpRepeat:
		n := max(re.Min, w.more)
		if re.Max >= 0 {
			n = min(n, re.Max)
		}
		w.repeat(re.Sub[0], n, depth)
	}
}

func (w patternWriter) repeat(re *syntax.Regexp, times, depth int) {
	for range times {
		w.write(re, depth+1)
	}
}

// preferred are the characters people can read, most readable first.
var preferred = []rune{'a', 'A', '1', '0', '-', '_'}

// class returns a character of a class: a readable one if it has any. Letters
// and digits are picked from their whole range, so that seeds differ.
func (w patternWriter) class(ranges []rune) rune {
	for i := 0; i+1 < len(ranges); i += 2 {
		lo, hi := ranges[i], ranges[i+1]
		for _, span := range [][2]rune{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}} {
			from, to := max(lo, span[0]), min(hi, span[1])
			if from <= to {
				return from + rune(w.pick(int(to-from)+1))
			}
		}
	}
	for _, r := range preferred {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= r && r <= ranges[i+1] {
				return r
			}
		}
	}
	for i := 0; i+1 < len(ranges); i += 2 {
		if printable := max(ranges[i], ' '); printable <= ranges[i+1] {
			return printable
		}
	}
	if len(ranges) > 0 {
		return ranges[0]
	}
	return 'a'
}
