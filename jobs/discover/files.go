package discover

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// maxParts is how many further files a fetched document may be spread over.
const maxParts = 2000

// errNoPart keeps a reference that leads to nothing as it is.
var errNoPart = errors.New("no such part")

// gather returns a document as one with the files of its origin that it refers
// to. Other origins are never asked.
func (s *search) gather(ctx context.Context, r response) (openapi.Document, []byte, error) {
	s.foreign(ctx, openapi.ExternalRefs(r.Body))
	entry := strings.Trim(r.URL.Path, "/")
	if !fs.ValidPath(entry) || entry == "." || strings.HasSuffix(r.URL.Path, "/") {
		entry = strings.TrimPrefix(strings.TrimSuffix(r.URL.Path, "/")+"/document", "/")
	}
	parts, size := 0, len(r.Body)
	raw, err := openapi.Bundle(entry, func(name string) ([]byte, error) {
		if name == entry {
			return r.Body, nil
		}
		if parts++; parts > maxParts || size > openapi.MaxBytes {
			return nil, errNoPart
		}
		body, err := s.part(ctx, r.URL, name)
		size += len(body)
		return body, err
	})
	if err != nil {
		return openapi.Document{}, nil, err
	}
	doc, err := openapi.Parse(raw)
	return doc, raw, err
}

// part fetches a file of a document from the document's origin.
func (s *search) part(ctx context.Context, document *url.URL, name string) ([]byte, error) {
	const strategy = "part"
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	file, query, _ := strings.Cut(name, "?")
	u := document.ResolveReference(&url.URL{Path: "/" + file, RawQuery: query})
	r, err := s.get(ctx, u, s.timeout)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err == nil && !r.ok():
		err = refusal(r)
	case err == nil && originOf(r.URL) != originOf(document):
		err = foreign(r.URL)
	}
	s.note(ctx, strategy, u, err)
	return r.Body, err
}

// foreign notes the other origins that a document refers to.
func (s *search) foreign(ctx context.Context, refs []string) {
	var hosts []string
	for _, ref := range refs {
		u, err := url.Parse(ref)
		if err != nil || u.Scheme == "" && u.Host == "" || slices.Contains(hosts, u.Host) {
			continue
		}
		hosts = append(hosts, u.Host)
		s.note(ctx, "part", u, foreign(u))
	}
}

func foreign(u *url.URL) error {
	return domain.Errorf(domain.Forbidden, "discover.foreign",
		"The document refers to {{.Host}}, which is another origin than its own. PLOG does not fetch parts from there.", "Host", u.Host)
}

// bundled returns a document of a folder or archive as one with the files that
// it refers to there.
func bundled(read func(name string) ([]byte, error), entry string, raw []byte) (openapi.Document, []byte, error) {
	if len(openapi.ExternalRefs(raw)) > 0 {
		whole, err := openapi.Bundle(entry, func(name string) ([]byte, error) {
			if name == entry {
				return raw, nil
			}
			return read(name)
		})
		if err != nil {
			return openapi.Document{}, nil, err
		}
		raw = whole
	}
	doc, err := openapi.Parse(raw)
	return doc, raw, err
}

// filesOf returns how to read the files of a folder.
func filesOf(root *os.Root) func(name string) ([]byte, error) {
	return func(name string) ([]byte, error) { return readFile(root.FS(), name) }
}

// readFile returns a file that is at most as long as a document may be. Errors
// are NotFound or Invalid *domain.Errors.
func readFile(files fs.FS, name string) (raw []byte, err error) {
	if !fs.ValidPath(name) {
		return nil, noFile(name, nil)
	}
	file, err := files.Open(name)
	if err != nil {
		return nil, noFile(name, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, noFile(name, err)
	}
	return readAll(file, name)
}

// readAll returns the rest of a file.
func readAll(r io.Reader, name string) ([]byte, error) {
	raw, err := limited(r, openapi.MaxBytes)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, tooLargeFile(name)
	case err != nil:
		return nil, unreadableFile(name, err)
	}
	return raw, nil
}

func noFile(name string, cause error) error {
	return domain.Errorf(domain.NotFound, "discover.no_file", "There is no file {{.Path}}.", "Path", name).Because(cause)
}

func unreadableFile(name string, cause error) error {
	return domain.Errorf(domain.Invalid, "discover.unreadable_file", "{{.Path}} cannot be read. Check its permissions.", "Path", name).Because(cause)
}

func tooLargeFile(name string) error {
	return domain.Errorf(domain.Invalid, "discover.too_large_file",
		"{{.Path}} is larger than {{.Limit}} MiB, which no API document should be.", "Path", name, "Limit", openapi.MaxBytes>>20)
}
