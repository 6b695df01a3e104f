package openapi

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"

	"plog.dev/plog/domain"
)

// Parse reads an OpenAPI 3.x or Swagger 2.0 document, JSON or YAML by its
// content. What is wrong in it is collected in Faults and the rest is used;
// only what cannot be read at all is refused, with an Invalid error that says
// why. References to other files or hosts are never followed.
func Parse(raw []byte) (doc Document, err error) {
	raw, err = enter(raw)
	if err != nil {
		return Document{}, err
	}
	// The library is made for documents of good will and may panic on others.
	defer func() {
		if r := recover(); r != nil {
			doc, err = Document{}, unreadable(fmt.Errorf("panic: %v", r))
		}
	}()
	file, err := libopenapi.NewDocumentWithConfiguration(raw, configuration())
	if err != nil {
		return Document{}, whyNot(raw, err)
	}
	defer file.Release()
	info := file.GetSpecInfo()
	if err := checkTree(info.RootNode); err != nil {
		return Document{}, err
	}
	r := reader{src: newSource(info.RootNode), doc: &Document{OpenAPI: info.Version}}
	switch info.SpecFormat {
	case datamodel.OAS2:
		err = r.readV2(file)
	case datamodel.OAS3, datamodel.OAS31, datamodel.OAS32:
		err = r.readV3(file)
	default:
		return Document{}, whyNot(raw, errors.New("unknown format"))
	}
	if err != nil {
		return Document{}, unreadable(err)
	}
	r.finish()
	return *r.doc, nil
}

func configuration() *datamodel.DocumentConfiguration {
	c := datamodel.NewDocumentConfiguration()
	c.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	c.SkipExternalRefResolution = true
	c.SkipCircularReferenceCheck = true
	c.SkipJSONConversion = true // also skips refusing repeated keys, which are only faults to us
	c.SkipMetadataCollection = true
	c.ExcludeExtensionRefs = true
	c.TransformSiblingRefs = false // schemas are read from the tree as it was written
	c.MergeReferencedProperties = false
	return c
}

func unreadable(cause error) error {
	return domain.Errorf(domain.Invalid, "openapi.unreadable",
		"This API document could not be read. Check it with an OpenAPI validator, and try again.").Because(cause)
}
