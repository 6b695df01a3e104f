package openapi_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

func slice(t testing.TB, raw, method, path string) string {
	t.Helper()
	out, err := openapi.Slice([]byte(raw), method, path)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSlice(t *testing.T) {
	const head, v2 = `{"openapi":"3.1.0","info":{"title":"x"},`, `{"swagger":"2.0","info":{"title":"x"},`
	for name, c := range map[string]struct{ raw, method, want string }{
		"only what is reached, circles kept": {
			head + `"servers":[{"url":"/v1"}],"tags":[{"name":"t"}],
				"paths":{"/b":{"get":{}},"/a":{"parameters":[{"$ref":"#/components/parameters/P"}],"put":{},"get":{"responses":{"200":{"$ref":"#/components/responses/R"}}}}},
				"components":{"parameters":{"P":{"name":"p","in":"query"},"Q":{}},"responses":{"R":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}},
				"schemas":{"Z":{},"A":{"properties":{"b":{"$ref":"#/components/schemas/B"}}},"B":{"properties":{"a":{"$ref":"#/components/schemas/A"}}}}}}`, "get",
			head + `"servers":[{"url":"/v1"}],"paths":{"/a":{"parameters":[{"$ref":"#/components/parameters/P"}],"get":{"responses":{"200":{"$ref":"#/components/responses/R"}}}}},` +
				`"components":{"parameters":{"P":{"name":"p","in":"query"}},"responses":{"R":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}},` +
				`"schemas":{"A":{"properties":{"b":{"$ref":"#/components/schemas/B"}}},"B":{"properties":{"a":{"$ref":"#/components/schemas/A"}}}}}}`,
		},
		"swagger": {
			v2 + `"basePath":"/v1","produces":["application/json"],"paths":{"/a":{"get":{"security":[{"k":[]}],"parameters":[{"$ref":"#/parameters/P"}],"responses":{"200":{"schema":{"$ref":"#/definitions/A"}}}}}},
				"definitions":{"B":{},"A":{"type":"string"}},"parameters":{"P":{"name":"p","in":"query"}},"securityDefinitions":{"k":{"type":"basic"},"l":{"type":"basic"}}}`, "GET",
			v2 + `"basePath":"/v1","produces":["application/json"],"paths":{"/a":{"get":{"security":[{"k":[]}],"parameters":[{"$ref":"#/parameters/P"}],"responses":{"200":{"schema":{"$ref":"#/definitions/A"}}}}}},` +
				`"definitions":{"A":{"type":"string"}},"parameters":{"P":{"name":"p","in":"query"}},"securityDefinitions":{"k":{"type":"basic"}}}`,
		},
		"what another operation describes gets a name": {
			head + `"paths":{"/b":{"get":{"responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"}}}}}}},"/a":{"get":{"responses":{"200":{"content":{"text/plain":{"schema":{"$ref":"#/paths/~1b/get/responses/200/content/text~1plain/schema"}}}}}}}}}`, "get",
			head + `"paths":{"/a":{"get":{"responses":{"200":{"content":{"text/plain":{"schema":{"$ref":"#/components/schemas/paths__b_get_responses_200_content_text_plain_schema"}}}}}}}},"components":{"schemas":{"paths__b_get_responses_200_content_text_plain_schema":{"type":"string"}}}}`,
		},
		"a path item elsewhere, an operation of its own method": {
			head + `"paths":{"/a":{"$ref":"#/components/pathItems/I"}},"components":{"pathItems":{"I":{"get":{},"additionalOperations":{"COPY":{"summary":"c"}}}}}}`, "copy",
			head + `"paths":{"/a":{"additionalOperations":{"COPY":{"summary":"c"}}}}}`,
		},
		"references that lead nowhere, or out": {
			head + `"paths":{"/a":{"get":{"parameters":[{"$ref":"p.yaml"},{"$ref":"#/components/parameters/No"}],"requestBody":{"content":{"a/b":{"schema":{"items":{"$ref":"http://x.test/s.json"}}}}}}}}}`, "get",
			head + `"paths":{"/a":{"get":{"parameters":[],"requestBody":{"content":{"a/b":{"schema":{"items":{}}}}}}}}}`,
		},
		"an anchor": {
			head + `"paths":{"/a":{"get":{"responses":{"200":{"content":{"a/b":{"schema":{"$ref":"#pet"}}}}}}}},"components":{"schemas":{"P":{"$anchor":"pet"},"Q":{"title":"pet"}}}}`, "get",
			head + `"paths":{"/a":{"get":{"responses":{"200":{"content":{"a/b":{"schema":{"$ref":"#pet"}}}}}}}},"components":{"schemas":{"P":{"$anchor":"pet"}}}}`,
		},
		"yaml, with a merge and an alias": {
			"openapi: 3.1.0\ninfo: {title: x}\nx: &x {summary: s}\npaths: {/a: {get: {<<: *x, description: &d 1.0}}, /b: {get: {summary: *d}}}", "get",
			head + `"paths":{"/a":{"get":{"description":1.0,"summary":"s"}}}}`,
		},
		"written twice: the last counts": {
			head + `"paths":{"/a":{"get":{"summary":"first"}},"/a":{"get":{"summary":"last"}}}}`, "get",
			head + `"paths":{"/a":{"get":{"summary":"last"}}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, slice(t, c.raw, c.method, "/a")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSliceRefusals(t *testing.T) {
	const doc = `{"openapi":"3.0.0","paths":{"/a":{"get":{},"put":{"$ref":"#/nowhere"}},"/b":{"$ref":"#/paths/~1b"}}}`
	for name, c := range map[string]struct {
		raw, method, path string
		code              domain.Code
	}{
		"another path":     {doc, "get", "/c", domain.NotFound},
		"another method":   {doc, "post", "/a", domain.NotFound},
		"no method at all": {doc, "parameters", "/a", domain.NotFound},
		"leads nowhere":    {doc, "put", "/a", domain.NotFound},
		"itself":           {doc, "get", "/b", domain.NotFound},
		"no document":      {"<html>", "get", "/a", domain.Invalid},
		"broken":           {`{"openapi":`, "get", "/a", domain.Invalid},
		"a list":           {"[]", "get", "/a", domain.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := openapi.Slice([]byte(c.raw), c.method, c.path); domain.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

// TestSlicesOfRealDocuments proves that a slice says the same of its operation
// as the whole document does: the same request is made of it.
func TestSlicesOfRealDocuments(t *testing.T) {
	dir := documents(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if testing.Short() && len(raw) > 1<<20 {
				t.Skip("large: not with -short")
			}
			doc, err := openapi.Parse(raw)
			if err != nil {
				t.Skipf("no document: %v", err)
			}
			s, err := openapi.NewSlicer(raw)
			if err != nil {
				t.Fatal(err)
			}
			every := 1 + len(doc.Operations)/25
			for i := 0; i < len(doc.Operations); i += every {
				op := doc.Operations[i]
				out, err := s.Slice(op.Method, op.Path)
				if err != nil {
					t.Errorf("%s: %v", op.Name(), err)
					continue
				}
				alone := parse(t, string(out))
				if len(alone.Operations) != 1 {
					t.Errorf("%s: %d operations", op.Name(), len(alone.Operations))
					continue
				}
				want, got := example(t, op), example(t, alone.Operations[0])
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: request (-whole +slice):\n%s", op.Name(), diff)
				}
				if diff := cmp.Diff(op.Security, alone.Operations[0].Security); diff != "" {
					t.Errorf("%s: security (-whole +slice):\n%s", op.Name(), diff)
				}
			}
		})
	}
}

func example(t testing.TB, op openapi.Operation) string {
	t.Helper()
	raw, err := json.MarshalIndent(openapi.Example(op, openapi.Options{}), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
