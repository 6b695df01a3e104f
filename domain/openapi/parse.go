package openapi

import (
	"errors"
	"fmt"

	"github.com/pb33f/libopenapi/datamodel"

	"plog.dev/plog/domain"
)

// Parse reads an OpenAPI 3.x or Swagger 2.0 document, JSON or YAML by its
// content. What is wrong in it is collected in Faults and the rest is used;
// only what cannot be read at all is refused, with an Invalid error that says
// why. References to other files or hosts are never followed.
//
// The library reads and recognises the document; operations are taken from its
// tree and not from its models, which are built by goroutines of their own: a
// hostile document that makes one of those panic would end the whole process.
func Parse(raw []byte) (doc Document, err error) {
	raw, err = enter(raw)
	if err != nil {
		return Document{}, err
	}
	// The library is made for documents of good will.
	defer func() {
		if r := recover(); r != nil {
			doc, err = Document{}, unreadable(fmt.Errorf("panic: %v", r))
		}
	}()
	info, err := datamodel.ExtractSpecInfoWithConfig(raw, &datamodel.DocumentConfiguration{
		SkipJSONConversion: true, // also skips refusing repeated keys, which are only faults to us
	})
	if err != nil {
		return Document{}, whyNot(raw, err)
	}
	if err := checkTree(info.RootNode); err != nil {
		return Document{}, err
	}
	r := reader{src: newSource(info.RootNode), doc: &Document{OpenAPI: info.Version}}
	r.preamble()
	switch info.SpecFormat {
	case datamodel.OAS2:
		r.readV2()
	case datamodel.OAS3, datamodel.OAS31, datamodel.OAS32:
		r.readV3()
	default:
		return Document{}, whyNot(raw, errors.New("unknown format"))
	}
	r.finish()
	return *r.doc, nil
}

func unreadable(cause error) error {
	return domain.Errorf(domain.Invalid, "openapi.unreadable",
		"This API document could not be read. Check it with an OpenAPI validator, and try again.").Because(cause)
}
