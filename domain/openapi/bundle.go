package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

const (
	maxFiles     = 5_000     // that a document may be spread over
	maxRewritten = 3_000_000 // values of a bundle; GitHub's 13 MB have about 1,000,000
)

// Bundle returns one JSON document made of the file called entry and of all
// files it refers to, directly or through others. read is called once for each
// of them, with a name relative to the root that entry's name is relative to,
// such as "schemas/pet.yaml"; names that lead out of that root, or to another
// origin, are never asked for. What read does not give stays a reference, which
// Parse lists as a fault; only context.Canceled and context.DeadlineExceeded
// from read end Bundle. Its other errors are Invalid: entry cannot be read, or
// there are too many files, or too much in them.
//
// Shared parts go to the components under the names of their files or members;
// parts that cannot be shared, such as path items, are put where they are used.
// Extensions are left alone, with their references.
//
// libopenapi has a bundler. It is not used: it builds its index and models in
// goroutines that recover from nothing, so that a hostile document could end
// the process, and it reads files by itself, relative to a folder or an address.
func Bundle(entry string, read func(name string) ([]byte, error)) ([]byte, error) {
	if !fs.ValidPath(entry) {
		return nil, domain.Errorf(domain.Invalid, "openapi.outside",
			"“{{.Name}}” is not the name of a file within the document's folder.", "Name", entry)
	}
	left := maxRewritten
	b := &bundle{
		read: read, entry: entry, left: &left, files: map[string]any{}, places: map[target]spot{},
		names: map[partKey]string{}, taken: map[partKey]bool{}, active: map[target]bool{}, free: namer{}, parts: map[string]object{},
	}
	root, err := b.file(entry)
	if err != nil {
		return nil, err
	}
	whole, isObject := root.(object)
	if !isObject {
		return nil, notOpenAPI(encode(root))
	}
	whole, err = b.document(whole)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer // one member a line, so that faults have one
	if err := json.Indent(&out, encode(whole), "", " "); err != nil {
		return nil, unreadable(err)
	}
	if out.Len() > MaxBytes {
		return nil, tooLarge()
	}
	return out.Bytes(), nil
}

// ExternalRefs returns the other files that a document refers to, without
// fragments: relative names as written, and addresses; sorted, each once. What
// cannot be read refers to nothing.
func ExternalRefs(raw []byte) []string {
	if !mayReferOut(raw) {
		return nil
	}
	root, err := readTree(raw)
	if err != nil {
		return nil
	}
	files := map[string]bool{}
	left := maxRewritten
	w := rewriter{left: &left}
	w.replace = func(o object, ref string, p part, depth int) (any, error) {
		if file, _, _ := strings.Cut(ref, "#"); file != "" {
			files[file] = true
		}
		return w.members(o, p, depth)
	}
	if _, err := w.rewrite(root, documentPart, 0); err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(files))
}

// mayReferOut reports whether there may be a reference in the text to anything
// but the document itself. Most documents have none and need no closer look.
func mayReferOut(raw []byte) bool {
	const mark = "$ref"
	for {
		i := bytes.Index(raw, []byte(mark))
		if i < 0 {
			return false
		}
		raw = bytes.TrimLeft(raw[i+len(mark):], "\"': \t\r\n")
		if !bytes.HasPrefix(raw, []byte("#")) {
			return true
		}
	}
}

// target says where something stands: a JSON pointer in one of the files.
type target struct{ file, pointer string }

func (t target) below(name string) target { return target{t.file, t.pointer + "/" + escapeStep(name)} }

// String returns t as a reference from the root.
func (t target) String() string {
	if t.pointer == "" {
		return t.file
	}
	return t.file + "#" + t.pointer
}

// bundle is one Bundle under way.
type bundle struct {
	read   func(name string) ([]byte, error)
	entry  string
	left   *int // values that may still be looked at
	bytes  int  // read so far
	files  map[string]any
	places map[target]spot
	v2     bool
	home   spot // of the entry's sections

	parts  map[string]object  // what the bundle shares, by section
	names  map[partKey]string // of what is in parts, or in the queue
	taken  map[partKey]bool   // the names of each section; pointer is the name
	free   namer
	queue  []hoisted
	active map[target]bool // what is being put where it is used
}

// partKey is a target as a part of one section.
type partKey struct {
	section string
	target
}

// hoisted is a part of another file that becomes a shared one.
type hoisted struct {
	section, name string
	p             part
	spot
}

// file returns the content of a file; nil and no error when there is none.
func (b *bundle) file(name string) (any, error) {
	if v, known := b.files[name]; known {
		return v, nil
	}
	if len(b.files) >= maxFiles {
		return nil, domain.Errorf(domain.Invalid, "openapi.too_many_files",
			"The document is spread over more than {{.Limit}} files. Bundle it into one file and give that.", "Limit", maxFiles)
	}
	b.files[name] = nil
	raw, err := b.read(name)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), err != nil && name == b.entry:
		return nil, fmt.Errorf("read %s: %w", name, err)
	case err != nil:
		return nil, nil //nolint:nilerr // a file that is missing is a fault of the bundle, which says so
	}
	if b.bytes += len(raw); b.bytes > MaxBytes {
		return nil, tooLarge()
	}
	v, err := readTree(raw)
	if err != nil && name == b.entry {
		return nil, err
	}
	b.files[name] = v // nil when it cannot be read
	return v, nil
}

// within returns the name of a file that is referred to from another; false
// when it leads out of the root.
func within(from, ref string) (string, bool) {
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		strings.HasPrefix(u.Path, "/") || strings.ContainsAny(u.Path, "\\\x00") || u.Path == "" {
		return "", false
	}
	name := path.Join(path.Dir(from), u.Path)
	if name == ".." || strings.HasPrefix(name, "../") || name == "." {
		return "", false
	}
	if u.RawQuery != "" {
		name += "?" + u.RawQuery
	}
	return name, true
}
