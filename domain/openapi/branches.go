package openapi

import "slices"

// branches returns the schemas without choices that c stands for, in order.
func (g *generator) branches(c *schema) []*schema { return g.conditional(g.expand(c, 0)) }

func (g *generator) expand(c *schema, depth int) []*schema {
	choices := c.choices()
	if len(choices) == 0 || depth > maxNested {
		return []*schema{c}
	}
	bare := *c
	bare.oneOf, bare.anyOf, bare.allOf = nil, nil, nil
	list := []*schema{&bare}
	for _, choice := range choices {
		var next []*schema
		for _, base := range list {
			for _, option := range g.shuffled(choice) {
				if len(next) >= maxBranches {
					break
				}
				chosen := c.discriminate(join(base, option.flat(), true), option)
				next = append(next, g.expand(chosen, depth+1)...)
			}
		}
		list = next
	}
	return list
}

func (c *schema) choices() [][]*schema {
	var lists [][]*schema
	for _, l := range [][]*schema{c.oneOf, c.anyOf} {
		if len(l) > 0 {
			lists = append(lists, l)
		}
	}
	for _, part := range c.allOf {
		lists = append(lists, part.choices()...)
	}
	return lists
}

func (g *generator) shuffled(list []*schema) []*schema {
	ordered := slices.Clone(list)
	if g.rng != nil {
		g.rng.Shuffle(len(ordered), func(i, j int) { ordered[i], ordered[j] = ordered[j], ordered[i] })
	}
	slices.SortStableFunc(ordered, func(a, b *schema) int { return g.appeal(a) - g.appeal(b) })
	return ordered
}

// appeal orders choices, lower first: null is valid and a useless request; in
// bare text a number fits a choice of text as well, text only its own.
func (g *generator) appeal(c *schema) int {
	switch kind := c.flat().kind(); {
	case kind == "null":
		return 2
	case g.plain && (kind == "integer" || kind == "number"):
		return 1
	}
	return 0
}

// discriminate sets the member that tells an option from the others.
func (c *schema) discriminate(chosen, option *schema) *schema {
	name := c.discriminator
	if name == "" || option.ref == "" {
		return chosen
	}
	label, mapped := c.mapping[option.ref]
	target := option.follow()
	if !mapped && target != nil {
		if label, mapped = c.mapping[target.name]; !mapped {
			label = target.name
		}
	}
	if p := chosen.prop(name); p != nil {
		if flat := p.flat(); flat.fixed || len(flat.enum) > 0 {
			return chosen
		}
	}
	d := *chosen
	d.required = union(chosen.required, []string{name})
	d.props = joinProps(chosen.props, []property{{name: name, schema: &schema{examples: []any{label}, fixed: true}}})
	return &d
}

// conditional adds what the rules of schemas may ask for to the schemas that
// have them.
func (g *generator) conditional(list []*schema) []*schema {
	var all []*schema
	for _, c := range list {
		all = append(all, c)
		for _, r := range c.conditions {
			if r.then != nil {
				all = append(all, join(join(c, r.when.flat(), true), r.then.flat(), true))
			}
			if r.els != nil {
				all = append(all, join(c, r.els.flat(), true))
			}
		}
	}
	return all
}

// implied returns what c's rules ask of v and v does not fit.
func (c *schema) implied(v any) []*schema {
	var list []*schema
	for _, r := range c.conditions {
		then := r.els
		if r.when.fits(v) {
			then = r.then
		}
		if then != nil && !then.fits(v) {
			list = append(list, then)
		}
	}
	return list
}
