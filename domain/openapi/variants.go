package openapi

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strconv"

	"plog.dev/plog/domain/loadtest"
)

// Variants returns up to n different requests like base, so that a load test
// asks for more than one cached answer. Path parameters, identifiers,
// credentials, files and everything that differs from op's Example, because a
// person edited it, stay as they are; the other values become data as people
// enter it, chosen by name and format, always valid by op's description and the
// same for the same seed. There are fewer than n where not as many differ, and
// base alone where nothing can vary.
func Variants(op Operation, base loadtest.Request, n int, seed uint64) []loadtest.Request {
	v := newVarier(op, base)
	var list []loadtest.Request
	seen := map[string]bool{}
	for i := 0; len(list) < n && i < 2*n+8; i++ {
		r := v.request(newDice(seed, op.Name()+" "+strconv.Itoa(i)))
		key, err := json.Marshal(r)
		if err != nil || seen[string(key)] {
			continue
		}
		seen[string(key)] = true
		list = append(list, r)
	}
	if len(list) == 0 {
		return []loadtest.Request{base}
	}
	return list
}

// varier makes requests like one.
type varier struct {
	op    Operation
	base  loadtest.Request
	lines []line
	media MediaType
	c     *schema
	body  any // the value that base's body was made of
}

// line is a parameter of base that nobody edited, with its place in it.
type line struct {
	p       Parameter
	c       *schema
	v       any
	at, len int
}

func newVarier(op Operation, base loadtest.Request) varier {
	v := varier{op: op, base: base}
	opts := v.madeWith()
	for _, p := range op.Parameters {
		if p.In == "path" || !p.sent(opts) || keeps(p.Name) {
			continue
		}
		var alone loadtest.Request
		value, fits := p.sample(newGenerator(0, "", opts.Optional))
		if p.write(&alone, op, value); !fits {
			continue
		}
		if at, n := stretch(*v.list(&base, p.In), *v.list(&alone, p.In)); n > 0 {
			v.lines = append(v.lines, line{p: p, c: schemaOf(p.Schema), v: value, at: at, len: n})
		}
	}
	// From the back, so that a change of length moves nothing that is still to change.
	slices.SortStableFunc(v.lines, func(a, b line) int { return b.at - a.at })
	if m, ok := op.mediaType(opts); ok && m.wrote(base.Body) {
		v.media, v.c = m, schemaOf(m.Schema)
		v.body, _ = m.sample(v.c, op.Name(), opts)
	}
	return v
}

// madeWith returns the options of the Example that base is most like.
func (v varier) madeWith() Options {
	least, most := Options{}, Options{Optional: true}
	if v.op.RequestBody != nil {
		if i := slices.IndexFunc(v.op.RequestBody.Content, func(m MediaType) bool { return m.wrote(v.base.Body) }); i >= 0 {
			least.MediaType = v.op.RequestBody.Content[i].Type
			most.MediaType = least.MediaType
		}
	}
	if likeness(v.base, Example(v.op, most)) > likeness(v.base, Example(v.op, least)) {
		return most
	}
	return least
}

// wrote reports whether a body is of the type.
func (m MediaType) wrote(b *loadtest.Body) bool {
	kind, t := m.written()
	return b != nil && b.Kind == kind && b.MediaType == t
}

// likeness counts what two requests share.
func likeness(a, b loadtest.Request) (n int) {
	for _, pair := range [][2][]loadtest.Param{{a.Query, b.Query}, {a.Headers, b.Headers}, {a.Cookies, b.Cookies}} {
		for _, p := range pair[0] {
			if slices.Contains(pair[1], p) {
				n++
			}
		}
	}
	if a.Body == nil || b.Body == nil {
		return n
	}
	for _, f := range a.Body.Fields {
		if slices.Contains(b.Body.Fields, f) {
			n++
		}
	}
	x, errX := decode([]byte(a.Body.Text))
	y, errY := decode([]byte(b.Body.Text))
	if errX == nil && errY == nil {
		n += sameLeaves(x, y)
	}
	return n
}

// sameLeaves counts the leaves that two values share.
func sameLeaves(a, b any) (n int) {
	o, isObject := a.(object)
	p, both := b.(object)
	if !isObject || !both {
		if equal(a, b) {
			return 1
		}
		return 0
	}
	for _, m := range o {
		if other, there := p.get(m.name); there {
			n += sameLeaves(m.value, other)
		}
	}
	return n
}

// stretch finds part within whole.
func stretch(whole, part []loadtest.Param) (at, n int) {
	for i := 0; len(part) > 0 && i+len(part) <= len(whole); i++ {
		if slices.Equal(whole[i:i+len(part)], part) {
			return i, len(part)
		}
	}
	return 0, 0
}

// list returns the parameters of r in one place.
func (v varier) list(r *loadtest.Request, in string) *[]loadtest.Param {
	switch in {
	case "header":
		return &r.Headers
	case "cookie":
		return &r.Cookies
	}
	return &r.Query
}

// request makes one request.
func (v varier) request(dice rand.Source) loadtest.Request {
	r := v.base
	r.Query, r.Headers, r.Cookies = slices.Clone(r.Query), slices.Clone(r.Headers), slices.Clone(r.Cookies)
	m := newMutator(dice)
	for _, l := range v.lines {
		m.g.plain = l.p.Content == ""
		fresh, fits := l.p.fitted(l.c, m.vary(l.c, l.v, l.v, l.p.Name, 0))
		var alone loadtest.Request
		if l.p.write(&alone, v.op, fresh); !fits {
			continue
		}
		list := v.list(&r, l.p.In)
		*list = slices.Replace(*list, l.at, l.at+l.len, *v.list(&alone, l.p.In)...)
	}
	if v.c != nil {
		m.g.plain = false
		r.Body = v.varied(m)
	}
	return r
}
