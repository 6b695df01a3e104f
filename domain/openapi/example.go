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
// wanted, and the request carries none.
func Example(op Operation, opts Options) loadtest.Request {
	var req loadtest.Request
	for _, p := range op.Parameters {
		if !p.Required && !opts.Optional || ownedByHTTP(p) || p.Deprecated && !p.Required {
			continue
		}
		v := p.sample(op.Name(), opts)
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
	if m, ok := op.mediaType(opts); ok {
		req.Body = m.body(op.Name(), opts)
	}
	return req
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

func (p Parameter) sample(salt string, opts Options) any {
	if opts.Seed == 0 && len(p.Example) > 0 {
		if v, err := decode(p.Example); err == nil {
			return orUseful(v, p)
		}
	}
	g := newGenerator(opts.Seed, salt+p.In+p.Name, opts.Optional)
	g.plain = p.Content == ""
	v, _ := g.value(schemaOf(p.Schema))
	return orUseful(v, p)
}

// orUseful replaces what would vanish from a path.
func orUseful(v any, p Parameter) any {
	if p.In == "path" && (v == nil || v == "") {
		return "1"
	}
	return v
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
