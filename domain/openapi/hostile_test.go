package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"plog.dev/plog/domain/openapi"
)

// TestHostileDocumentsEnd reads documents whose naive reading would take
// years or all memory. It is enough that it ends, with the operation kept.
func TestHostileDocumentsEnd(t *testing.T) {
	const a = "{$ref: '#/components/schemas/A'}"
	chain := func(format string, n int) string {
		var b strings.Builder
		b.WriteString("A: {$ref: '#/components/schemas/S0'},")
		for i := range n {
			fmt.Fprintf(&b, format, i, i+1, i+1)
		}
		return b.String()
	}
	for name, schemas := range map[string]string{
		"itself":             "A: " + a,
		"all of itself":      "A: {allOf: [" + a + "," + a + "," + a + "]}",
		"one of itself":      "A: {oneOf: [" + strings.Repeat(a+",", 10) + a + "]}",
		"made of itself":     "A: {type: object, required: [x, y, z], properties: {x: " + a + ", y: " + a + ", z: " + a + "}}",
		"choices of itself":  "A: {oneOf: [{type: object, required: [x, y], properties: {x: " + a + ", y: " + a + "}}, {type: array, minItems: 5, items: " + a + "}]}",
		"mixed with itself":  "A: {allOf: [" + a + ", {oneOf: [" + a + "," + a + "]}, {anyOf: [" + a + ", {type: string}]}]}",
		"not itself":         "A: {not: " + a + ", if: " + a + ", then: " + a + ", else: " + a + "}",
		"huge lists":         "A: {type: array, minItems: 2000000000, items: {type: array, minItems: 2000000000, items: {type: array, minItems: 1000000, items: {type: string, minLength: 1000000000}}}}",
		"huge pattern":       `A: {type: string, pattern: "^((a{100}){100}){1000}$"}`,
		"doubling objects":   chain("S%d: {type: object, required: [a, b], properties: {a: {$ref: '#/components/schemas/S%d'}, b: {$ref: '#/components/schemas/S%d'}}},", 3000),
		"doubling choices":   chain("S%d: {oneOf: [{$ref: '#/components/schemas/S%d'}, {$ref: '#/components/schemas/S%d'}]},", 60),
		"doubling all of":    chain("S%d: {allOf: [{$ref: '#/components/schemas/S%d'}, {$ref: '#/components/schemas/S%d'}]},", 60),
		"reference in a ref": "A: {$ref: '#/components/schemas/A/properties/x'}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {/a: {post: {requestBody: {content: {application/json: {schema: "+a+"}}}}}}\ncomponents: {schemas: {"+schemas+"}}")
			if len(doc.Operations) != 1 {
				t.Fatalf("%d operations", len(doc.Operations))
			}
			openapi.Example(doc.Operations[0], openapi.Options{})
			openapi.Example(doc.Operations[0], openapi.Options{Seed: 1, Optional: true})
		})
	}
}

func TestHostileMergesEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\ninfo: {title: x, version: '1'}\nx-0: &m0 {/a: {get: {responses: {}}}}\n")
	for i := range 7 {
		fmt.Fprintf(&b, "x-%d: &m%d {<<: [%s*m%d]}\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*m%d, ", i), 5), i)
	}
	b.WriteString("paths: {<<: *m7}\n")
	if doc := parse(t, b.String()); len(doc.Operations) != 1 {
		t.Errorf("%d operations", len(doc.Operations))
	}
	parse(t, "openapi: 3.1.0\npaths: {/a: &a {get: {parameters: [*a, *a], <<: [*a, *a]}, <<: [*a, *a]}}")
}
