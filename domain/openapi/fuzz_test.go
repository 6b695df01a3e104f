package openapi_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// seed adds the documents in testdata to what a fuzzer begins with. What it
// found is in testdata/fuzz.
func seed(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
}

// FuzzParse proves that nothing makes Parse or Example panic, and that every
// refusal is one that a person is told about.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := openapi.Parse(raw)
		if err != nil {
			if domain.CodeOf(err) != domain.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, op := range doc.Operations {
			openapi.Example(op, openapi.Options{})
			openapi.Example(op, openapi.Options{Seed: 1, Optional: true})
		}
		for _, fault := range doc.Faults {
			if fault.Message.Key == "" || fault.Line < 0 {
				t.Errorf("fault: %+v", fault)
			}
		}
		openapi.BaseURL(doc, "http://127.0.0.1/x")
	})
}

// FuzzSlice proves that a slice of any document has the operation it was made
// of, and refers to nothing that it does not have.
func FuzzSlice(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := openapi.Parse(raw)
		if err != nil {
			return
		}
		s, err := openapi.NewSlicer(raw)
		if err != nil {
			if domain.CodeOf(err) != domain.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, op := range doc.Operations[:min(len(doc.Operations), 8)] {
			out, err := s.Slice(op.Method, op.Path)
			if err != nil {
				if code := domain.CodeOf(err); code != domain.Invalid && code != domain.NotFound {
					t.Fatalf("%s: %v", op.Name(), err)
				}
				continue
			}
			if !json.Valid(out) {
				t.Fatalf("%s: no JSON: %s", op.Name(), out)
			}
			if refs := openapi.ExternalRefs(out); len(refs) > 0 {
				t.Errorf("%s: refers to %v", op.Name(), refs)
			}
		}
	})
}

// FuzzBundle proves that no two files make Bundle panic or go on for ever, that
// it asks for no file outside the root, and that a bundle is a document.
func FuzzBundle(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw, []byte("get: {parameters: [{$ref: a#/x}]}"))
	}
	f.Add([]byte("openapi: 3.1.0\npaths: {/a: {$ref: b}}\ncomponents: {schemas: {A: {$ref: b#/A}}}"), []byte("get: {}\nA: {items: {$ref: '#/A'}, not: {$ref: a#/components/schemas/A}}"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		raw, err := openapi.Bundle("a", func(name string) ([]byte, error) {
			switch name {
			case "a":
				return a, nil
			case "b":
				return b, nil
			}
			if !filepath.IsLocal(name) {
				t.Errorf("asked for %q", name)
			}
			return nil, os.ErrNotExist
		})
		if err != nil {
			if domain.CodeOf(err) != domain.Invalid {
				t.Fatalf("%v", err)
			}
			return
		}
		if !json.Valid(raw) {
			t.Fatalf("no JSON: %s", raw)
		}
		openapi.ExternalRefs(bytes.Clone(raw))
	})
}
