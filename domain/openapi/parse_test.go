package openapi_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

func parseFile(t testing.TB, name string) openapi.Document {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, string(raw))
}

func parse(t testing.TB, raw string) openapi.Document {
	t.Helper()
	doc, err := openapi.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func operation(t testing.TB, doc openapi.Document, name string) openapi.Operation {
	t.Helper()
	ops, err := openapi.Choose(doc, []string{name}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ops[0]
}

func TestParseOpenAPI(t *testing.T) {
	doc := parseFile(t, "shop.yaml")
	if len(doc.Faults) > 0 {
		t.Errorf("faults: %v", doc.Faults)
	}
	head := openapi.Document{
		Title: "가게 API", Version: "2", OpenAPI: "3.1.0",
		Servers: []string{"https://kr.shop.test:8443/v1", "/v1"},
		Tags:    []openapi.Tag{{Name: "주문", Description: "주문을 다뤄요"}},
	}
	got := doc
	got.Operations = nil
	if diff := cmp.Diff(head, got); diff != "" {
		t.Errorf("document (-want +got):\n%s", diff)
	}
	get := operation(t, doc, "getOrder")
	want := openapi.Operation{
		Method: "GET", Path: "/orders/{id}", OperationID: "getOrder", Tags: []string{"주문"}, Summary: "주문 하나",
		Parameters: []openapi.Parameter{
			{Name: "id", In: "path", Required: true, Style: "simple", Schema: []byte(`{"type":"string","format":"uuid"}`), Example: []byte(`"3fa85f64-5717-4562-b3fc-2c963f66afa6"`)},
			{Name: "page", In: "query", Style: "form", Explode: true, Schema: []byte(`{"type":"integer","minimum":1,"default":3}`), Example: []byte(`3`)},
		},
		Responses: []string{"200", "default"},
	}
	if diff := cmp.Diff(want, get); diff != "" {
		t.Errorf("operation (-want +got):\n%s", diff)
	}
	put := operation(t, doc, "put /orders/{id}")
	if !put.Deprecated || put.RequestBody == nil || !put.RequestBody.Required {
		t.Errorf("PUT: %+v", put)
	}
	wantSecurity := [][]openapi.Requirement{{{Scheme: "login", Type: "http", HTTP: "bearer"}}, {}}
	if diff := cmp.Diff(wantSecurity, put.Security); diff != "" {
		t.Errorf("security (-want +got):\n%s", diff)
	}
	inherited := operation(t, doc, "POST /pets").Security
	if diff := cmp.Diff([][]openapi.Requirement{{{Scheme: "key", Type: "apiKey", In: "header", Name: "X-Key"}}}, inherited); diff != "" {
		t.Errorf("inherited security (-want +got):\n%s", diff)
	}
}

func TestCirclesEndInAReference(t *testing.T) {
	put := operation(t, parseFile(t, "shop.yaml"), "PUT /orders/{id}")
	if schema := string(put.RequestBody.Content[0].Schema); !strings.Contains(schema, `"parent":{"$ref":"#/$defs/Order"}`) {
		t.Errorf("schema: %s", schema)
	}
}

func TestParseSwagger(t *testing.T) {
	doc := parseFile(t, "swagger.json")
	if diff := cmp.Diff([]string{"https://depot.test/api"}, doc.Servers); diff != "" {
		t.Errorf("servers (-want +got):\n%s", diff)
	}
	list := operation(t, doc, "GET /items")
	want := []openapi.Parameter{
		{Name: "limit", In: "query", Required: true, Style: "form", Schema: []byte(`{"type":"integer","maximum":5}`), Example: []byte(`1`)},
		{Name: "tag", In: "query", Required: true, Style: "pipeDelimited", Schema: []byte(`{"type":"array","items":{"type":"string","enum":["a","b"]},"minItems":2,"uniqueItems":true}`), Example: []byte(`["a","b"]`)},
		{Name: "rate", In: "query", Required: true, Style: "form", Schema: []byte(`{"type":"number","minimum":0.25,"maximum":0.5}`), Example: []byte(`0.25`)},
	}
	if diff := cmp.Diff(want, list.Parameters); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]openapi.Requirement{{{Scheme: "plain", Type: "http", HTTP: "basic"}, {Scheme: "key", Type: "apiKey", In: "query", Name: "k"}}}, list.Security); diff != "" {
		t.Errorf("security (-want +got):\n%s", diff)
	}
	body := operation(t, doc, "POST /items").RequestBody
	if got := string(body.Content[0].Example); got != `{"name":"사과","price":1}` {
		t.Errorf("body example: %s", got)
	}
	form := operation(t, doc, "POST /items/{id}/photo").RequestBody
	if form.Content[0].Type != "multipart/form-data" || !strings.Contains(string(form.Content[0].Schema), `"photo":{"type":"string","format":"binary"}`) {
		t.Errorf("form: %+v", form)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ raw, key string }{
		"empty":         {"", "openapi.empty"},
		"blank":         {" \n\t", "openapi.empty"},
		"zeros":         {strings.Repeat("\x00", 1<<20), "openapi.binary"},
		"image":         {"\x89PNG\r\n\x1a\n\x00\x00", "openapi.binary"},
		"html":          {"<!doctype html><title>Docs</title>", "openapi.html"},
		"html fragment": {"<div>hello</div>", "openapi.html"},
		"xml":           {"<?xml version=\"1.0\"?><definitions/>", "openapi.xml"},
		"truncated":     {"{\"openapi\":\"3.0.0\",\n\"info\":{\"title\":\"x", "openapi.truncated"},
		"bad json":      {"{\"openapi\":\"3.0.0\",\n\"info\" \"x\"}", "openapi.syntax"},
		"bad yaml":      {"openapi: 3.0.0\ninfo: [\n", "openapi.syntax"},
		"other json":    {`{"name":"x"}`, "openapi.not_openapi"},
		"a list":        {`[1,2]`, "openapi.not_openapi"},
		"text":          {"Hello", "openapi.not_openapi"},
		"asyncapi":      {"asyncapi: 2.0.0\ninfo: {title: x}", "openapi.other_format"},
		"postman":       {`{"info":{"_postman_id":"1"}}`, "openapi.other_format"},
		"swagger 1":     {`{"swaggerVersion":"1.2"}`, "openapi.other_format"},
		"swagger 3":     {"swagger: '3.0'\ninfo: {title: x}\npaths: {}", "openapi.version"},
		"deep":          {`{"openapi":"3.0.0","x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", "openapi.bomb"},
		"alias bomb":    {aliasBomb(), "openapi.bomb"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := openapi.Parse([]byte(c.raw))
			var e *domain.Error
			if !errors.As(err, &e) || e.Code != domain.Invalid || e.Message.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
	var e *domain.Error
	if _, err := openapi.Parse(bytes.Repeat([]byte(" "), openapi.MaxBytes+1)); !errors.As(err, &e) || e.Message.Key != "openapi.too_large" {
		t.Errorf("too large: %v", err)
	}
}

func aliasBomb() string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {}\nx0: &a0 [1,1,1,1,1,1,1,1,1,1]\n")
	for i := 1; i < 12; i++ {
		prev, next := string(rune('a'+i-1)), string(rune('a'+i))
		if i == 1 {
			prev = "a0"
		}
		b.WriteString("x" + next + ": &" + next + " [" + strings.Repeat("*"+prev+",", 9) + "*" + prev + "]\n")
	}
	return b.String()
}

func TestUsedAsFarAsItGoes(t *testing.T) {
	const head = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\n"
	for name, c := range map[string]struct {
		raw  string
		ops  int
		keys []string
	}{
		"byte order mark": {"\xef\xbb\xbf" + head + "paths: {/a: {get: {responses: {}}}}", 1, nil},
		"utf-16":          {"\xff\xfe{\x00\"\x00s\x00w\x00a\x00g\x00g\x00e\x00r\x00\"\x00:\x00\"\x002\x00.\x000\x00\"\x00}\x00", 0, []string{"openapi.fault.title", "openapi.fault.no_operations"}},
		"no title":        {"openapi: 3.0.3\npaths: {/a: {get: {responses: {}}}}", 1, []string{"openapi.fault.title"}},
		"no paths":        {head, 0, []string{"openapi.fault.no_operations"}},
		"openapi 4":       {"openapi: 4.0.0\ninfo: {title: x}\npaths: {}", 0, []string{"openapi.fault.version"}},
		"undeclared":      {head + "paths: {'/a/{id}': {get: {responses: {}}}}", 1, []string{"openapi.fault.undeclared"}},
		"repeated keys":   {head + "paths:\n  /a: {get: {responses: {}}}\n  /a: {get: {responses: {}}}\n", 1, []string{"openapi.fault.repeated"}},
		"same ids":        {head + "paths: {/a: {get: {operationId: x, responses: {}}, put: {operationId: x, responses: {}}}}", 2, []string{"openapi.fault.operation_id"}},
		"external":        {head + "paths: {/a: {post: {requestBody: {content: {application/json: {schema: {$ref: './a.yaml#/X'}}}}, responses: {}}}}", 1, []string{"openapi.fault.external"}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := parse(t, c.raw)
			if len(doc.Operations) != c.ops {
				t.Errorf("%d operations, want %d", len(doc.Operations), c.ops)
			}
			for _, key := range c.keys {
				if !hasFault(doc, key) {
					t.Errorf("no fault %s among %v", key, doc.Faults)
				}
			}
		})
	}
}

func hasFault(doc openapi.Document, key string) bool {
	for _, f := range doc.Faults {
		if f.Message.Key == key {
			return true
		}
	}
	return false
}
