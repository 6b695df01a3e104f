package openapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// folder reads files of a folder and of nothing else.
func folder(t testing.TB, dir string) func(string) ([]byte, error) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root.ReadFile
}

func bundled(t testing.TB, dir, entry string) []byte {
	t.Helper()
	raw, err := openapi.Bundle(entry, folder(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	if left := openapi.ExternalRefs(raw); len(left) > 0 {
		t.Errorf("still refers to %v", left)
	}
	return raw
}

// texts reads files that are given as text.
func texts(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		text, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

const bundleHead = "openapi: 3.1.0\ninfo: {title: x, version: '1'}\n"

func TestBundle(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string // what follows the head
	}{
		"a path item, its parameter and its schema": {
			map[string]string{
				"a.yaml":             bundleHead + "paths: {/pets: {$ref: paths/pets.yaml, summary: own}}",
				"paths/pets.yaml":    "summary: theirs\nget: {parameters: [{$ref: ../shared.yaml#/limit}], responses: {200: {$ref: '../shared.yaml#/ok'}}}",
				"shared.yaml":        "limit: {name: limit, in: query, schema: {$ref: 'schemas/limit.json'}}\nok: {description: ok}",
				"schemas/limit.json": `{"type":"integer"}`,
			},
			`"paths":{"/pets":{"summary":"own","get":{"parameters":[{"$ref":"#/components/parameters/limit"}],"responses":{"200":{"$ref":"#/components/responses/ok"}}}}},` +
				`"components":{"parameters":{"limit":{"name":"limit","in":"query","schema":{"$ref":"#/components/schemas/limit"}}},"responses":{"ok":{"description":"ok"}},"schemas":{"limit":{"type":"integer"}}}`,
		},
		"the entry's names stay": {
			map[string]string{
				"a.yaml": bundleHead + "paths: {}\ncomponents: {schemas: {Pet: {$ref: p.yaml}, Animal: {$ref: p.yaml}}}",
				"p.yaml": "properties: {mother: {$ref: '#'}, owner: {$ref: 'a.yaml#/components/schemas/Animal'}}",
			},
			`"paths":{},"components":{"schemas":{"Pet":{"properties":{"mother":{"$ref":"#/components/schemas/Pet"},"owner":{"$ref":"#/components/schemas/Animal"}}},"Animal":{"$ref":"#/components/schemas/Pet"}}}`,
		},
		"two files of one name, and names that no component may have": {
			map[string]string{
				"a.yaml":     bundleHead + "paths: {}\ncomponents: {schemas: {All: {anyOf: [{$ref: x/pet.yaml}, {$ref: y/pet.yaml}, {$ref: '펫 1.yaml'}]}}}",
				"x/pet.yaml": "title: x",
				"y/pet.yaml": "title: y",
				"펫 1.yaml":   "title: z",
			},
			`"paths":{},"components":{"schemas":{"All":{"anyOf":[{"$ref":"#/components/schemas/pet"},{"$ref":"#/components/schemas/pet_2"},{"$ref":"#/components/schemas/1"}]},"pet":{"title":"x"},"pet_2":{"title":"y"},"1":{"title":"z"}}}`,
		},
		"references through references, in a circle of files": {
			map[string]string{
				"a.yaml": bundleHead + "paths: {}\ncomponents: {schemas: {A: {$ref: 'b.yaml#/defs/B/properties/c'}}}",
				"b.yaml": "defs: {B: {$ref: 'c.yaml#/C'}}",
				"c.yaml": "C: {properties: {c: {items: {$ref: 'b.yaml#/defs/B'}}}}",
			},
			`"paths":{},"components":{"schemas":{"A":{"items":{"$ref":"#/components/schemas/C"}},"C":{"properties":{"c":{"items":{"$ref":"#/components/schemas/C"}}}}}}`,
		},
		"a path item within itself ends": {
			map[string]string{
				"a.yaml": bundleHead + "paths: {/a: {$ref: p.yaml}}",
				"p.yaml": "get: {callbacks: {c: {'{$url}': {$ref: p.yaml}}}}",
			},
			`"paths":{"/a":{"get":{"callbacks":{"c":{}}}}}`,
		},
		"sections and paths of their own files": {
			map[string]string{
				"a.yaml":     bundleHead + "paths: {$ref: p.yaml}\ncomponents: {schemas: {$ref: s/all.yaml}}",
				"p.yaml":     "/a: {get: {requestBody: {content: {application/json: {schema: {$ref: s/all.yaml#/A}}}}}}",
				"s/all.yaml": "A: {$ref: a.yaml}",
				"s/a.yaml":   "type: string",
			},
			`"paths":{"/a":{"get":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}},"components":{"schemas":{"A":{"type":"string"}}}`,
		},
		"data that looks like references stays": {
			map[string]string{
				"a.yaml": bundleHead + "paths: {}\nx-code: {$ref: code.yaml}\ncomponents: {schemas: {A: {example: {$ref: e.yaml}, properties: {$ref: {type: string}}}}}",
			},
			`"paths":{},"x-code":{"$ref":"code.yaml"},"components":{"schemas":{"A":{"example":{"$ref":"e.yaml"},"properties":{"$ref":{"type":"string"}}}}}`,
		},
		"a discriminator's mapping": {
			map[string]string{
				"a.yaml":   bundleHead + "paths: {}\ncomponents: {schemas: {A: {discriminator: {propertyName: k, mapping: {d: dog.yaml, c: Cat, l: a/lost.yaml}}}}}",
				"dog.yaml": "type: object",
			},
			`"paths":{},"components":{"schemas":{"A":{"discriminator":{"propertyName":"k","mapping":{"d":"#/components/schemas/dog","c":"Cat","l":"a/lost.yaml"}}},"dog":{"type":"object"}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := openapi.Bundle("a.yaml", texts(c.files))
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Compact(&got, raw); err != nil {
				t.Fatal(err)
			}
			want := `{"openapi":"3.1.0","info":{"title":"x","version":"1"},` + c.want + `}`
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("bundle (-want +got):\n%s", diff)
			}
		})
	}
}

func TestBundleSwagger(t *testing.T) {
	raw, err := openapi.Bundle("a.yaml", texts(map[string]string{
		"a.yaml": "swagger: '2.0'\ninfo: {title: x, version: '1'}\npaths: {/a: {get: {parameters: [{$ref: p.yaml#/q}], responses: {200: {description: ok, schema: {$ref: s.yaml}}}}}}\ndefinitions: {S: {$ref: s.yaml}}",
		"p.yaml": "q: {name: q, in: query, type: string}",
		"s.yaml": "properties: {next: {$ref: s.yaml}}",
	}))
	if err != nil {
		t.Fatal(err)
	}
	doc := parse(t, string(raw))
	if len(doc.Faults) > 0 {
		t.Errorf("faults: %v", doc.Faults)
	}
	if got := operation(t, doc, "GET /a").Parameters; len(got) != 1 || got[0].Name != "q" {
		t.Errorf("parameters: %+v", got)
	}
}

// TestBundleStaysWithin proves that nothing outside the root is asked for, and
// that what is not given stays a reference that is listed.
func TestBundleStaysWithin(t *testing.T) {
	refs := []string{
		"../up.yaml", "a/../../up.yaml", "/etc/passwd", "file:///etc/passwd", "http://other.test/a.yaml", "//other.test/a.yaml",
		"..", "..\\up.yaml", "%2e%2e/up.yaml", "gopher://x/", "c:\\x.yaml", "missing.yaml", "sub/../missing.yaml#/X",
	}
	var schemas strings.Builder
	for i, ref := range refs {
		fmt.Fprintf(&schemas, "  S%d: {$ref: %q}\n", i, ref)
	}
	var asked []string
	raw, err := openapi.Bundle("doc/a.yaml", func(name string) ([]byte, error) {
		asked = append(asked, name)
		if name == "doc/a.yaml" {
			return []byte(bundleHead + "paths: {}\ncomponents:\n schemas:\n" + schemas.String()), nil
		}
		return nil, fs.ErrNotExist
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(asked)
	if diff := cmp.Diff([]string{"doc/a.yaml", "doc/missing.yaml", "up.yaml"}, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	doc := parse(t, string(raw))
	for _, f := range doc.Faults {
		if f.Line == 0 || f.Pointer == "" {
			t.Errorf("no place: %+v", f)
		}
	}
	if !hasFault(doc, "openapi.fault.external") {
		t.Errorf("faults: %v", doc.Faults)
	}
}

func TestBundleRefusals(t *testing.T) {
	many := map[string]string{"a.yaml": bundleHead + "paths: {/a: {$ref: f0.yaml}}"}
	for i := range 5_100 {
		many[fmt.Sprintf("f%d.yaml", i)] = fmt.Sprintf("get: {callbacks: {c: {u: {$ref: f%d.yaml}}}}", i+1)
	}
	wide := map[string]string{"a.yaml": bundleHead + "paths: {/a: {$ref: f0.yaml}}"}
	for i := range 60 {
		next := fmt.Sprintf("{$ref: f%d.yaml}", i+1)
		wide[fmt.Sprintf("f%d.yaml", i)] = "get: {callbacks: {c: {u: " + next + ", v: " + next + "}}}"
	}
	for name, c := range map[string]struct {
		entry string
		files map[string]string
		key   string
	}{
		"no file name":       {"../a.yaml", nil, "openapi.outside"},
		"a chain too long":   {"a.yaml", many, "openapi.bomb"},
		"doubling":           {"a.yaml", wide, "openapi.bomb"},
		"a web page":         {"a.yaml", map[string]string{"a.yaml": "<!doctype html>"}, "openapi.html"},
		"a list":             {"a.yaml", map[string]string{"a.yaml": "[1]"}, "openapi.not_openapi"},
		"nested":             {"a.yaml", map[string]string{"a.yaml": `{"openapi":"3.0.0","paths":{"/a":{"get":` + strings.Repeat(`{"callbacks":{"c":{"u":{"get":`, 400) + "{}" + strings.Repeat("}}}}", 400) + "}}}"}, "openapi.bomb"},
		"more than 64 MiB":   {"a.yaml", map[string]string{"a.yaml": bundleHead + "paths: {/a: {$ref: b.yaml}, /c: {$ref: c.yaml}}", "b.yaml": strings.Repeat("#\n", 17<<20), "c.yaml": strings.Repeat("#\n", 17<<20)}, "openapi.too_large"},
		"neither of the two": {"a.yaml", map[string]string{"a.yaml": "a: [\n"}, "openapi.syntax"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := openapi.Bundle(c.entry, texts(c.files))
			var e *domain.Error
			if !errors.As(err, &e) || e.Code != domain.Invalid || e.Message.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
	if _, err := openapi.Bundle("a.yaml", func(string) ([]byte, error) { return nil, context.Canceled }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestExternalRefs(t *testing.T) {
	got := openapi.ExternalRefs([]byte(bundleHead + "paths: {/a: {$ref: 'p/a.yaml#/x'}, /b: {get: {parameters: [{$ref: '#/x'}, {$ref: 'p/a.yaml#/y'}], x-code: {$ref: no.yaml}}}}\ncomponents: {schemas: {A: {$ref: 'http://x.test/s'}}}"))
	if diff := cmp.Diff([]string{"http://x.test/s", "p/a.yaml"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := openapi.ExternalRefs([]byte("<html>")); got != nil {
		t.Errorf("of a page: %v", got)
	}
}

// TestBundleRealDocuments proves that real documents of many files are bundled
// completely: nothing external is left, and nothing leads nowhere.
func TestBundleRealDocuments(t *testing.T) {
	dir := documents(t)
	for name, entry := range map[string]string{
		"cafe-split": "cafe.yaml", "deep-circular-split": "deep-circular.yaml", "digitalocean-split": "DigitalOcean-public.v2.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := bundled(t, filepath.Join(dir, name), entry)
			doc := parse(t, string(raw))
			for _, f := range doc.Faults {
				if key := f.Message.Key; key == "openapi.fault.ref" || key == "openapi.fault.external" {
					t.Errorf("%s: %s", f.Where, f.Message)
				}
			}
			again, err := openapi.Bundle("a.json", texts(map[string]string{"a.json": string(raw)}))
			if err != nil || !bytes.Equal(again, raw) {
				t.Errorf("bundling a bundle changes it: %v", err)
			}
		})
	}
}
