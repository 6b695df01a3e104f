// Package static holds the files that browsers load: style sheets, scripts, icons.
//
// All of them live under one address that changes with any of their bytes, /static/<hash>/, so they are
// cached for ever and a script's relative imports stay within one version.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// Prefix is where Handler is mounted.
const Prefix = "/static/"

//go:embed css js vendor icons.svg favicon.svg
var files embed.FS

// FS returns the files as they are embedded; css/app.css and js/htmx.js are not among them, they are made
// of their parts.
func FS() fs.FS { return files }

// stylesheet lists what css/app.css is made of: cascade layers, weakest first, and their files.
var stylesheet = []struct{ layer, glob string }{
	{"tokens", "css/tokens.css"},
	{"vendor", "vendor/*.css"},
	{"base", "css/base.css"},
	{"layout", "css/layout.css"},
	{"parts", "css/parts/*.css"},
	{"charts", "css/charts.css"},
	{"pages", "css/pages/*.css"},
	{"print", "css/print.css"},
}

// scripts lists what further files are made of. htmx starts as soon as it has run, so its extension must
// come in the same file.
var scripts = map[string][]string{
	"js/htmx.js": {"vendor/htmx.min.js", "vendor/hx-sse.min.js"},
}

type bundle struct {
	hash  string
	files map[string]*file
}

var assets = sync.OnceValue(func() *bundle {
	b, err := build(files)
	if err != nil {
		panic("static: embedded files: " + err.Error()) // the binary itself is broken
	}
	return b
})

// Path returns the address of a file such as css/app.css or js/app.js. It changes whenever any file does.
func Path(name string) string { return Prefix + assets().hash + "/" + strings.TrimPrefix(name, "/") }

func build(from fs.FS) (*bundle, error) {
	b := &bundle{files: map[string]*file{}}
	err := fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		b.files[name] = newFile(name, body)
		return nil
	})
	if err != nil {
		return nil, err
	}
	sheet, err := concatenate(from)
	if err != nil {
		return nil, err
	}
	b.files["css/app.css"] = newFile("css/app.css", sheet)
	for name, parts := range scripts {
		var body bytes.Buffer
		for _, part := range parts {
			if f := b.files[part]; f != nil {
				body.Write(f.body)
				body.WriteString(";\n")
			}
		}
		b.files[name] = newFile(name, body.Bytes())
	}
	b.hash = b.sum()
	return b, nil
}

func concatenate(from fs.FS) ([]byte, error) {
	var sheet bytes.Buffer
	var layers []string
	for _, part := range stylesheet {
		layers = append(layers, part.layer)
	}
	fmt.Fprintf(&sheet, "@layer %s;\n", strings.Join(layers, ","))
	for _, part := range stylesheet {
		names, err := fs.Glob(from, part.glob)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			body, err := fs.ReadFile(from, name)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&sheet, "/* %s */\n@layer %s{\n%s}\n", path.Base(name), part.layer, body)
		}
	}
	return sheet.Bytes(), nil
}

func (b *bundle) sum() string {
	names := make([]string, 0, len(b.files))
	for name := range b.files {
		names = append(names, name)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %d\n", name, len(b.files[name].body))
		h.Write(b.files[name].body)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
