package openapi

import "slices"

func (c *schema) fitsObject(o object, depth int) bool {
	if c.minProps != nil && len(o) < *c.minProps || c.maxProps != nil && len(o) > *c.maxProps {
		return false
	}
	for _, name := range c.required {
		if _, there := o.get(name); !there && !c.isReadOnly(name) {
			return false
		}
	}
	for name, needs := range c.dependent {
		if _, there := o.get(name); !there {
			continue
		}
		for _, n := range needs {
			if _, there := o.get(n); !there {
				return false
			}
		}
	}
	for _, m := range o {
		if !c.fitsMember(m, depth) {
			return false
		}
	}
	return !c.sealed || c.knowsAll(o)
}

func (c *schema) fitsMember(m member, depth int) bool {
	if c.names != nil && !c.names.fit(m.name, depth+1) {
		return false
	}
	p := c.prop(m.name)
	if p != nil && !p.fit(m.value, depth+1) {
		return false
	}
	described := p != nil
	for _, pp := range c.patternProps {
		if pp.name.matches(m.name) {
			described = true
			if !pp.schema.fit(m.value, depth+1) {
				return false
			}
		}
	}
	return described || !c.closed && c.additional.fit(m.value, depth+1)
}

// knowsAll reports whether some part of c describes every member: what is not
// described anywhere is unevaluated.
func (c *schema) knowsAll(o object) bool {
	for _, m := range o {
		if !c.knows(m.name, 0) {
			return false
		}
	}
	return true
}

func (c *schema) knows(name string, depth int) bool {
	if c == nil || depth > maxNested {
		return false
	}
	if c.prop(name) != nil || c.additional != nil ||
		slices.ContainsFunc(c.patternProps, func(p patternProperty) bool { return p.name.matches(name) }) {
		return true
	}
	parts := slices.Concat(c.allOf, c.anyOf, c.oneOf)
	for _, r := range c.conditions {
		parts = append(parts, r.when, r.then, r.els)
	}
	if to := c.follow(); to != nil {
		parts = append(parts, to)
	}
	return slices.ContainsFunc(parts, func(p *schema) bool { return p.knows(name, depth+1) })
}

func (c *schema) prop(name string) *schema {
	for _, p := range c.props {
		if p.name == name {
			return p.schema
		}
	}
	return nil
}

func (c *schema) isReadOnly(name string) bool {
	p := c.prop(name)
	return p != nil && p.flat().readOnly
}
