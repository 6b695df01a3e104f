package openapi

import (
	"fmt"
	"runtime/debug"
	"strings"

	"plog.dev/plog/domain"
)

// Parse reads an OpenAPI 3.x or Swagger 2.0 document, JSON or YAML by its
// content. What is wrong in it is collected in Faults and the rest is used;
// only what cannot be read at all is refused, with an Invalid error that says
// why. References to other files or hosts are never followed.
//
// Operations are taken from the text's tree and not from libopenapi's models,
// which are built by goroutines of their own: a hostile document that makes one
// of those panic would end the whole process.
func Parse(raw []byte) (Document, error) {
	doc, err := parse(raw)
	if len(raw) >= largeDocument {
		// The runtime keeps freed memory for minutes, in case it is needed again: a
		// program that has read one large document would look as if it leaked.
		debug.FreeOSMemory()
	}
	return doc, err
}

// largeDocument is from how many bytes on a document takes much memory to read.
const largeDocument = 4 << 20

func parse(raw []byte) (doc Document, err error) {
	raw, err = enter(raw)
	if err != nil {
		return Document{}, err
	}
	// YAML's parser is made for texts of good will.
	defer func() {
		if r := recover(); r != nil {
			doc, err = Document{}, unreadable(fmt.Errorf("panic: %v", r))
		}
	}()
	root, err := load(raw)
	if err != nil {
		return Document{}, err
	}
	r := reader{src: newSource(root), doc: &Document{}}
	read, err := r.version(raw)
	if err != nil {
		return Document{}, err
	}
	r.preamble()
	read()
	r.finish()
	return *r.doc, nil
}

// version notes which specification the document follows, and returns what
// reads such documents.
func (r *reader) version(raw []byte) (func(), error) {
	for _, kind := range []struct {
		name string
		read func()
		fits func(major byte) bool
	}{
		{"openapi", r.readV3, func(major byte) bool { return major >= '3' && major <= '9' }},
		{"swagger", r.readV2, func(major byte) bool { return major == '1' || major == '2' }},
	} {
		r.doc.OpenAPI = strings.TrimSpace(scalar(get(r.src.root, kind.name)))
		switch {
		case r.doc.OpenAPI == "":
		case kind.fits(r.doc.OpenAPI[0]):
			return kind.read, nil
		default:
			return nil, domain.Errorf(domain.Invalid, "openapi.version",
				"This document says it is {{.Kind}} {{.Version}}. PLOG reads Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2.", "Kind", kind.name, "Version", r.doc.OpenAPI)
		}
	}
	return nil, notOpenAPI(raw)
}

func unreadable(cause error) error {
	return domain.Errorf(domain.Invalid, "openapi.unreadable",
		"This API document could not be read. Check it with an OpenAPI validator, and try again.").Because(cause)
}
