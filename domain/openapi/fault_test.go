package openapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/openapi"
)

// faultsOf returns the faults of a document, one a line: where, and the last
// part of the message's key.
func faultsOf(t testing.TB, raw string) []string {
	t.Helper()
	var list []string
	for _, f := range parse(t, raw).Faults {
		list = append(list, strings.TrimSpace(f.Where+" "+strings.TrimPrefix(f.Message.Key, "openapi.fault.")))
	}
	return list
}

func TestFaultsSayWhereTheyAre(t *testing.T) {
	const v3, v2 = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\n", "swagger: '2.0'\ninfo: {title: x, version: '1'}\n"
	const ok = ", responses: {200: {description: ok}}"
	for name, c := range map[string]struct {
		raw  string
		want []string
	}{
		"no info":            {"openapi: 3.1.0\npaths: {/a: {get: {}}}", []string{"L1 title"}},
		"no title":           {"openapi: 3.1.0\ninfo:\n  version: '1'\npaths: {/a: {get: {}}}", []string{"L2 /info title"}},
		"numbers for text":   {"openapi: 3.1\ninfo:\n  title: 7\n  version: 1\npaths: {/a: {get: {}}}", []string{"L1 /openapi type_text", "L3 /info/title type_text", "L4 /info/version type_text"}},
		"repeated members":   {v3 + "paths:\n  /a: {get: {summary: x" + ok + "}}\n  /a: {get: {summary: x" + ok + "}}\n", []string{"L5 /paths/~1a repeated"}},
		"repeated in JSON":   {"{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"x\"},\n\"paths\":{\"/a\":{\"get\":{}},\n\"/a\":{\"get\":{}}}}", []string{"L3 /paths/~1a repeated"}},
		"repeated and many":  {v3 + "paths: {/a: {get: {summary: s" + ok + "}}}\ncomponents:\n  schemas:\n    A:\n      properties: {a: {}, b: {}, c: {}, d: {}, e: {}, f: {}, g: {}, h: {}, i: {},\n        a: {}}\n", []string{"L8 /components/schemas/A/properties/a repeated"}},
		"one operationId":    {v3 + "paths:\n  /a:\n    get: {operationId: x" + ok + "}\n    put:\n      operationId: x\n      responses: {200: {description: ok}}", []string{"L7 /paths/~1a/put/operationId operation_id"}},
		"references":         {v3 + "paths:\n  /a:\n    get:\n      parameters:\n        - $ref: '#/components/parameters/No'\n      responses:\n        200: {$ref: r.yaml}", []string{"L7 /paths/~1a/get/parameters/0/$ref ref", "L9 /paths/~1a/get/responses/200/$ref external"}},
		"undeclared":         {v3 + "paths:\n  /a/{id}:\n    get:\n      responses: {200: {description: ok}}", []string{"L5 /paths/~1a~1{id}/get undeclared"}},
		"not in the path":    {v3 + "paths:\n  /a:\n    parameters:\n      - {name: id, in: path, required: true, schema: {type: string}}\n    get: {summary: s" + ok + "}\n    put: {summary: s" + ok + "}", []string{"L6 /paths/~1a/parameters/0 not_in_path"}},
		"in nowhere":         {v3 + "paths:\n  /a:\n    get:\n      parameters:\n        - {name: id, in: body}\n      responses: {200: {description: ok}}", []string{"L7 /paths/~1a/get/parameters/0 parameter"}},
		"declared twice":     {v3 + "paths:\n  /a:\n    get:\n      parameters:\n        - {name: q, in: query}\n        - {name: q, in: query}\n      responses: {200: {description: ok}}", []string{"L8 /paths/~1a/get/parameters/1 parameter_twice"}},
		"overridden is fine": {v3 + "paths:\n  /a:\n    parameters: [{name: q, in: query}]\n    get:\n      parameters: [{name: q, in: query}]\n      responses: {200: {description: ok}}", nil},
		"no responses":       {v3 + "paths:\n  /a:\n    get: {summary: s}", []string{"L5 /paths/~1a/get responses"}},
		"none needed in 3.1": {"openapi: 3.1.0\ninfo: {title: x}\npaths:\n  /a:\n    get: {summary: s}", nil},
		"unknown scheme":     {v3 + "security:\n  - nobody: []\npaths: {/a: {get: {summary: s" + ok + "}}, /b: {get: {security: [{who: []}]" + ok + "}}}", []string{"L4 /security/0 security", "L5 /paths/~1b/get/security/0 security"}},
		"same paths":         {v3 + "paths:\n  /a/{x}: {get: {parameters: [{name: x, in: path, required: true}]" + ok + "}}\n  /a/{y}/: {get: {parameters: [{name: y, in: path, required: true}]" + ok + "}}", []string{"L5 /paths/~1a~1{y}~1/get same_path"}},
		"no slash":           {v3 + "paths:\n  a: {get: {summary: s" + ok + "}}", []string{"L4 /paths/a/get path"}},
		"no operations":      {v3 + "paths: {}", []string{"L3 /paths no_operations"}},
		"an empty path":      {v3 + "paths:\n  /b: {summary: s}\n  /a: {get: {summary: s" + ok + "}}", []string{"L4 /paths/~1b no_methods"}},
		"an open server":     {v3 + "servers:\n  - url: https://{where}.test\npaths: {/a: {get: {summary: s" + ok + "}}}", []string{"L4 /servers/0 server_variable"}},
		"shapes":             {v3 + "paths:\n  /a:\n    get: [1]\n    put:\n      requestBody: text\n      responses: []", []string{"L5 /paths/~1a/get shape", "L6 /paths/~1a/put responses", "L7 /paths/~1a/put/requestBody shape", "L8 /paths/~1a/put/responses shape"}},
		"types":              {v3 + "paths:\n  /a:\n    get:\n      deprecated: 'yes'\n      tags: one\n      parameters:\n        - {name: q, in: query, schema: {maxLength: long}}\n      responses: {200: {description: ok}}", []string{"L6 /paths/~1a/get/deprecated type_truth", "L7 /paths/~1a/get/tags type_list", "L9 /paths/~1a/get/parameters/0/schema/maxLength type_number"}},
		"unknown version":    {"openapi: 4.0.0\ninfo: {title: x}\npaths: {/a: {get: {}}}", []string{"L1 /openapi version"}},
		"swagger's cookie":   {v2 + "paths:\n  /a:\n    get:\n      parameters:\n        - {name: c, in: cookie, type: string}\n      responses: {200: {description: ok}}", []string{"L7 /paths/~1a/get/parameters/0 cookie"}},
		"swagger's multi":    {v2 + "paths:\n  /a/{l}:\n    get:\n      parameters:\n        - {name: l, in: path, required: true, type: array, items: {type: string}, collectionFormat: multi}\n      responses: {200: {description: ok}}", []string{"L7 /paths/~1a~1{l}/get/parameters/0 multi"}},
		"data is data":       {v3 + "x-a: {a: 1, a: 2}\npaths: {/a: {get: {responses: {200: {description: ok, content: {a/b: {example: {$ref: '#/no', $ref: 1}}}}}}}}", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, faultsOf(t, c.raw)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFaultsAreBounded proves that a document of nothing but faults lists some.
func TestFaultsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("openapi: 3.1.0\ninfo: {title: x}\npaths:\n")
	for range 1_000 {
		b.WriteString("  /a: {get: {tags: 1}}\n")
	}
	if got := faultsOf(t, b.String()); len(got) != 100 {
		t.Errorf("%d faults", len(got))
	}
}

func TestExtensionsAreKept(t *testing.T) {
	doc := parse(t, "openapi: 3.1.0\ninfo: {title: x}\nx-all: [1, {a: true}]\npaths: {/a: {get: {x-own: text, x-large: "+strings.Repeat("a", 20_000)+"}, put: {}}}")
	if diff := cmp.Diff(`[1,{"a":true}]`, string(doc.Extensions["x-all"])); diff != "" {
		t.Errorf("of the document (-want +got):\n%s", diff)
	}
	get := operation(t, doc, "GET /a")
	if len(get.Extensions) != 1 || string(get.Extensions["x-own"]) != `"text"` {
		t.Errorf("of an operation: %v", get.Extensions)
	}
	if put := operation(t, doc, "PUT /a"); put.Extensions != nil {
		t.Errorf("of one without: %v", put.Extensions)
	}
}

func TestSecuritySchemes(t *testing.T) {
	v3 := parse(t, `
openapi: 3.1.0
info: {title: x}
servers: [{url: /relative}, {url: 'https://{host}/v1', variables: {host: {default: api.test}}}]
paths: {/a: {get: {security: [{oauth: [read], jwt: []}, {oidc: []}]}}}
components:
  securitySchemes:
    jwt: {type: http, scheme: Bearer, bearerFormat: JWT}
    oidc: {type: openIdConnect, openIdConnectUrl: /.well-known/openid-configuration}
    oauth:
      type: oauth2
      flows:
        password: {tokenUrl: token, scopes: {read: Read, write: Write}}
        clientCredentials: {tokenUrl: 'https://login.test/token', scopes: {}}
        authorizationCode: {tokenUrl: /token, authorizationUrl: /authorize, scopes: {read: Read}}
`)
	want := [][]openapi.Requirement{
		{
			{Scheme: "oauth", Type: "oauth2", Scopes: []string{"read"}, Flows: []openapi.Flow{
				{Kind: openapi.ClientCredentials, TokenURL: "https://login.test/token"},
				{Kind: openapi.Password, TokenURL: "https://api.test/token", Scopes: []string{"read", "write"}},
				{Kind: openapi.AuthorizationCode, TokenURL: "https://api.test/token", AuthorizationURL: "https://api.test/authorize", Scopes: []string{"read"}},
			}},
			{Scheme: "jwt", Type: "http", HTTP: "bearer", BearerFormat: "JWT"},
		},
		{{Scheme: "oidc", Type: "openIdConnect", OpenIDURL: "https://api.test/.well-known/openid-configuration"}},
	}
	if diff := cmp.Diff(want, operation(t, v3, "GET /a").Security); diff != "" {
		t.Errorf("OpenAPI 3 (-want +got):\n%s", diff)
	}
	v2 := parse(t, `
swagger: '2.0'
info: {title: x}
security: [{app: [read]}]
paths: {/a: {get: {responses: {200: {description: ok}}}}}
securityDefinitions: {app: {type: oauth2, flow: application, tokenUrl: /token, scopes: {read: Read}}}
`)
	want = [][]openapi.Requirement{{{Scheme: "app", Type: "oauth2", Scopes: []string{"read"}, Flows: []openapi.Flow{{Kind: openapi.ClientCredentials, TokenURL: "/token", Scopes: []string{"read"}}}}}}
	if diff := cmp.Diff(want, operation(t, v2, "GET /a").Security); diff != "" {
		t.Errorf("Swagger 2 (-want +got):\n%s", diff)
	}
}

// TestNewestVersion reads what only OpenAPI 3.2 has.
func TestNewestVersion(t *testing.T) {
	doc := parse(t, `
openapi: 3.2.0
info: {title: x}
tags: [{name: a, summary: A}]
paths:
  /a:
    query: {requestBody: {content: {application/json: {schema: {type: string}}}}}
    get:
      parameters:
        - {name: all, in: querystring, required: true, content: {application/x-www-form-urlencoded: {schema: {type: object, required: [q, n], properties: {q: {const: x}, n: {const: 2}}}}}}
    additionalOperations: {PURGE: {operationId: purge}}
`)
	if diff := cmp.Diff([]openapi.Tag{{Name: "a", Description: "A"}}, doc.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	for _, name := range []string{"QUERY /a", "PURGE /a"} {
		operation(t, doc, name)
	}
	var query []string
	for _, p := range openapi.Example(operation(t, doc, "GET /a"), openapi.Options{}).Query {
		query = append(query, p.Name+"="+p.Value)
	}
	if diff := cmp.Diff([]string{"q=x", "n=2"}, query); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
}
