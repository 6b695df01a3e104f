package openapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/openapi"
)

func TestMoved(t *testing.T) {
	t.Parallel()
	op := func(method, path, id string) openapi.Operation {
		return openapi.Operation{Method: method, Path: path, OperationID: id}
	}
	for name, c := range map[string]struct {
		gone  openapi.Operation
		added []openapi.Operation
		want  string
	}{
		"by its id":               {op("GET", "/a", "list"), []openapi.Operation{op("GET", "/z", "list"), op("GET", "/v2/a", "")}, "GET /z"},
		"a parameter's name":      {op("GET", "/a/{id}", ""), []openapi.Operation{op("GET", "/a/{key}", "x"), op("PUT", "/a/{key}", "")}, "GET /a/{key}"},
		"a version":               {op("GET", "/v1/a/{id}", "x"), []openapi.Operation{op("GET", "/v2/a/{key}", "y")}, "GET /v2/a/{key}"},
		"a prefix":                {op("GET", "/a", ""), []openapi.Operation{op("GET", "/api/v1.1/a", "")}, "GET /api/v1.1/a"},
		"another method":          {op("GET", "/a", ""), []openapi.Operation{op("POST", "/a", "")}, ""},
		"another resource":        {op("GET", "/users/list", ""), []openapi.Operation{op("GET", "/pets/list", "")}, ""},
		"nothing but parameters":  {op("GET", "/{a}", ""), []openapi.Operation{op("GET", "/v1/{b}", "")}, ""},
		"more than one candidate": {op("GET", "/a", ""), []openapi.Operation{op("GET", "/v1/a", ""), op("GET", "/v2/a", "")}, ""},
		"nothing added":           {op("GET", "/a", "list"), nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := openapi.Moved(c.gone, c.added)
			if ok != (c.want != "") || ok && got.Name() != c.want {
				t.Errorf("moved to %q, %v; want %q", got.Name(), ok, c.want)
			}
		})
	}
}

func TestOutline(t *testing.T) {
	t.Parallel()
	body := func(required bool, types ...string) *openapi.RequestBody {
		b := &openapi.RequestBody{Required: required}
		for _, t := range types {
			b.Content = append(b.Content, openapi.MediaType{Type: t})
		}
		return b
	}
	before := openapi.Document{Operations: []openapi.Operation{
		{Method: "GET", Path: "/same"},
		{Method: "GET", Path: "/gone/{id}"},
		{Method: "POST", Path: "/a", Responses: []string{"200", "404"}, RequestBody: body(false, "application/json", "text/xml"), Parameters: []openapi.Parameter{
			{Name: "X-Team", In: "header"}, {Name: "q", In: "query"}, {Name: "p", In: "query"},
		}},
	}}
	after := openapi.Document{Operations: []openapi.Operation{
		{Method: "GET", Path: "/same"},
		{Method: "GET", Path: "/gone/{key}"},
		{Method: "POST", Path: "/a", Responses: []string{"200", "201"}, RequestBody: body(false, "application/json"), Parameters: []openapi.Parameter{
			{Name: "x-team", In: "header"}, {Name: "q", In: "query", Required: true}, {Name: "must", In: "cookie", Required: true},
		}},
	}}
	got := openapi.Outline(before, after)
	var lines []string
	for _, o := range got.Operations {
		lines = append(lines, string(o.Kind)+" "+o.Name+" "+o.MovedTo)
		for _, c := range o.Changes {
			mark := ""
			if c.Breaking {
				mark = "! "
			}
			lines = append(lines, "  "+mark+c.Message().String())
		}
	}
	want := []string{
		"removed GET /gone/{id} GET /gone/{key}",
		"added GET /gone/{key} ",
		"changed POST /a ",
		"  ! cookie parameter must added",
		"  ! query parameter q: required false → true",
		"  ! request body: content text/xml removed",
		"  query parameter p removed",
		"  response 201 added",
		"  response 404 removed",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := got.Count(); n != (openapi.DiffCount{Added: 1, Removed: 1, Changed: 1, Breaking: 2}) || !got.Outline {
		t.Errorf("counted %+v of %+v", n, got)
	}
}
