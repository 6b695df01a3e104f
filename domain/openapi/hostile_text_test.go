package openapi_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// TestHostileTextsEnd reads texts that are made to take long or much memory:
// each ends with a sentence, or with what can be used of it.
func TestHostileTextsEnd(t *testing.T) {
	const head = "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {}\n"
	const mebi = 1 << 20
	rep := strings.Repeat
	for name, c := range map[string]struct {
		raw string
		key string // empty when it can be used
	}{
		"10,000 lists":            {`{"openapi":"3.0.0","x":` + rep("[", 10_000) + rep("]", 10_000) + "}", "openapi.bomb"},
		"10,000 schemas":          {`{"openapi":"3.0.0","components":{"schemas":{"A":` + rep(`{"items":`, 10_000) + "{}" + rep("}", 10_000) + "}}}", "openapi.bomb"},
		"open lists":              {`{"openapi":"3.0.0","x":` + rep("[", mebi), "openapi.bomb"},
		"open lists in YAML":      {head + "x: " + rep("[", mebi), "openapi.syntax"},
		"deep blocks":             {head + nestedBlocks(3_000), "openapi.bomb"},
		"dashes":                  {head + "x:\n " + rep("- ", mebi), "openapi.syntax"},
		"braces":                  {rep("{", 16*mebi), "openapi.syntax"},
		"millions of numbers":     {`{"openapi":"3.0.0","x":[` + rep("1,", 5*mebi) + "1]}", "openapi.too_many"},
		"millions of lines":       {head + rep("#\n", 8*mebi), "openapi.too_many"},
		"millions of keys":        {head + rep("a: b\n", 4*mebi), "openapi.too_many"},
		"almost JSON":             {"{'openapi': '3.0.0', x: [" + rep("1,", mebi) + "]}", "openapi.syntax"},
		"almost JSON, and small":  {"{'openapi': '3.1.0', paths: {/a: {get: {}}}, }", ""},
		"JSON that YAML is not":   {"{\"openapi\"\n:\"3.1.0\",\"info\":{\"title\":\"a\u2028b\ufeff\"},\"x\":[" + rep("1,", mebi) + "1],\"paths\":{\"/a\":{\"get\":{}}}}", ""},
		"letters":                 {rep("a", 64*mebi), "openapi.not_openapi"},
		"zeros":                   {rep("\x00", 64*mebi), "openapi.binary"},
		"aliases of one object":   {sharedSchemas(5_000, 1_000), "openapi.bomb"},
		"a chain of references":   {chainedSchemas(50_000), ""},
		"100,000 properties":      {manyProperties(100_000), ""},
		"parameters for everyone": {sharedParameters(2_000), ""},
		"a million choices":       {`{"openapi":"3.1.0","paths":{"/a":{"get":{"parameters":[{"name":"a","in":"query","required":true,"schema":{"enum":[` + rep(`"a",`, mebi) + `"b"]}}]}}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && len(c.raw) > mebi {
				t.Skip("large: not with -short")
			}
			doc, err := openapi.Parse([]byte(c.raw))
			var e *domain.Error
			switch {
			case c.key != "" && (!errors.As(err, &e) || e.Message.Key != c.key):
				t.Errorf("got %v, want %s", err, c.key)
			case c.key == "" && err != nil:
				t.Errorf("refused: %v", err)
			}
			for _, op := range doc.Operations {
				openapi.Example(op, openapi.Options{})
			}
		})
	}
}

func nestedBlocks(depth int) string {
	var b strings.Builder
	for i := range depth {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func sharedSchemas(uses, size int) string {
	var b strings.Builder
	b.WriteString("openapi: 3.1.0\nx: &a {properties: {")
	for i := range size {
		fmt.Fprintf(&b, "p%d: {type: string},", i)
	}
	b.WriteString("}}\npaths:\n")
	for i := range uses {
		fmt.Fprintf(&b, " /p%d: {post: {requestBody: {content: {application/json: {schema: *a}}}}}\n", i)
	}
	return b.String()
}

func chainedSchemas(n int) string {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","paths":{"/a":{"get":{}}},"components":{"schemas":{"Z":{}`)
	for i := range n {
		fmt.Fprintf(&b, `,"S%d":{"$ref":"#/components/schemas/S%d"}`, i, i+1)
	}
	b.WriteString("}}}")
	return b.String()
}

func manyProperties(n int) string {
	var names, properties strings.Builder
	for i := range n {
		fmt.Fprintf(&names, `,"p%d"`, i)
		fmt.Fprintf(&properties, `,"p%d":{"type":"string"}`, i)
	}
	return `{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"required":["p0"` +
		names.String() + `],"properties":{"p":{}` + properties.String() + `}}}}}}}}}`
}

// sharedParameters has as many paths as parameters, all of which each path has.
func sharedParameters(n int) string {
	var paths, params strings.Builder
	for i := range n {
		fmt.Fprintf(&paths, `"/p%d":{"$ref":"#/x"},`, i)
		fmt.Fprintf(&params, `,{"name":"p%d","in":"query","schema":{"type":"string"}}`, i)
	}
	return `{"openapi":"3.1.0","paths":{` + paths.String() + `"/q":{}},"x":{"get":{},"parameters":[{"name":"p","in":"query"}` + params.String() + `]}}`
}

// TestManyOperations reads as many operations as no API has.
func TestManyOperations(t *testing.T) {
	if testing.Short() {
		t.Skip("large: not with -short")
	}
	const n = 100_000
	var b bytes.Buffer
	b.WriteString(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/p/{id}":{}`)
	for i := range n {
		fmt.Fprintf(&b, `,"/p%d/{id}":{"get":{"operationId":"o%d","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"responses":{"200":{"description":"ok"}}}}`, i, i)
	}
	b.WriteString("}}")
	doc := parse(t, b.String())
	if len(doc.Operations) != n {
		t.Errorf("%d operations", len(doc.Operations))
	}
	if got := len(doc.Operations[n-1].Parameters); got != 1 {
		t.Errorf("%d parameters of the last", got)
	}
}

// TestMutatedDocuments cuts real documents off anywhere, and puts values of
// other types into them: Parse, Slice and Bundle end, and what they refuse they
// refuse with a sentence.
func TestMutatedDocuments(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(raw); at += 1 + len(raw)/40 {
			endure(t, raw[:at])
			for _, other := range []string{"[]", "{}", "null", "7", "{$ref: '#'}", "*x", "\"", ": "} {
				endure(t, bytes.Join([][]byte{raw[:at], raw[min(at+3, len(raw)):]}, []byte(other)))
			}
		}
	}
}

// endure reads a document in every way; no error may be other than Invalid, or
// NotFound for a slice.
func endure(t testing.TB, raw []byte) {
	t.Helper()
	doc, err := openapi.Parse(raw)
	if err != nil && domain.CodeOf(err) != domain.Invalid {
		t.Fatalf("Parse: %v", err)
	}
	for i, op := range doc.Operations {
		openapi.Example(op, openapi.Options{})
		openapi.Example(op, openapi.Options{Seed: 1, Optional: true})
		if i > 3 {
			continue
		}
		if _, err := openapi.Slice(raw, op.Method, op.Path); err != nil && domain.CodeOf(err) != domain.NotFound && domain.CodeOf(err) != domain.Invalid {
			t.Fatalf("Slice: %v", err)
		}
	}
	openapi.BaseURL(doc, "http://127.0.0.1/x")
	if _, err := openapi.Bundle("a", texts(map[string]string{"a": string(raw), "b": string(raw)})); err != nil && domain.CodeOf(err) != domain.Invalid {
		t.Fatalf("Bundle: %v", err)
	}
}
