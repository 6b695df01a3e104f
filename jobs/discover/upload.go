package discover

import (
	"bytes"
	"errors"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// Upload is what a person hands over: a document, or a zip archive of one or
// more documents and the files that they refer to.
type Upload struct {
	Name       string // of the file, "" for pasted text
	Data       []byte
	Definition string // the file to read of an archive with several documents; "" is the first
}

// ReadUpload returns the document of an upload, which may be packed with gzip.
// Of an archive, Definitions are the documents in it, by the names of their
// files. Errors are Invalid *domain.Errors.
func ReadUpload(u Upload) (Found, error) {
	const strategy = "upload"
	data := u.Data
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		var err error
		if data, err = unpack(data, openapi.MaxBytes); errors.Is(err, errTooLarge) {
			return Found{}, tooLargeFile(u.Name)
		} else if err != nil {
			return Found{}, domain.Errorf(domain.Invalid, "discover.packed_file", "{{.Path}} is compressed wrongly and could not be unpacked.", "Path", u.Name).Because(err)
		}
	}
	if isArchive(data) {
		return readArchive(u.Name, data, u.Definition, strategy)
	}
	doc, err := openapi.Parse(data)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: doc, Raw: data, Strategy: strategy, Definitions: counted(doc)}, nil
}

// counted returns the definitions of a document that is offered alone.
func counted(doc openapi.Document) []Definition {
	n := len(doc.Operations)
	return []Definition{{Operations: &n}}
}
