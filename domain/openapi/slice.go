package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

// Slice returns a JSON document with one operation of raw and only what that
// operation reaches; references in a circle stay references. It names no other
// file, so that whatever reads it stays within it. method is in any case, path
// as in Operation.Path. NotFound if there is no such operation, Invalid if raw
// cannot be read. To take several slices of one document, make a Slicer.
func Slice(raw []byte, method, path string) ([]byte, error) {
	s, err := NewSlicer(raw)
	if err != nil {
		return nil, err
	}
	return s.Slice(method, path)
}

// Slicer takes slices of one document. It knows where things stand in the text
// and reads only what a slice needs, so it holds little more than the text. It
// may be used by many at once.
type Slicer struct {
	raw      []byte // JSON
	members  spans  // at the top
	paths    spans
	sections map[string]spans // components, or Swagger's shared parts
	v2       bool
}

// spans say where members of an object stand; of those written twice, the last.
type spans map[string]span

type span struct{ from, to int64 }

// NewSlicer returns a Slicer of a document, JSON or YAML. It keeps raw when
// that is JSON; its error is Invalid.
func NewSlicer(raw []byte) (*Slicer, error) {
	raw, err := enter(raw)
	if err != nil {
		return nil, err
	}
	s := &Slicer{raw: raw}
	if s.index() == nil {
		return s, nil
	}
	root, err := load(raw)
	if err != nil {
		return nil, err
	}
	w := nodeWriter{left: MaxBytes}
	w.node(root, 0)
	if w.left < 0 {
		return nil, errTooDeep()
	}
	s = &Slicer{raw: w.out}
	if err := s.index(); err != nil {
		return nil, unreadable(err)
	}
	return s, nil
}

func (s *Slicer) index() error {
	d := lenient(s.raw)
	if err := d.SkipValue(); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	if len(bytes.TrimSpace(s.raw[d.InputOffset():])) > 0 {
		return errors.New("more than one JSON value")
	}
	s.members = s.membersOf(span{0, int64(len(s.raw))})
	_, s.v2 = s.members["swagger"]
	s.paths = s.membersOf(s.members["paths"])
	shared := s.members
	if !s.v2 {
		shared = s.membersOf(s.members["components"])
	}
	s.sections = map[string]spans{}
	for _, name := range s.sectionNames() {
		s.sections[name] = s.membersOf(shared[name])
	}
	return nil
}

// membersOf returns where the members of an object stand; nothing for anything
// else. The text was found to be JSON before.
func (s *Slicer) membersOf(at span) spans {
	at = s.trim(at)
	text := s.raw[at.from:at.to]
	d := lenient(text)
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	found := spans{}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil
		}
		key, from := name.String(), d.InputOffset()
		if err := d.SkipValue(); err != nil {
			return nil
		}
		found[key] = span{at.from + from, at.from + d.InputOffset()}
	}
	return found
}

// trim leaves out the colon and the blanks before a member's value.
func (s *Slicer) trim(at span) span {
	text := s.raw[at.from:at.to]
	at.from += int64(len(text) - len(bytes.TrimLeft(text, ": \t\r\n")))
	return at
}

func (s *Slicer) read(at span) (any, bool) {
	at = s.trim(at)
	v, err := readJSON(s.raw[at.from:at.to])
	return v, err == nil
}

// sectionNames returns the names of the sections in a fixed order.
func (s *Slicer) sectionNames() []string {
	all := sections
	if s.v2 {
		all = sectionsV2
	}
	return slices.Sorted(maps.Values(all))
}

// Slice returns the slice of one operation: see the function of that name.
func (s *Slicer) Slice(method, path string) ([]byte, error) {
	c := newCut(s)
	item, ok := c.item(method, path)
	if !ok {
		return nil, domain.Errorf(domain.NotFound, "openapi.no_such_operation",
			"The API has no operation “{{.Name}}”. Write it as in the document, such as GET /pets/{id}.", "Name", strings.ToUpper(method)+" "+path)
	}
	kept, err := c.rewrite(item, pathItemPart, 0)
	if err != nil {
		return nil, err
	}
	if err := c.reach(); err != nil {
		return nil, err
	}
	whole := object{}
	for _, name := range around {
		if at, there := s.members[name]; there {
			v, _ := s.read(at)
			whole = append(whole, member{name, v})
		}
	}
	whole = append(whole, member{"paths", object{{path, kept}}})
	shared := object{}
	for _, name := range s.sectionNames() {
		if len(c.kept[name]) > 0 {
			shared = append(shared, member{name, c.kept[name]})
		}
	}
	switch {
	case s.v2:
		whole = append(whole, shared...)
	case len(shared) > 0:
		whole = append(whole, member{"components", shared})
	}
	return encode(whole), nil
}

// around are the members of a document that stay in every slice.
var around = []string{"openapi", "swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "servers", "jsonSchemaDialect", "security"}
