package openapi

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

// satisfiable draws a schema that some value fits.
func satisfiable(t *rapid.T, depth int) object {
	kinds := []string{"string", "integer", "number", "boolean", "enum", "format", "pattern"}
	if depth < 3 {
		kinds = append(kinds, "object", "array", "oneOf", "anyOf", "allOf")
	}
	num := func(n int) json.Number { raw, _ := json.Marshal(n); return json.Number(raw) }
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "string":
		least := rapid.IntRange(0, 30).Draw(t, "minLength")
		return object{{"type", "string"}, {"minLength", num(least)}, {"maxLength", num(least + rapid.IntRange(0, 5).Draw(t, "room"))}}
	case "integer", "number":
		least := rapid.IntRange(-1000, 1000).Draw(t, "minimum")
		step := rapid.IntRange(1, 7).Draw(t, "multipleOf")
		return object{{"type", kind}, {"minimum", num(least)}, {"exclusiveMaximum", num(least + 2*step)}, {"multipleOf", num(step)}}
	case "boolean":
		return object{{"type", "boolean"}}
	case "enum":
		return object{{"enum", []any{"가", num(3), nil, object{{"a", true}}}[rapid.IntRange(0, 3).Draw(t, "from"):]}}
	case "format":
		return object{{"type", "string"}, {"format", rapid.SampledFrom([]string{"uuid", "date", "date-time", "email", "uri", "ipv4", "ipv6", "hostname", "time", "duration"}).Draw(t, "format")}}
	case "pattern":
		return object{{"type", "string"}, {"pattern", rapid.SampledFrom([]string{`^[A-Z]{2}\d{3,5}$`, `^(a|bb)+\.\w*$`, `^\+?[1-9]\d{1,14}$`, `^[가-힣]{2,4}$`, `^(?:x-)?[^\s]{3}$`, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`}).Draw(t, "pattern")}}
	case "array":
		least := rapid.IntRange(0, 4).Draw(t, "minItems")
		return object{{"type", "array"}, {"minItems", num(least)}, {"items", satisfiable(t, depth+1)}}
	case "object":
		props, required := object{}, []any{}
		for _, name := range []string{"a", "b", "c"}[:rapid.IntRange(0, 3).Draw(t, "members")] {
			props = append(props, member{name, satisfiable(t, depth+1)})
			if rapid.Bool().Draw(t, "required") {
				required = append(required, name)
			}
		}
		return object{{"type", "object"}, {"properties", props}, {"required", required}, {"additionalProperties", rapid.Bool().Draw(t, "open")}}
	case "allOf":
		return object{{"allOf", []any{satisfiable(t, depth+1), object{{"description", "more"}}}}}
	case "anyOf":
		return object{{"anyOf", []any{satisfiable(t, depth+1), satisfiable(t, depth+1)}}}
	}
	// Two objects that one required constant tells apart.
	option := func(name string) object {
		return object{
			{"type", "object"},
			{"required", []any{"kind", "v"}},
			{"properties", object{{"kind", object{{"const", name}}}, {"v", satisfiable(t, depth+1)}}},
		}
	}
	return object{{"oneOf", []any{option("x"), option("y")}}}
}

// TestValuesFit proves that a value is found for every satisfiable schema,
// whatever the seed, and that showing a schema keeps its meaning.
func TestValuesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := encode(satisfiable(t, 0))
		c := schemaOf(raw)
		seed := rapid.Uint64Range(0, 3).Draw(t, "seed")
		v, fits := newGenerator(seed, "salt", rapid.Bool().Draw(t, "optional")).value(c)
		if !fits {
			t.Fatalf("schema %s\nmade %s", raw, encode(v))
		}
		shown := c.src.show(c.src.root)
		if again := schemaOf(shown); !again.fits(v) {
			t.Fatalf("schema %s\nshown as %s\nrefuses %s", raw, shown, encode(v))
		}
		back, err := decode(encode(v))
		if err != nil || !equal(back, v) {
			t.Fatalf("%s is not what it was: %v", encode(v), err)
		}
	})
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		schema, value string
		want          bool
	}{
		{`{"type":"integer"}`, `1.0`, true},
		{`{"type":"integer"}`, `1.5`, false},
		{`{"type":["string","null"]}`, `null`, true},
		{`{"type":"string","nullable":true}`, `null`, true},
		{`{"minimum":1,"exclusiveMinimum":true}`, `1`, false},
		{`{"exclusiveMinimum":1}`, `1`, false},
		{`{"multipleOf":0.1}`, `0.3`, true},
		{`{"maxLength":2}`, `"한글"`, true},
		{`{"pattern":"^\\u0061\\/$"}`, `"a/"`, true},
		{`{"pattern":"^(?!x)\\w$"}`, `"x"`, false},
		{`{"pattern":"^(?=.*[A-Z])(?=.*\\d).{3,2000}$"}`, `"abC1"`, true},
		{`{"pattern":"^(?=.*[A-Z])(?=.*\\d).{3,2000}$"}`, `"abc1"`, false},
		{`{"pattern":"^a(?=b)c$"}`, `"x"`, true}, // Go cannot say it: counts as fitting
		{`{"required":["a"],"properties":{"a":{"readOnly":true}}}`, `{}`, true},
		{`{"required":["a"]}`, `{}`, false},
		{`{"properties":{"a":{}},"additionalProperties":false}`, `{"b":1}`, false},
		{`{"additionalProperties":{"type":"string"}}`, `{"b":1}`, false},
		{`{"oneOf":[{"type":"integer"},{"type":"number"}]}`, `1`, false},
		{`{"not":{"type":"string"}}`, `"a"`, false},
		{`{"if":{"required":["a"]},"then":{"required":["b"]}}`, `{"a":1}`, false},
		{`{"if":{"required":["a"]},"then":{"required":["b"]}}`, `{}`, true},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, false},
		{`{"uniqueItems":true}`, `[1,1.0]`, false},
		{`{"uniqueItems":true}`, `[1,"1"]`, true},
		{`{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}`, `["a",1]`, true},
		{`{"const":{"a":[1]}}`, `{"a":[1]}`, true},
		{`{"format":"date"}`, `"2025-02-30"`, false},
		{`{"format":"int32"}`, `3000000000`, false},
		{`false`, `1`, false},
		{`true`, `1`, true},
	} {
		v, err := decode(json.RawMessage(c.value))
		if err != nil {
			t.Fatal(err)
		}
		if got := schemaOf(json.RawMessage(c.schema)).fits(v); got != c.want {
			t.Errorf("%s fits %s = %v, want %v", c.value, c.schema, got, c.want)
		}
	}
}

func TestGeneratedEdges(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}`:                                              `0.25`,
		`{"type":"integer","maximum":-3}`:                                                                          `-3`,
		`{"type":"integer","minimum":7,"multipleOf":5}`:                                                            `10`,
		`{"type":"number","multipleOf":0.01,"minimum":0.1}`:                                                        `0.1`,
		`{"type":"array","uniqueItems":true,"minItems":3,"items":{"type":"integer"}}`:                              `[1,2,3]`,
		`{"type":"array","uniqueItems":true,"minItems":2,"items":{"enum":["x","y"]}}`:                              `["x","y"]`,
		`{"type":"object","minProperties":2,"additionalProperties":{"type":"boolean"}}`:                            `{"key1":true,"key2":true}`,
		`{"type":"object","required":["a"],"additionalProperties":{"type":"integer"}}`:                             `{"a":1}`,
		`{"allOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},{"properties":{"a":{"maxLength":2}}}]}`: `{"a":"ng"}`,
		`{"properties":{"a":{"type":"integer"}},"required":["a"],"oneOf":[{"properties":{"b":{"const":1}},"required":["b"]},{"properties":{"c":{"const":2}},"required":["c"]}]}`:            `{"a":1,"b":1}`,
		`{"if":{"properties":{"a":{"const":1}},"required":["a"]},"then":{"required":["b"],"properties":{"b":{"const":2}}},"required":["a"],"properties":{"a":{"const":1}},"type":"object"}`: `{"a":1,"b":2}`,
		`{"type":["null","boolean"]}`:                                                             `true`,
		`{"anyOf":[{"type":"null"},{"type":"string","format":"date"}]}`:                           `"2025-01-15"`,
		`{"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}},"example":{"a":null}}`: `null`,
	} {
		c := schemaOf(json.RawMessage(schema))
		v, fits := newGenerator(0, "", false).value(c)
		if want == "null" {
			continue // an endless demand: it is enough that making it ends
		}
		if got := string(encode(v)); got != want || !fits {
			t.Errorf("%s\nmade %s (fits: %v), want %s", schema, got, fits, want)
		}
	}
}
