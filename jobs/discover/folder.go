package discover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/pb33f/go-yaml"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
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
		if raw, err := readIn(root, name); err == nil {
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

// Read returns the document at a path that List returned. Errors are NotFound
// or Invalid *domain.Errors.
func (f Folder) Read(name string) (Found, error) {
	if !fs.ValidPath(name) {
		return Found{}, noFile(name, nil)
	}
	root, err := f.open()
	if err != nil {
		return Found{}, err
	}
	defer func() { _ = root.Close() }()
	raw, err := readIn(root, name)
	if err != nil {
		return Found{}, err
	}
	doc, err := openapi.Parse(raw)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: doc, Raw: raw, Strategy: "folder", Definition: path.Clean(name)}, nil
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

func noFile(name string, cause error) error {
	return domain.Errorf(domain.NotFound, "discover.no_file", "There is no file {{.Path}}.", "Path", name).Because(cause)
}

// readIn returns a file of the root, at most as long as a document may be.
func readIn(root *os.Root, name string) (raw []byte, err error) {
	file, err := root.Open(name)
	if err != nil {
		return nil, noFile(name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, noFile(name, err)
	}
	raw, err = limited(file, openapi.MaxBytes)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, tooLargeFile(name)
	case err != nil:
		return nil, unreadableFile(name, err)
	}
	return raw, nil
}

func unreadableFile(name string, cause error) error {
	return domain.Errorf(domain.Invalid, "discover.unreadable_file", "{{.Path}} cannot be read. Check its permissions.", "Path", name).Because(cause)
}

func tooLargeFile(name string) error {
	return domain.Errorf(domain.Invalid, "discover.too_large_file",
		"{{.Path}} is larger than {{.Limit}} MiB, which no API document should be.", "Path", name, "Limit", openapi.MaxBytes>>20)
}

var (
	documentName = regexp.MustCompile(`(?i)\.(json|ya?ml)$`)
	topKey       = regexp.MustCompile(`(?m)^["']?(openapi|swagger)["']?[ \t]*:[ \t]*["']?([\w.-]+)`)
	infoBlock    = regexp.MustCompile(`(?m)^["']?info["']?[ \t]*:.*\n(?:(?:[ \t].*)?\r?\n)*(?:[ \t].*)?`)
)

// heading is how a document introduces itself.
type heading struct{ openapi, title, version string }

// peek reads a document's heading without reading the document; false when it
// does not look like an OpenAPI document.
func peek(raw []byte) (heading, bool) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if trimmed := bytes.TrimSpace(raw); bytes.HasPrefix(trimmed, []byte("{")) {
		return peekJSON(trimmed)
	}
	m := topKey.FindSubmatch(raw)
	if m == nil {
		return heading{}, false
	}
	h := heading{openapi: string(m[2])}
	var block struct {
		Info struct{ Title, Version string }
	}
	if yaml.Unmarshal(infoBlock.Find(raw), &block) == nil {
		h.title, h.version = block.Info.Title, block.Info.Version
	}
	return h, true
}

// peekJSON reads as far as the heading goes.
func peekJSON(raw []byte) (heading, bool) {
	var h heading
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return h, false
	}
	for seen := false; d.More() && (h.openapi == "" || !seen); {
		key, err := d.Token()
		if err != nil {
			break
		}
		var value any
		switch key {
		case "openapi", "swagger":
			if d.Decode(&value) == nil {
				h.openapi = fmt.Sprint(value)
			}
			continue
		case "info":
			var info struct {
				Title   string `json:"title"`
				Version string `json:"version"`
			}
			if d.Decode(&info) == nil {
				h.title, h.version = info.Title, info.Version
			}
			seen = true
			continue
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			break
		}
	}
	return h, h.openapi != ""
}
