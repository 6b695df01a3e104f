package openapi_test

import (
	"os"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// FuzzParse proves that nothing makes Parse or Example panic, and that every
// refusal is one that a person is told about.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/shop.yaml", "testdata/swagger.json"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("openapi: 3.1.0\npaths: {/a: &a {get: {parameters: [*a], <<: *a}}}"))
	f.Add([]byte("swagger: '2.0'\npaths: {/a: {$ref: '#/paths/~1a'}}"))
	f.Add([]byte("openapi: 3.0.0\ncomponents: {schemas: {A: {allOf: [{$ref: '#/components/schemas/A'}]}}}\npaths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}"))
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
		openapi.BaseURL(doc, "http://127.0.0.1/x")
	})
}
