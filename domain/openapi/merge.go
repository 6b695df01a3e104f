package openapi

import (
	"maps"
	"slices"
)

// flat returns c with its reference followed and everything that must hold
// together (allOf) put into one schema. oneOf and anyOf stay to be chosen from.
func (c *schema) flat() *schema {
	if c.ref == "" && len(c.allOf) == 0 {
		return c
	}
	if c.whole != nil {
		return c.whole
	}
	m := c.own()
	c.whole = m // whoever comes back here in a circle needs no more than this
	if to := c.follow(); to != nil {
		m = join(m, to.flat(), len(c.allOf) == 0)
		m.name = to.name
	}
	for _, part := range c.allOf {
		m = join(m, part.flat(), len(c.allOf) == 1)
	}
	c.whole = m
	return m
}

// own returns a copy of c's own keywords, without what flat joins to them.
func (c *schema) own() *schema {
	m := *c
	m.ref, m.allOf, m.whole = "", nil, nil
	return &m
}

// join returns a schema for what fits both a and b. whole says that b is the
// only part, so that its examples are examples of the result.
func join(a, b *schema, whole bool) *schema {
	m := *a
	m.whole = nil
	m.never = a.never || b.never
	m.types = meet(a.types, b.types)
	m.format = first(a.format, b.format)
	m.patterns = append(slices.Clone(a.patterns), b.patterns...)
	m.enum = common(a.enum, b.enum)
	if b.fixed {
		m.examples, m.fixed = b.examples, true
	} else if !a.fixed && (whole || !slices.Contains(b.types, "object") && len(b.props) == 0) {
		m.examples = append(slices.Clone(a.examples), b.examples...)
	}
	m.min = stricter(a.min, b.min, func(x, y float64) bool { return x > y })
	m.max = stricter(a.max, b.max, func(x, y float64) bool { return x < y })
	m.multipleOf = either(a.multipleOf, b.multipleOf, func(x, y float64) float64 { return max(x, y) })
	most := func(x, y int) int { return max(x, y) }
	least := func(x, y int) int { return min(x, y) }
	m.minLen, m.maxLen = either(a.minLen, b.minLen, most), either(a.maxLen, b.maxLen, least)
	m.minItems, m.maxItems = either(a.minItems, b.minItems, most), either(a.maxItems, b.maxItems, least)
	m.minProps, m.maxProps = either(a.minProps, b.minProps, most), either(a.maxProps, b.maxProps, least)
	m.items, m.additional = both(a.items, b.items), both(a.additional, b.additional)
	m.contains, m.names = both(a.contains, b.contains), both(a.names, b.names)
	m.minContains, m.maxContains = either(a.minContains, b.minContains, most), either(a.maxContains, b.maxContains, least)
	m.unique, m.closed, m.sealed = a.unique || b.unique, a.closed || b.closed, a.sealed || b.sealed
	if len(b.prefix) > len(a.prefix) {
		m.prefix = b.prefix
	}
	m.props = joinProps(a.barring(b), b.barring(a))
	m.patternProps = append(slices.Clone(a.patternProps), b.patternProps...)
	m.required = union(a.required, b.required)
	m.dependent = maps.Clone(a.dependent)
	for k, v := range b.dependent {
		if m.dependent == nil {
			m.dependent = map[string][]string{}
		}
		m.dependent[k] = union(m.dependent[k], v)
	}
	m.oneOf, m.anyOf = a.oneOf, a.anyOf
	m.allOf = nil
	// Two lists of choices cannot be one list: the second is chosen from later.
	if len(m.oneOf) == 0 {
		m.oneOf = b.oneOf
	} else if len(b.oneOf) > 0 {
		m.allOf = append(m.allOf, &schema{src: b.src, oneOf: b.oneOf})
	}
	if len(m.anyOf) == 0 {
		m.anyOf = b.anyOf
	} else if len(b.anyOf) > 0 {
		m.allOf = append(m.allOf, &schema{src: b.src, anyOf: b.anyOf})
	}
	m.not = both(a.not, b.not)
	m.conditions = append(slices.Clone(a.conditions), b.conditions...)
	if m.discriminator == "" {
		m.discriminator, m.mapping = b.discriminator, b.mapping
	}
	m.readOnly, m.deprecated = a.readOnly || b.readOnly, a.deprecated || b.deprecated
	m.encoded = a.encoded || b.encoded
	if m.xml == (xmlShape{}) {
		m.xml = b.xml
	}
	if m.src == nil {
		m.src = b.src
	}
	return &m
}

// barring returns c's properties, those marked that another part would bar.
func (c *schema) barring(other *schema) []property {
	if !other.closed {
		return c.props
	}
	props := slices.Clone(c.props)
	for i := range props {
		props[i].barred = props[i].barred || other.bars(props[i].name)
	}
	return props
}

// bars reports whether c allows no member of that name.
func (c *schema) bars(name string) bool {
	return c.closed && c.prop(name) == nil && !slices.ContainsFunc(c.patternProps, func(p patternProperty) bool { return p.name.matches(name) })
}

func joinProps(a, b []property) []property {
	joined := slices.Clone(a)
	for _, p := range b {
		i := slices.IndexFunc(joined, func(q property) bool { return q.name == p.name })
		if i < 0 {
			joined = append(joined, p)
			continue
		}
		joined[i].schema = both(joined[i].schema, p.schema)
		joined[i].barred = joined[i].barred || p.barred
	}
	return joined
}

func both(a, b *schema) *schema {
	switch {
	case a == nil || a == b:
		return b
	case b == nil:
		return a
	}
	return &schema{src: a.src, allOf: []*schema{a, b}}
}

// meet returns the types that a and b share; none stated is all of them.
func meet(a, b []string) []string {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	var shared []string
	for _, t := range a {
		switch {
		case slices.Contains(b, t):
			shared = append(shared, t)
		case t == "integer" && slices.Contains(b, "number"), t == "number" && slices.Contains(b, "integer"):
			shared = append(shared, "integer")
		}
	}
	if len(shared) == 0 {
		return b
	}
	return shared
}

func common(a, b []any) []any {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	var shared []any
	for _, v := range a {
		if slices.ContainsFunc(b, func(w any) bool { return equal(v, w) }) {
			shared = append(shared, v)
		}
	}
	return shared
}

func union(a, b []string) []string {
	u := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(u, s) {
			u = append(u, s)
		}
	}
	return u
}

func stricter(a, b *limit, tighter func(x, y float64) bool) *limit {
	switch {
	case a == nil:
		return b
	case b == nil || tighter(a.value, b.value) || a.value == b.value && a.exclusive:
		return a
	}
	return b
}

func either[T any](a, b *T, choose func(x, y T) T) *T {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	v := choose(*a, *b)
	return &v
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
