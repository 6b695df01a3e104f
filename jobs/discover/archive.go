package discover

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

const (
	maxArchiveFiles = 2_000
	maxArchiveBytes = openapi.MaxBytes // unpacked, of all files that may be of a document
)

func isArchive(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// readArchive reads the document in a zip archive that is asked for, or the
// likeliest one. Only what may be a part of a document is unpacked, in memory
// and no more of it than a document may have, whatever the archive says.
func readArchive(name string, data []byte, want, strategy string) (Found, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return Found{}, badArchive(name, err)
	}
	files, err := unpackArchive(name, z)
	if err != nil {
		return Found{}, err
	}
	entries := entriesOf(files)
	if len(entries) == 0 {
		return Found{}, domain.Errorf(domain.Invalid, "discover.archive_empty",
			"{{.Path}} has no OpenAPI document in it: no JSON or YAML file in it has “openapi” or “swagger” at its top.", "Path", name)
	}
	all := make([]Definition, len(entries))
	for i, e := range entries {
		all[i] = Definition{Name: e}
	}
	entry := cmp.Or(want, entries[0])
	i := slices.Index(entries, entry)
	if i < 0 {
		return Found{}, noDefinition(want, all)
	}
	doc, raw, err := bundled(files.read, entry, files[entry])
	if err != nil {
		return Found{}, err
	}
	n := len(doc.Operations)
	all[i].Operations = &n
	found := Found{Document: doc, Raw: raw, Strategy: strategy, Definitions: all}
	if len(entries) > 1 {
		found.Definition = entry
	}
	return found, nil
}

// unpacked are an archive's files by name.
type unpacked map[string][]byte

func (u unpacked) read(name string) ([]byte, error) {
	if raw, ok := u[name]; ok {
		return raw, nil
	}
	return nil, noFile(name, nil)
}

func unpackArchive(name string, z *zip.Reader) (unpacked, error) {
	files, size := unpacked{}, int64(0)
	for _, f := range z.File {
		if !f.Mode().IsRegular() || !fs.ValidPath(f.Name) || !documentName.MatchString(f.Name) || strings.HasPrefix(f.Name, "__MACOSX/") {
			continue
		}
		if len(files) >= maxArchiveFiles {
			return nil, domain.Errorf(domain.Invalid, "discover.archive_files",
				"{{.Path}} has more than {{.Limit}} JSON and YAML files in it. Give an archive with no more than the API's document.", "Path", name, "Limit", maxArchiveFiles)
		}
		r, err := f.Open()
		if err != nil {
			return nil, badArchive(name, err)
		}
		raw, err := limited(r, maxArchiveBytes-size)
		err = errors.Join(err, r.Close())
		switch {
		case errors.Is(err, errTooLarge):
			return nil, tooLargeFile(name)
		case err != nil:
			return nil, badArchive(name, err)
		}
		size += int64(len(raw))
		files[f.Name] = raw
	}
	return files, nil
}

func badArchive(name string, cause error) error {
	return domain.Errorf(domain.Invalid, "discover.archive", "{{.Path}} is not an archive that can be read. Pack it again as a plain zip file, without a password.", "Path", name).Because(cause)
}

var usualName = regexp.MustCompile(`(?i)^(openapi|swagger|api|index|root|main)\b`)

// entriesOf returns the files that are documents: those nearest to the top
// first, and usual names before others.
func entriesOf(files unpacked) []string {
	var entries []string
	for name, raw := range files {
		if _, ok := peek(raw); ok {
			entries = append(entries, name)
		}
	}
	rank := func(name string) int {
		if usualName.MatchString(path.Base(name)) {
			return 0
		}
		return 1
	}
	slices.SortFunc(entries, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return entries
}
