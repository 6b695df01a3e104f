package openapi_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// single returns the operation of a document that has one, made of its YAML in flow style.
func single(t testing.TB, path, method, operation string) openapi.Operation {
	t.Helper()
	doc := parse(t, fmt.Sprintf("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  '%s':\n    %s: %s\n", path, method, operation))
	return doc.Operations[0]
}

func TestParametersInTheirStyles(t *testing.T) {
	const (
		list = "schema: {type: array, items: {type: integer}}, example: [1, 2, 3]"
		obj  = "schema: {type: object, properties: {R: {type: integer}, G: {type: integer}}}, example: {R: 100, G: 200}"
	)
	p := func(name, value string, reserved bool) loadtest.Param {
		return loadtest.Param{Name: name, Value: value, AllowReserved: reserved}
	}
	for _, c := range []struct {
		in, style, what string
		want            []loadtest.Param
	}{
		{"query", "", list, []loadtest.Param{p("c", "1", false), p("c", "2", false), p("c", "3", false)}},
		{"query", "explode: false", list, []loadtest.Param{p("c", "1,2,3", true)}},
		{"query", "style: pipeDelimited, explode: false", list, []loadtest.Param{p("c", "1|2|3", true)}},
		{"query", "style: spaceDelimited, explode: false", list, []loadtest.Param{p("c", "1 2 3", true)}},
		{"query", "", obj, []loadtest.Param{p("R", "100", false), p("G", "200", false)}},
		{"query", "explode: false", obj, []loadtest.Param{p("c", "R,100,G,200", true)}},
		{"query", "style: deepObject, explode: true", obj, []loadtest.Param{p("c[R]", "100", false), p("c[G]", "200", false)}},
		{"query", "", "content: {application/json: {schema: {type: object}, example: {a: [1, '&']}}}", []loadtest.Param{p("c", `{"a":[1,"&"]}`, false)}},
		{"query", "explode: false", "schema: {type: array, items: {type: string}}, example: ['a&b', '한']", []loadtest.Param{p("c", "a&b,한", false)}},
		{"path", "", list, []loadtest.Param{p("c", "1,2,3", true)}},
		{"path", "style: label, explode: true", list, []loadtest.Param{p("c", ".1.2.3", true)}},
		{"path", "style: matrix", list, []loadtest.Param{p("c", ";c=1,2,3", true)}},
		{"path", "style: matrix, explode: true", list, []loadtest.Param{p("c", ";c=1;c=2;c=3", true)}},
		{"path", "style: matrix, explode: true", obj, []loadtest.Param{p("c", ";R=100;G=200", true)}},
		{"path", "explode: true", obj, []loadtest.Param{p("c", "R=100,G=200", true)}},
		{"path", "", "schema: {type: string}, example: 'a/b c'", []loadtest.Param{p("c", "a/b c", false)}},
		{"header", "", list, []loadtest.Param{p("c", "1,2,3", false)}},
		{"header", "explode: true", obj, []loadtest.Param{p("c", "R=100,G=200", false)}},
		{"cookie", "explode: false", list, []loadtest.Param{p("c", "1,2,3", true)}},
		{"header", "", "schema: {type: string, const: \"a\\nb\"}", []loadtest.Param{p("c", "ab", false)}},
	} {
		style := c.style
		if style != "" {
			style += ", "
		}
		op := single(t, "/x/{c}", "get", fmt.Sprintf("{parameters: [{name: c, in: %s, required: true, %s%s}], responses: {}}", c.in, style, c.what))
		req := openapi.Example(op, openapi.Options{})
		got := map[string][]loadtest.Param{"query": req.Query, "path": req.PathParams, "header": req.Headers, "cookie": req.Cookies}[c.in]
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s %s (-want +got):\n%s", c.in, c.style, c.what, diff)
		}
	}
}

