package discover

import (
	"plog.dev/plog/domain/openapi"
)

// Upload is what a person hands over: a document, or a zip archive of one or
// more documents and the files that they refer to.
type Upload struct {
	Name       string // of the file, "" for pasted text
	Data       []byte
	Definition string // the file to read of an archive with several documents; "" is the first
}

// ReadUpload returns the document of an upload. Errors are Invalid *domain.Errors.
func ReadUpload(u Upload) (Found, error) {
	doc, err := openapi.Parse(u.Data)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: doc, Raw: u.Data, Strategy: "upload"}, nil
}
