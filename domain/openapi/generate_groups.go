package openapi

import (
	"maps"
	"slices"
	"strconv"
)

func (g *generator) object(c *schema, depth, variant int) any {
	o := object{}
	for _, p := range c.props {
		required := slices.Contains(c.required, p.name)
		if !required && !g.wants(c, p, depth) || depth > requiredDepth || p.schema.flat().readOnly && (!required || !g.readOnly) {
			continue
		}
		v := g.make(p.schema, depth+1, variant)
		if !required && !g.accepts(p.schema, v) {
			continue
		}
		o = o.with(p.name, v)
	}
	for _, name := range c.required {
		if _, there := o.get(name); !there && c.prop(name) == nil && depth <= requiredDepth {
			o = append(o, member{name, g.make(c.described(name), depth+1, variant)})
		}
	}
	return g.enough(c, o, depth)
}

// described returns the schema of a member that is not listed by its name.
func (c *schema) described(name string) *schema {
	for _, p := range c.patternProps {
		if p.name.matches(name) {
			return p.schema
		}
	}
	return c.additional
}

// wants reports whether an optional member is given. Schemas that require
// nothing would otherwise make requests that say nothing.
func (g *generator) wants(c *schema, p property, depth int) bool {
	if p.barred || p.schema.flat().deprecated || g.active[p.schema.identity()] > 0 || c.maxProps != nil {
		return false
	}
	if g.all {
		return depth < optionalDepth
	}
	return len(c.required) == 0 && depth < fullDepth
}

// enough adds members until minProperties and dependentRequired are content.
func (g *generator) enough(c *schema, o object, depth int) object {
	for range len(c.dependent) {
		for _, name := range slices.Sorted(maps.Keys(c.dependent)) {
			if _, there := o.get(name); !there {
				continue
			}
			for _, n := range c.dependent[name] {
				if _, there := o.get(n); !there {
					o = append(o, member{n, g.make(c.prop(n), depth+1, 0)})
				}
			}
		}
	}
	if c.minProps == nil {
		return o
	}
	for _, p := range c.props {
		if _, there := o.get(p.name); !there && len(o) < *c.minProps && !p.barred && !p.schema.flat().readOnly {
			o = append(o, member{p.name, g.make(p.schema, depth+1, 0)})
		}
	}
	for i := 1; len(o) < min(*c.minProps, maxListLength) && i <= 2*maxListLength; i++ {
		name := g.key(c, i)
		if c.prop(name) == nil && !c.bars(name) {
			o = o.with(name, g.make(c.described(name), depth+1, 0))
		}
	}
	return o
}

// key makes the name of a member that nothing names.
func (g *generator) key(c *schema, i int) string {
	if c.names != nil {
		text := *c.names.flat()
		text.types = []string{"string"}
		if name, ok := g.make(&text, 0, i-1).(string); ok {
			return name
		}
	}
	for _, p := range c.patternProps {
		if name, ok := p.name.example(0, func(n int) int { return g.pick(n, i-1) }); ok && name != "" {
			return name
		}
	}
	return "key" + strconv.Itoa(i)
}

func (g *generator) array(c *schema, depth int) any {
	least := max(0, c.leastContained())
	if c.minItems != nil {
		least = max(least, *c.minItems)
	}
	want := max(least, len(c.prefix))
	if want == 0 && c.items != nil && depth < fullDepth+1 && g.active[c.items.identity()] == 0 {
		want = 1
	}
	if c.maxItems != nil {
		want = min(want, *c.maxItems)
	}
	if depth > requiredDepth {
		want = 0
	}
	list := []any{}
	for i := range min(want, maxListLength) {
		element := c.element(i)
		v := g.make(element, depth+1, 0)
		for variant := 1; c.unique && variant < uniqueAttempts && contains(list, v); variant++ {
			v = g.make(element, depth+1, variant)
		}
		if i >= least && (element != nil && !element.fits(v) || c.unique && contains(list, v)) {
			break
		}
		list = append(list, v)
	}
	return list
}

// element returns the schema of the element at an index; the first ones after
// the prefix are those that the list must contain.
func (c *schema) element(i int) *schema {
	switch {
	case i < len(c.prefix):
		return c.prefix[i]
	case i < len(c.prefix)+c.leastContained():
		return both(c.items, c.contains)
	}
	return c.items
}

func contains(list []any, v any) bool {
	return slices.ContainsFunc(list, func(w any) bool { return equal(v, w) })
}