func TestOptionalParametersAreSentWhenAsked(t *testing.T) {
	op := single(t, "/x", "get", "{parameters: [{name: a, in: query, schema: {type: integer}}, {name: old, in: query, deprecated: true, schema: {}}, {name: Authorization, in: header, required: true, schema: {type: string}}], responses: {}}")
	if diff := cmp.Diff(loadtest.Request{}, openapi.Example(op, openapi.Options{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(loadtest.Request{Query: []loadtest.Param{{Name: "a", Value: "1"}}}, openapi.Example(op, openapi.Options{Optional: true})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBodies(t *testing.T) {
	const form = "{type: object, required: [name, tags, at], properties: {name: {type: string, example: 김}, tags: {type: array, minItems: 2, items: {type: string}}, at: {type: object, properties: {x: {type: integer}}}}}"
	for name, c := range map[string]struct {
		content string
		want    loadtest.Body
	}{
		"json": {
			"{application/xml: {}, application/json: {schema: {type: object, properties: {a: {type: string, example: '<&한'}}}}}",
			loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "application/json", Text: "{\n  \"a\": \"<&한\"\n}"},
		},
		"any": {
			"{'*/*': {schema: {type: integer}}}",
			loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "application/json", Text: "1"},
		},
		"form": {
			"{application/x-www-form-urlencoded: {schema: " + form + ", encoding: {at: {style: deepObject, explode: true}}}}",
			loadtest.Body{Kind: loadtest.BodyForm, MediaType: "application/x-www-form-urlencoded", Fields: []loadtest.Field{
				{Name: "name", Value: "김"}, {Name: "tags", Value: "string"}, {Name: "tags", Value: "string"}, {Name: "at[x]", Value: "1"},
			}},
		},
		"multipart": {
			"{multipart/form-data: {schema: {type: object, required: [meta, pic, docs], properties: {meta: {type: object, properties: {x: {type: integer}}}, pic: {type: string, format: binary}, docs: {type: array, items: {type: string, format: binary}}}}, encoding: {pic: {contentType: 'image/png, image/jpeg'}}}}",
			loadtest.Body{Kind: loadtest.BodyMultipart, MediaType: "multipart/form-data", Fields: []loadtest.Field{
				{Name: "meta", Value: `{"x":1}`, MediaType: "application/json"},
				{Name: "pic", FileName: "pic.png", MediaType: "image/png"},
				{Name: "docs", FileName: "docs.txt", MediaType: "text/plain"},
			}},
		},
		"text": {
			"{text/plain: {schema: {type: string}, example: 안녕}}",
			loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "text/plain", Text: "안녕"},
		},
		"xml": {
			"{application/xml: {schema: {type: object, xml: {name: pet}, properties: {id: {type: integer, xml: {attribute: true}}, name: {type: string, example: 'a<b'}, tags: {type: array, xml: {wrapped: true}, items: {type: string, xml: {name: tag}}}}}}}",
			loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "application/xml", Text: `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<pet id="1"><name>a&lt;b</name><tags><tag>string</tag></tags></pet>`},
		},
		"binary": {
			"{image/*: {schema: {type: string, format: binary}}}",
			loadtest.Body{Kind: loadtest.BodyBinary, MediaType: "image/png"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := openapi.Example(single(t, "/x", "post", "{requestBody: {content: "+c.content+"}, responses: {}}"), openapi.Options{}).Body
			if body == nil {
				t.Fatal("no body")
			}
			files := append([]loadtest.Field{{FileName: "body", Base64: body.Base64}}, body.Fields...)
			body.Base64 = ""
			for i := range body.Fields {
				body.Fields[i].Base64 = ""
			}
			if diff := cmp.Diff(c.want, *body); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, f := range files {
				if _, err := base64.StdEncoding.DecodeString(f.Base64); err != nil || f.Base64 == "" && f.FileName != "" && f.FileName != "body" {
					t.Errorf("%s: content %q: %v", f.FileName, f.Base64, err)
				}
			}
		})
	}
}

func TestExamplesFollowTheDocument(t *testing.T) {
	doc := parseFile(t, "shop.yaml")
	put := openapi.Example(operation(t, doc, "PUT /orders/{id}"), openapi.Options{})
	var order map[string]any
	if err := json.Unmarshal([]byte(put.Body.Text), &order); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"sku": "AAA-0000", "qty": 1.0}, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	pet := openapi.Example(operation(t, doc, "POST /pets"), openapi.Options{})
	if diff := cmp.Diff("{\n  \"kind\": \"cat\",\n  \"lives\": 1\n}", pet.Body.Text); diff != "" {
		t.Errorf("pet (-want +got):\n%s", diff)
	}
}

func TestSeedsVaryAndRepeat(t *testing.T) {
	op := operation(t, parseFile(t, "shop.yaml"), "PUT /orders/{id}")
	seen := map[string]bool{}
	for seed := range uint64(20) {
		a := openapi.Example(op, openapi.Options{Seed: seed, Optional: true})
		b := openapi.Example(op, openapi.Options{Seed: seed, Optional: true})
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatalf("seed %d twice:\n%s", seed, diff)
		}
		seen[a.Body.Text] = true
	}
	if len(seen) < 15 {
		t.Errorf("20 seeds make %d different bodies", len(seen))
	}
}

func TestWrongExamplesAreReplaced(t *testing.T) {
	op := single(t, "/x/{id}", "get", "{parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 5}, example: abc}], responses: {}}")
	if got := openapi.Example(op, openapi.Options{}).PathParams[0].Value; got != "5" {
		t.Errorf("id = %q", got)
	}
}

func TestUndeclaredPathParametersAreFilled(t *testing.T) {
	op := single(t, "/x/{id}/{rest+}", "get", "{parameters: [{name: rest, in: path, required: true, schema: {type: string}}], responses: {}}")
	var names []string
	for _, p := range openapi.Example(op, openapi.Options{}).PathParams {
		if p.Value == "" {
			t.Errorf("%s is empty", p.Name)
		}
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "rest+ id" {
		t.Errorf("names: %s", got)
	}
}
