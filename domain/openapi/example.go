package openapi

import (
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// Options say which of the possible requests Example makes. The zero value
// asks for the document's own examples and nothing optional.
type Options struct {
	Seed      uint64 // 0 is the document's own examples; any other varies the values, always in the same way
	Optional  bool   // send optional parameters and members too
	MediaType string // of the body; empty chooses JSON, then forms, then text
}

// Example returns a complete request for op that fits its description and can
// be sent as it is. Credentials are not made up: op.Security says which are
// wanted, and the request carries none. What is optional and cannot fit, as
// where a schema contradicts itself, is left out; what is required is then as
// close as it can be.
func Example(op Operation, opts Options) loadtest.Request {
	var req loadtest.Request
	for _, p := range op.Parameters {
		if p.sent(opts) {
			p.put(&req, op, newGenerator(opts.Seed, op.Name()+p.In+p.Name, opts.Optional))
		}
	}
	if m, ok := op.mediaType(opts); ok {
		c := schemaOf(m.Schema)
		if v, fits := m.sample(c, op.Name(), opts); fits || op.RequestBody.Required || !m.checked() {
			req.Body = m.body(c, v)
		}
	}
	return req
}

// sent reports whether a request has the parameter.
func (p Parameter) sent(opts Options) bool {
	return (p.Required || opts.Optional && !p.Deprecated) && !ownedByHTTP(p)
}

// put writes a value that g makes of the parameter into its place. An optional
// one of which nothing fits is left out.
func (p Parameter) put(req *loadtest.Request, op Operation, g *generator) {
	v, fits := p.sample(g)
	if !p.Required {
		if v = p.apart(v, op, req.Query); !fits || empty(v) {
			return
		}
	}
	p.write(req, op, v)
}

// write writes a value of the parameter into its place.
func (p Parameter) write(req *loadtest.Request, op Operation, v any) {
	switch p.In {
	case "path":
		req.PathParams = append(req.PathParams, pathParam(op.Path, p, v))
	case "query":
		req.Query = append(req.Query, queryParams(p, v)...)
	case "header":
		req.Headers = append(req.Headers, loadtest.Param{Name: p.Name, Value: headerSafe(simple(p, v))})
	case "cookie":
		req.Cookies = append(req.Cookies, queryParams(p, v)...)
	}
}

// ownedByHTTP reports whether a header is set by the body or by credentials;
// OpenAPI says to ignore descriptions of them.
func ownedByHTTP(p Parameter) bool {
	name := strings.ToLower(p.Name)
	return p.In == "header" && slices.Contains([]string{"content-type", "authorization", "content-length", "host"}, name)
}

func headerSafe(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// sample returns a value of the parameter and whether it fits and can be
// written: the document's own when g has no seed.
func (p Parameter) sample(g *generator) (v any, fits bool) {
	c := schemaOf(p.Schema)
	g.plain = p.Content == ""
	if g.rng == nil && len(p.Example) > 0 {
		if v, err := decode(p.Example); err == nil {
			return p.fitted(c, v)
		}
	}
	v, _ = g.value(c)
	return p.fitted(c, v)
}

// fitted returns v as far as it can be written in its place, and whether that
// still fits.
func (p Parameter) fitted(c *schema, v any) (any, bool) {
	if p.In == "path" && (v == nil || v == "") {
		v = c.visible()
	}
	if !p.writable(v) {
		if less := p.pruned(v); c.fits(less) {
			v = less
		}
	}
	return v, p.writable(v) && c.fits(v) && (p.Content != "" || c.unambiguous(v))
}

// empty reports whether v is a list or an object of nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case object:
		return len(v) == 0
	}
	return false
}

// visible returns a value that does not vanish from a path.
func (c *schema) visible() any {
	for _, e := range c.flat().enum {
		if text(e) != "" {
			return e
		}
	}
	return "1"
}

// mediaType returns how the body is written; false when there is none to send.
func (op Operation) mediaType(opts Options) (MediaType, bool) {
	if op.RequestBody == nil || len(op.RequestBody.Content) == 0 {
		return MediaType{}, false
	}
	list := op.RequestBody.Content
	if i := slices.IndexFunc(list, func(m MediaType) bool { return m.Type == opts.MediaType }); i >= 0 {
		return list[i], true
	}
	return slices.MinFunc(list, func(a, b MediaType) int { return a.rank() - b.rank() }), true
}

// rank orders media types by how well a request can be made and read.
func (m MediaType) rank() int {
	t := m.base()
	switch {
	case t == mediaJSON:
		return 0
	case t == "*/*":
		return 1
	case m.isJSON():
		return 2
	case t == mediaForm:
		return 3
	case t == mediaMultipart:
		return 4
	case strings.HasPrefix(t, "text/") && !m.isXML():
		return 5
	case m.isXML():
		return 6
	}
	return 7
}

// base returns the media type without parameters, in lower case.
func (m MediaType) base() string {
	t, _, _ := strings.Cut(m.Type, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

func (m MediaType) isJSON() bool {
	t := m.base()
	return t == mediaJSON || t == "*/*" || t == "application/*" || strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "/json")
}

func (m MediaType) isXML() bool {
	t := m.base()
	return strings.HasSuffix(t, "/xml") || strings.HasSuffix(t, "+xml")
}
