package openapi

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (g *generator) number(c *schema, variant int) any {
	integer := c.kind() == "integer" || c.format == "int32" || c.format == "int64"
	step := 1.0
	if c.multipleOf != nil && *c.multipleOf > 0 {
		step = *c.multipleOf
	} else if !integer && c.min != nil && c.max != nil && c.max.value-c.min.value <= 1 {
		step = (c.max.value - c.min.value) / 4
	}
	start := step
	if c.min != nil && start <= c.min.value {
		start = math.Ceil(c.min.value/step) * step
		if c.min.exclusive && start == c.min.value {
			start += step
		}
	}
	if c.max != nil && (start > c.max.value || c.max.exclusive && start == c.max.value) {
		start = math.Floor(c.max.value/step) * step
		if c.max.exclusive && start == c.max.value {
			start -= step
		}
	}
	if integer {
		start, step = math.Ceil(start), math.Max(1, math.Ceil(step))
	}
	n := start + float64(g.offset(c, start, step, variant))*step
	text := strconv.FormatFloat(n, 'f', -1, 64)
	if c.multipleOf != nil && !integer {
		text = strconv.FormatFloat(math.Round(n*1e9)/1e9, 'f', -1, 64)
	}
	return json.Number(text)
}

// offset returns how many steps to go on from start without leaving c's range.
func (g *generator) offset(c *schema, start, step float64, variant int) int {
	room := 1000
	if c.max != nil && step > 0 {
		room = int(math.Max(0, math.Min(1000, (c.max.value-start)/step)))
		if c.max.exclusive && start+float64(room)*step >= c.max.value {
			room = max(0, room-1)
		}
	}
	if variant > room {
		return -(variant - room)
	}
	if g.rng != nil {
		return g.rng.IntN(room + 1)
	}
	return variant
}

func (g *generator) str(c *schema, variant int) any {
	suffix := ""
	if variant > 0 {
		suffix = strconv.Itoa(variant)
	}
	pick := func(n int) int { return g.pick(n, variant) }
	if len(c.patterns) > 0 {
		if s, ok := c.patterned(pick); ok {
			return s
		}
	}
	if known, ok := formats[c.format]; ok {
		if s := g.varied(c.format, known, variant); c.fitsString(s) {
			return s
		}
		return known
	}
	base := "string"
	if g.rng != nil {
		base = ""
		for range 8 {
			base += string(rune('a' + g.rng.IntN(26)))
		}
	}
	return g.fitLength(c, base+suffix)
}

// patterned returns a string that fits c and its patterns, false when none is found.
func (c *schema) patterned(pick func(int) int) (string, bool) {
	for _, p := range c.patterns {
		for _, more := range []int{0, 1, 2, 4, 8, 16, 32, 64, 128} {
			s, ok := p.example(more, pick)
			if ok && (s != "" || c.minLen == nil && more > 1) && c.fitsString(s) {
				return s, true
			}
		}
	}
	for _, s := range ordinary {
		if c.fitsString(s) {
			return s, true
		}
	}
	if p, ok := c.patterns[0].meant(); ok {
		least := 1
		if c.minLen != nil {
			least = *c.minLen
		}
		return p.example(least, pick)
	}
	return "", false
}

// ordinary are strings that patterns beyond Go's regular expressions often take.
var ordinary = []string{"string", "abc", "ABC", "1", "123456", "a1", "Passw0rd!", "example.com", "https://example.com", "user@example.com", "2025-01-15", "1.0.0", "/path", "A1B2C3"}

func (g *generator) fitLength(c *schema, s string) string {
	if c.minLen != nil {
		if short := min(*c.minLen, maxPatternText) - utf8.RuneCountInString(s); short > 0 && c.src.pay(short/16) {
			s += strings.Repeat("x", short)
		}
	}
	if c.maxLen != nil && utf8.RuneCountInString(s) > *c.maxLen {
		runes := []rune(s)
		s = string(runes[len(runes)-*c.maxLen:])
	}
	return s
}

// varied returns another well-formed string of a format.
func (g *generator) varied(format, known string, variant int) string {
	n := variant
	if g.rng != nil {
		n = g.rng.IntN(1 << 20)
	}
	if n == 0 {
		return known
	}
	number := strconv.Itoa(n)
	switch format {
	case "uuid", "guid":
		return known[:len(known)-12] + strings.Repeat("0", max(0, 12-len(number))) + number
	case "email", "idn-email":
		return "user" + number + "@example.com"
	case "hostname", "idn-hostname":
		return "host" + number + ".example.com"
	case "uri", "url", "iri", "uri-reference", "iri-reference":
		return known + number
	case "date":
		return "2025-01-" + twoDigits(1+n%28)
	case "date-time":
		return "2025-01-" + twoDigits(1+n%28) + "T09:" + twoDigits(n/28%60) + ":00Z"
	case "ipv4", "ip":
		return "192.0.2." + strconv.Itoa(1+n%254)
	case "int32", "int64":
		return number
	}
	return known
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
