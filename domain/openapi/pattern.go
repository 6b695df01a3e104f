package openapi

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is a regular expression of a schema, in ECMAScript's dialect. Go's
// engine is used for its bounded time; what it cannot say is taken apart first.
type pattern struct {
	text  string
	taken bool
	body  string         // the expression without what looks ahead or behind
	whole *regexp.Regexp // nil where Go cannot decide
	looks []look
}

// look is an assertion about the text's start: (?=…) or (?!…) after ^.
type look struct {
	inner  string
	re     *regexp.Regexp
	wanted bool
}

// matches reports whether s matches; what cannot be decided matches everything.
func (p *pattern) matches(s string) bool {
	p.take()
	for _, l := range p.looks {
		if l.re.MatchString(s) != l.wanted {
			return false
		}
	}
	return p.whole == nil || p.whole.MatchString(s)
}

func (p *pattern) take() {
	if p.taken {
		return
	}
	p.taken = true
	rest := dialect(p.text)
	if after, anchored := strings.CutPrefix(rest, "^"); anchored {
		p.looks, after = leadingLooks(after)
		rest = "^" + after
	}
	var cut bool
	p.body, cut = withoutLooks(rest)
	if re, err := regexp.Compile(p.body); err == nil && !cut {
		p.whole = re
	}
}

// leadingLooks takes the assertions from the front of an expression.
func leadingLooks(expr string) (looks []look, rest string) {
	for strings.HasPrefix(expr, "(?=") || strings.HasPrefix(expr, "(?!") {
		end := closing(expr)
		if end < 0 {
			return looks, expr
		}
		l := look{inner: expr[3:end], wanted: expr[2] == '='}
		re, err := regexp.Compile("^(?:" + l.inner + ")")
		if err != nil {
			return looks, expr
		}
		l.re = re
		looks, expr = append(looks, l), expr[end+1:]
	}
	return looks, expr
}

// withoutLooks removes the assertions from an expression and reports whether
// there were any: without them it matches more.
func withoutLooks(expr string) (rest string, cut bool) {
	var b strings.Builder
	for i := 0; i < len(expr); i++ {
		if strings.HasPrefix(expr[i:], "(?=") || strings.HasPrefix(expr[i:], "(?!") || strings.HasPrefix(expr[i:], "(?<=") || strings.HasPrefix(expr[i:], "(?<!") {
			if end := closing(expr[i:]); end > 0 {
				i, cut = i+end, true
				continue
			}
		}
		b.WriteByte(expr[i])
		if expr[i] == '\\' && i+1 < len(expr) {
			i++
			b.WriteByte(expr[i])
		}
	}
	return b.String(), cut
}

// closing returns where the parenthesis that expr starts with is closed, -1 if nowhere.
func closing(expr string) int {
	depth, class := 0, false
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '(' && !class:
			depth++
		case c == ')' && !class:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

var (
	unicodeEscape = regexp.MustCompile(`\\u([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]+)\}`)
	scriptClass   = regexp.MustCompile(`\\([pP])\{(?:Script|sc|Script_Extensions|scx|General_Category|gc)=(\w+)\}`)
	longRepeat    = regexp.MustCompile(`\{(\d{1,3}|1000),\d{4,}\}`)
	letterClasses = strings.NewReplacer(`{Letter}`, `{L}`, `{Alphabetic}`, `{L}`, `{Number}`, `{N}`, `{Punctuation}`, `{P}`, `{Lowercase_Letter}`, `{Ll}`, `{Uppercase_Letter}`, `{Lu}`)
	slashed       = regexp.MustCompile(`^/(\^.*|.*\$)/[a-z]*$`)
)

// dialect rewrites ECMAScript's notation where Go's differs: \uXXXX, names of
// classes, escapes of characters that need none, and limits beyond Go's.
func dialect(pattern string) string {
	pattern = unicodeEscape.ReplaceAllString(pattern, `\x{$1$2}`)
	pattern = scriptClass.ReplaceAllString(pattern, `\$1{$2}`)
	pattern = letterClasses.Replace(pattern)
	pattern = longRepeat.ReplaceAllString(pattern, `{$1,}`)
	for _, plain := range []string{"/", "@", "#", "%", "&", "=", ":", ",", ";", "<", ">", "~", "`", "'", "\"", "!", "_", " "} {
		pattern = strings.ReplaceAll(pattern, `\`+plain, plain)
	}
	return pattern
}

// example returns a string that is made to match, each open-ended repetition at
// least more times; false when Go cannot read the expression. pick chooses
// among n alternatives and is asked in reading order.
func (p *pattern) example(more int, pick func(n int) int) (string, bool) {
	p.take()
	base, ok := fromPattern(p.body, more, pick)
	if !ok || len(p.looks) == 0 {
		return base, ok
	}
	var wanted strings.Builder
	for _, l := range p.looks {
		if l.wanted {
			part, _ := fromPattern(l.inner, 0, pick)
			wanted.WriteString(part)
		}
	}
	lead := wanted.String()
	for _, s := range []string{base, lead + base[min(len(lead), len(base)):], lead + base, base + lead} {
		if p.matches(s) {
			return s, true
		}
	}
	return base, true
}

// meant returns the expression within one that was written as a literal of a
// program, /like this/, which matches nothing.
func (p *pattern) meant() (*pattern, bool) {
	if m := slashed.FindStringSubmatch(p.text); m != nil {
		return &pattern{text: m[1]}, true
	}
	return nil, false
}

// fromPattern returns a short string that matches an expression of Go's.
func fromPattern(pattern string, more int, pick func(n int) int) (string, bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
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
