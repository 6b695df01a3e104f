package openapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plog.dev/plog/domain/openapi"
)

// megabyte is a document of about 1 MB: 600 operations on 600 schemas.
func megabyte() []byte {
	var paths, schemas []string
	for i := range 600 {
		paths = append(paths, fmt.Sprintf(`"/things%d/{id}":{"put":{"operationId":"put%d","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string","format":"uuid"}}],"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/T%d"}}}},"responses":{"200":{"description":"%s"}}}}`, i, i, i, strings.Repeat("words ", 100)))
		schemas = append(schemas, fmt.Sprintf(`"T%d":{"type":"object","required":["name"],"description":"%s","properties":{"name":{"type":"string","maxLength":40},"next":{"$ref":"#/components/schemas/T%d"},"tags":{"type":"array","items":{"type":"string"}}}}`, i, strings.Repeat("words ", 100), (i+1)%600))
	}
	return []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{` + strings.Join(paths, ",") + `},"components":{"schemas":{` + strings.Join(schemas, ",") + `}}}`)
}

func BenchmarkParse(b *testing.B) {
	run := func(raw []byte) func(*testing.B) {
		return func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := openapi.Parse(raw); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("1MB", run(megabyte()))
	b.Run("13MB", func(b *testing.B) {
		raw, err := os.ReadFile(filepath.Join(documents(b), "github-api.json"))
		if err != nil {
			b.Skip(err)
		}
		run(raw)(b)
	})
}

func BenchmarkExample(b *testing.B) {
	doc := parseFile(b, "shop.yaml")
	for b.Loop() {
		for _, op := range doc.Operations {
			openapi.Example(op, openapi.Options{})
		}
	}
}
