package openapi

import (
	"math/rand/v2"
	"slices"
)

// mutator makes other values of those a request has.
type mutator struct {
	rng    *rand.Rand
	invent inventor
	g      *generator
}

func newMutator(dice rand.Source) *mutator {
	rng := rand.New(dice) //nolint:gosec // test data, not secrets
	return &mutator{rng: rng, invent: realistic(dice), g: &generator{rng: rng, active: map[*schema]int{}}}
}

// mutations is how often another value for a whole body is tried.
const mutations = 4

// whole returns another value than own that fits c as own does; false when none
// is found. Where own differs from original it stays.
func (m *mutator) whole(c *schema, own, original any) (any, bool) {
	c.src.grant()
	fits := c.fits(own)
	for range mutations {
		v := m.vary(c, own, original, "", 0)
		if c.src.grant(); c.fits(v) || !fits {
			return v, true
		}
	}
	return nil, false
}

// vary returns v with other leaves, where it is as original is.
func (m *mutator) vary(c *schema, v, original any, name string, depth int) any {
	if c == nil || depth > maxNested || keeps(name) {
		return v
	}
	switch v := v.(type) {
	case object:
		o, _ := original.(object)
		fresh := slices.Clone(v)
		for i, member := range fresh {
			if was, there := o.get(member.name); there {
				fresh[i].value = m.vary(c.memberOf(member.name), member.value, was, member.name, depth+1)
			}
		}
		return fresh
	case []any:
		was, _ := original.([]any)
		fresh := slices.Clone(v)
		for i := range fresh {
			if i < len(was) {
				fresh[i] = m.vary(c.elementOf(i), fresh[i], was[i], name, depth+1)
			}
		}
		if c.flat().unique && !distinct(fresh) {
			return v
		}
		return fresh
	}
	if !equal(v, original) {
		return v
	}
	return m.leaf(c, v, name)
}

// leaf returns another value for a scalar, or the same where none is known to
// be as good: what a document gives as an example may have to be there.
func (m *mutator) leaf(c *schema, v any, name string) any {
	whole := c.flat()
	plainest := &generator{active: map[*schema]int{}}
	var fresh any
	switch known, ok := m.invent(name, typeOf(v), whole.format); {
	case whole.fixed || v == nil:
		return v
	case len(whole.enum) > 0:
		fresh = whole.enum[m.rng.IntN(len(whole.enum))]
	case ok && m.g.accepts(c, known):
		return known
	case !whole.plainType(v) || !equal(v, plainest.build(whole, 0, 0)):
		return v // somebody's example
	default:
		fresh = m.g.build(whole, 0, 0)
	}
	if fresh == nil || !m.g.accepts(c, fresh) {
		return v
	}
	return fresh
}

// plainType reports whether c is of the type that v has and of no other.
func (c *schema) plainType(v any) bool {
	t := typeOf(v)
	return c.kind() == t || c.kind() == "number" && t == "integer"
}

// memberOf returns the schema of a member, nil when nothing describes it.
func (c *schema) memberOf(name string) *schema {
	whole := c.flat()
	if p := whole.prop(name); p != nil {
		return p
	}
	for _, option := range slices.Concat(whole.oneOf, whole.anyOf, whole.allOf) {
		if p := option.flat().prop(name); p != nil {
			return p
		}
	}
	return whole.described(name)
}

func (c *schema) elementOf(i int) *schema {
	whole := c.flat()
	if len(whole.prefix) == 0 && whole.items == nil {
		for _, option := range slices.Concat(whole.oneOf, whole.anyOf) {
			if e := option.flat().element(i); e != nil {
				return e
			}
		}
	}
	return whole.element(i)
}

func distinct(list []any) bool {
	for i, v := range list {
		if contains(list[:i], v) {
			return false
		}
	}
	return true
}

// keeps reports whether a value of that name stays in every variant: it leads
// to something that exists, or lets the request in.
func keeps(name string) bool {
	parts := words(name)
	for i, w := range parts {
		switch w {
		case "id", "ids", "uuid", "guid", "token", "password", "passwd", "pwd", "secret", "apikey", "auth", "authorization",
			"authentication", "credential", "credentials", "session", "signature", "otp", "pin", "csrf", "nonce", "cursor",
			"version", "grant", "callback", "webhook":
			return true
		case "key":
			if i > 0 && slices.Contains([]string{"api", "access", "private", "public", "x", "subscription"}, parts[i-1]) {
				return true
			}
		}
	}
	return false
}
