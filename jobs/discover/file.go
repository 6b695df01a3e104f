package discover

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"plog.dev/plog/domain"
)

// ReadFile reads a document from a file of this machine, as one with the files
// it refers to in the same folder and below; an archive as ReadUpload does.
// Errors are Invalid or NotFound *domain.Errors.
func ReadFile(name, definition string) (Found, error) {
	dir, base := filepath.Split(name)
	root, err := os.OpenRoot(cmp.Or(dir, "."))
	if err != nil {
		return Found{}, noFile(name, err)
	}
	defer func() { _ = root.Close() }()
	switch info, err := os.Stat(name); {
	case err != nil:
		return Found{}, noFile(name, err)
	case info.IsDir():
		return Found{}, domain.Errorf(domain.Invalid, "discover.folder", "{{.Path}} is a folder. Name the document's file in it.", "Path", name)
	}
	raw, err := readOpen(name)
	if err != nil {
		return Found{}, err
	}
	if isArchive(raw) {
		return ReadUpload(Upload{Name: base, Data: raw, Definition: definition})
	}
	doc, raw, err := bundled(filesOf(root), base, raw)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: doc, Raw: raw, Strategy: "file", Definitions: counted(doc)}, nil
}

// readOpen reads what a person at the terminal names, which may be a pipe.
func readOpen(name string) (raw []byte, err error) {
	f, err := os.Open(name) //nolint:gosec // they may read it themselves
	if err != nil {
		return nil, unreadableFile(name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return readAll(f, name)
}
