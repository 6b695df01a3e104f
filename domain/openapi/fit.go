package openapi

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// fits reports whether v is valid against c as a part of a request: what is
// read-only is not required. What cannot be decided here, such as a pattern in
// a dialect of its own, counts as fitting.
func (c *schema) fits(v any) bool { return c.fit(v, 0) }

func (c *schema) fit(v any, depth int) bool {
	if c == nil || depth > maxRefs || !c.src.spend() {
		return true
	}
	if c.never {
		return false
	}
	if to := c.follow(); to != nil && !to.fit(v, depth+1) {
		return false
	}
	if !c.fitsType(v) || !c.fitsChoice(v, depth) {
		return false
	}
	if c.enum != nil && !slices.ContainsFunc(c.enum, func(e any) bool { return equal(e, v) }) {
		return false
	}
	if c.fixed && !equal(c.examples[0], v) {
		return false
	}
	switch v := v.(type) {
	case string:
		return c.fitsString(v)
	case json.Number:
		return c.fitsNumber(v)
	case []any:
		return c.fitsArray(v, depth)
	case object:
		return c.fitsObject(v, depth)
	}
	return true
}

func (c *schema) fitsType(v any) bool {
	if len(c.types) == 0 {
		return true
	}
	t := typeOf(v)
	return slices.Contains(c.types, t) || t == "integer" && slices.Contains(c.types, "number")
}

func typeOf(v any) string {
	switch v := v.(type) {
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case object:
		return "object"
	case json.Number:
		if f, err := v.Float64(); err == nil && f == math.Trunc(f) {
			return "integer"
		}
		return "number"
	}
	return "null"
}

func (c *schema) fitsChoice(v any, depth int) bool {
	for _, part := range c.allOf {
		if !part.fit(v, depth+1) {
			return false
		}
	}
	fitting := func(list []*schema) (n int) {
		for _, s := range list {
			if s.fit(v, depth+1) {
				n++
			}
		}
		return n
	}
	if len(c.anyOf) > 0 && fitting(c.anyOf) == 0 {
		return false
	}
	if len(c.oneOf) > 0 && fitting(c.oneOf) != 1 {
		return false
	}
	if c.not != nil && c.not.fit(v, depth+1) {
		return false
	}
	for _, r := range c.conditions {
		then := r.els
		if r.when.fit(v, depth+1) {
			then = r.then
		}
		if !then.fit(v, depth+1) {
			return false
		}
	}
	return true
}

func (c *schema) fitsString(s string) bool {
	n := utf8.RuneCountInString(s)
	if c.minLen != nil && n < *c.minLen || c.maxLen != nil && n > *c.maxLen {
		return false
	}
	for _, p := range c.patterns {
		if !p.matches(s) {
			return false
		}
	}
	return fitsFormat(c.format, s)
}

func (c *schema) fitsNumber(n json.Number) bool {
	f, err := n.Float64()
	if err != nil {
		return false
	}
	if l := c.min; l != nil && (f < l.value || l.exclusive && f == l.value) {
		return false
	}
	if l := c.max; l != nil && (f > l.value || l.exclusive && f == l.value) {
		return false
	}
	if m := c.multipleOf; m != nil && *m > 0 {
		q := f / *m
		return math.Abs(q-math.Round(q)) < 1e-9*max(1, math.Abs(q))
	}
	switch c.format {
	case "int32":
		_, err := strconv.ParseInt(n.String(), 10, 32)
		return err == nil
	case "int64":
		_, err := strconv.ParseInt(n.String(), 10, 64)
		return err == nil
	}
	return true
}

func (c *schema) fitsArray(list []any, depth int) bool {
	if c.minItems != nil && len(list) < *c.minItems || c.maxItems != nil && len(list) > *c.maxItems {
		return false
	}
	for i, v := range list {
		s := c.items
		if i < len(c.prefix) {
			s = c.prefix[i]
		}
		if !s.fit(v, depth+1) {
			return false
		}
		if c.unique && slices.ContainsFunc(list[:i], func(w any) bool { return equal(v, w) }) {
			return false
		}
	}
	return c.contains == nil || c.fitsContains(list, depth)
}

func (c *schema) fitsContains(list []any, depth int) bool {
	n := 0
	for _, v := range list {
		if c.contains.fit(v, depth+1) {
			n++
		}
	}
	return n >= c.leastContained() && (c.maxContains == nil || n <= *c.maxContains)
}

// leastContained returns how many elements must fit contains.
func (c *schema) leastContained() int {
	switch {
	case c.contains == nil:
		return 0
	case c.minContains != nil:
		return *c.minContains
	}
	return 1
}

// equal compares values as JSON Schema does: 1.0 is 1, members have no order.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		n, ok := b.(json.Number)
		if !ok {
			return false
		}
		if a == n {
			return true
		}
		x, errX := a.Float64()
		y, errY := n.Float64()
		return errX == nil && errY == nil && x == y
	case []any:
		l, ok := b.([]any)
		return ok && slices.EqualFunc(a, l, equal)
	case object:
		o, ok := b.(object)
		if !ok || len(a) != len(o) {
			return false
		}
		for _, m := range a {
			v, there := o.get(m.name)
			if !there || !equal(m.value, v) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case []any, object:
		return false
	}
	return a == b
}
