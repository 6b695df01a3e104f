package openapi

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
)

// How large a generated value may grow.
const (
	maxBuilds      = 4_000 // attempts for one value, choices of choices included
	maxBranches    = 24    // choices tried at one place
	maxNested      = 6     // choices within choices
	fullDepth      = 2     // down to here optional members are given when none is required
	optionalDepth  = 4     // down to here all optional members are given when asked for
	requiredDepth  = 40    // required members deeper than this are given up
	maxListLength  = 100
	uniqueAttempts = 60
)

// generator makes values of schemas. Seed 0 takes the document's own examples
// and the plainest values; any other seed varies them, always in the same way.
type generator struct {
	rng      *rand.Rand // nil for seed 0
	all      bool       // give optional members too
	plain    bool       // the value is sent as bare text, where 1 and "1" are the same
	readOnly bool       // give required members that only responses should have
	builds   int
	active   map[*schema]int // schemas being built, so that circles end
}

func newGenerator(seed uint64, salt string, all bool) *generator {
	g := &generator{all: all, active: map[*schema]int{}}
	if seed != 0 {
		g.rng = rand.New(newDice(seed, salt)) //nolint:gosec // test data, not secrets
	}
	return g
}

// newDice returns a source that falls the same way for the same seed and salt.
func newDice(seed uint64, salt string) rand.Source {
	h := fnv.New64a()
	_, _ = h.Write([]byte(salt))
	return rand.NewPCG(seed, h.Sum64())
}

// pick returns variant within n, or anything within n when there is a seed.
func (g *generator) pick(n, variant int) int {
	if n <= 1 {
		return 0
	}
	if g.rng != nil {
		return g.rng.IntN(n)
	}
	return variant % n
}

// value returns a value that fits c and whether it does: a schema may ask for
// more than is found here, or for the impossible.
func (g *generator) value(c *schema) (any, bool) {
	c.src.grant()
	var closest any
	for i, attempt := range g.attempts() {
		v := attempt.make(c, 0, 0)
		if g.accepts(c, v) {
			return v, true
		}
		if i == 0 {
			closest = v
		}
	}
	return closest, c.fits(closest)
}

// attempts returns g and, in case it makes nothing that fits, others: optional
// members may be what tells one choice from another, and plain values may fit
// where varied ones do not.
func (g *generator) attempts() []*generator {
	list := []*generator{g}
	with := func(change func(*generator)) {
		other := *g
		other.builds, other.active = 0, map[*schema]int{}
		change(&other)
		list = append(list, &other)
	}
	if g.rng != nil {
		with(func(o *generator) {}) // the dice go on
	}
	with(func(o *generator) { o.all = !g.all })
	with(func(o *generator) { o.readOnly = true })
	with(func(o *generator) { o.rng = nil })
	with(func(o *generator) { o.rng, o.all = nil, !g.all })
	with(func(o *generator) { o.rng, o.all, o.readOnly = nil, true, true })
	return list
}

// accepts reports whether v fits c and, sent as bare text, is read as what it is.
func (g *generator) accepts(c *schema, v any) bool {
	return c.fits(v) && (!g.plain || c.unambiguous(v))
}

// make returns a value for c. variant asks for a different one each time.
func (g *generator) make(c *schema, depth, variant int) any {
	if c == nil || !c.src.spend() {
		return anything(variant)
	}
	whole := c.flat()
	if v, ok := g.given(c, whole, variant); ok {
		return v
	}
	key := c.identity()
	g.active[key]++
	defer func() { g.active[key]-- }()

	var fallback any
	for i, branch := range g.branches(whole) {
		if i >= maxBranches || i > 0 && g.builds > maxBuilds {
			break
		}
		g.builds++
		v := g.settled(branch, depth, variant)
		if g.accepts(c, v) {
			return v
		}
		if i == 0 {
			fallback = v
		}
	}
	return fallback
}

// settled builds a value and, while c's conditions ask for more, builds it again.
func (g *generator) settled(c *schema, depth, variant int) any {
	v := g.build(c, depth, variant)
	for range len(c.conditions) {
		more := c.implied(v)
		if len(more) == 0 {
			break
		}
		for _, part := range more {
			c = join(c, part.flat(), true)
		}
		v = g.build(c, depth, variant)
	}
	return v
}

// identity is what a circle comes back to.
func (c *schema) identity() *schema {
	for range maxRefs {
		if to := c.follow(); to != nil {
			c = to
			continue
		}
		break
	}
	return c
}

// given returns one of the values the document itself names.
func (g *generator) given(c, whole *schema, variant int) (any, bool) {
	if whole.fixed {
		return whole.examples[0], true
	}
	if len(whole.enum) > 0 && (variant > 0 || g.rng != nil) {
		return whole.enum[g.pick(len(whole.enum), variant)], true
	}
	var fitting []any
	for _, e := range whole.examples {
		if e = whole.writable(e, 0); e != nil && c.fits(e) {
			fitting = append(fitting, e)
		}
	}
	if len(fitting) > 0 && (variant < len(fitting) || len(whole.enum) > 0) {
		return fitting[g.pick(len(fitting), variant)], true
	}
	for i := range whole.enum {
		e := whole.enum[(variant+i)%len(whole.enum)]
		if e != nil && c.fits(e) {
			return e, true
		}
	}
	if len(whole.enum) > 0 {
		return whole.enum[0], true
	}
	return nil, false
}

// writable returns an example without members that only responses have.
func (c *schema) writable(v any, depth int) any {
	o, ok := v.(object)
	if !ok || depth > fullDepth {
		return v
	}
	kept := object{}
	for _, m := range o {
		p := c.prop(m.name)
		if p == nil {
			kept = append(kept, m)
			continue
		}
		if whole := p.flat(); !whole.readOnly {
			kept = append(kept, member{m.name, whole.writable(m.value, depth+1)})
		}
	}
	return kept
}

func (g *generator) build(c *schema, depth, variant int) any {
	switch c.kind() {
	case "object":
		return g.object(c, depth, variant)
	case "array":
		return g.array(c, depth)
	case "string":
		return g.str(c, variant)
	case "integer", "number":
		return g.number(c, variant)
	case "boolean":
		return g.pick(2, variant) == 0
	case "null":
		return nil
	}
	return anything(variant)
}

func anything(variant int) any {
	if variant == 0 {
		return "string"
	}
	return "string" + strconv.Itoa(variant)
}

// kind returns the type to make: the first that is stated and not null, or
// what the other keywords are about.
func (c *schema) kind() string {
	for _, t := range c.types {
		if t != "null" {
			return t
		}
	}
	switch {
	case len(c.types) > 0:
		return "null"
	case len(c.props) > 0 || c.additional != nil || len(c.required) > 0 || c.minProps != nil:
		return "object"
	case c.items != nil || len(c.prefix) > 0 || c.minItems != nil:
		return "array"
	case c.min != nil || c.max != nil || c.multipleOf != nil:
		return "number"
	case len(c.examples) > 0:
		return typeOf(c.examples[0])
	}
	return "string"
}
