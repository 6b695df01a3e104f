package discover

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// maxFolderFiles is how many files of a documents folder are looked at.
const maxFolderFiles = 10_000

// Folder is a folder of documents on this machine. Nothing outside it is read,
// whatever its links say. The zero value has no files.
type Folder struct{ Dir string }

// FolderFile is a document of a folder.
type FolderFile struct {
	Path    string // below the folder, with slashes
	Title   string
	Version string // the API's own
	OpenAPI string // the specification's version
	Bytes   int64
}

// List returns the documents of the folder and the folders in it, by path;
// none when Dir is empty. The error is NotFound when there is no such folder.
func (f Folder) List(ctx context.Context) ([]FolderFile, error) {
	if f.Dir == "" {
		return nil, nil
	}
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	var files []FolderFile
	seen := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch seen++; {
		case ctx.Err() != nil:
			return ctx.Err()
		case seen > maxFolderFiles:
			return fs.SkipAll
		case err != nil:
			return nil //nolint:nilerr // what cannot be read is not offered
		case name != "." && strings.HasPrefix(d.Name(), ".") && d.IsDir():
			return fs.SkipDir
		case d.IsDir() || !documentName.MatchString(name):
			return nil
		}
		if raw, err := readFile(root.FS(), name); err == nil {
			if h, ok := peek(raw); ok {
				files = append(files, FolderFile{Path: name, Title: h.title, Version: h.version, OpenAPI: h.openapi, Bytes: int64(len(raw))})
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the documents folder: %w", err)
	}
	return files, nil
}

// Read returns the document at a path that List returned, as one with the files
// of the folder that it refers to. Errors are NotFound
// or Invalid *domain.Errors.
func (f Folder) Read(name string) (Found, error) {
	root, err := f.open()
	if err != nil {
		return Found{}, err
	}
	defer func() { _ = root.Close() }()
	raw, err := readFile(root.FS(), name)
	if err != nil {
		return Found{}, err
	}
	doc, raw, err := bundled(filesOf(root), name, raw)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: doc, Raw: raw, Strategy: "folder", Definitions: counted(doc)}, nil
}

func (f Folder) open() (*os.Root, error) {
	if f.Dir == "" {
		return nil, noFile("", nil)
	}
	root, err := os.OpenRoot(f.Dir)
	if err != nil {
		return nil, noFile(f.Dir, err)
	}
	return root, nil
}
