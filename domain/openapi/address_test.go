package openapi_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

func TestBaseURL(t *testing.T) {
	for _, c := range []struct {
		servers []string
		from    string
		want    string
	}{
		{nil, "http://127.0.0.1:8080/docs/openapi.json", "http://127.0.0.1:8080"},
		{[]string{"/v1"}, "http://127.0.0.1:8080/docs/openapi.json", "http://127.0.0.1:8080/v1"},
		{[]string{"v1/"}, "http://10.0.0.1/docs/openapi.json", "http://10.0.0.1/docs/v1"},
		{[]string{"../api"}, "http://10.0.0.1/docs/a/openapi.json", "http://10.0.0.1/docs/api"},
		{[]string{"https://api.test/v1/"}, "", "https://api.test/v1"},
		{[]string{"https://api.test/v1"}, "https://docs.test/openapi.json", "https://api.test/v1"},
		{[]string{"//api.test/v1"}, "https://docs.test/openapi.json", "https://api.test/v1"},
		{[]string{"//localhost:9/v1"}, "", "http://localhost:9/v1"},
		{[]string{"https://api.test/v1"}, "http://localhost:8080/openapi.json", "http://localhost:8080/v1"},
		{[]string{"https://api.test/v1", "http://127.0.0.1:9000/v2"}, "http://localhost:8080/openapi.json", "http://127.0.0.1:9000/v2"},
		{[]string{"wss://api.test", "https://{x}.test", "https://b.test"}, "", "https://b.test"},
		{[]string{"/v1"}, "", ""},
		{nil, "", ""},
		{[]string{"http://api.test/운영"}, "", "http://api.test/%EC%9A%B4%EC%98%81"},
	} {
		if got := openapi.BaseURL(openapi.Document{Servers: c.servers}, c.from); got != c.want {
			t.Errorf("BaseURL(%q, %q) = %q, want %q", c.servers, c.from, got, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	doc := openapi.Document{Operations: []openapi.Operation{
		{Method: "GET", Path: "/a", OperationID: "listA", Tags: []string{"x"}},
		{Method: "POST", Path: "/a", Tags: []string{"x", "y"}},
		{Method: "HEAD", Path: "/b"},
	}}
	for _, c := range []struct {
		names, tags, want []string
		code              domain.Code
	}{
		{nil, nil, []string{"GET /a", "HEAD /b"}, ""},
		{[]string{"post /a"}, nil, []string{"POST /a"}, ""},
		{[]string{"HEAD /b", "listA"}, nil, []string{"GET /a", "HEAD /b"}, ""},
		{nil, []string{"y"}, []string{"POST /a"}, ""},
		{[]string{"HEAD /b"}, []string{"x"}, []string{"GET /a", "POST /a", "HEAD /b"}, ""},
		{[]string{"GET /c"}, nil, nil, domain.Invalid},
		{[]string{""}, nil, nil, domain.Invalid},
		{nil, []string{"z"}, nil, domain.Invalid},
	} {
		ops, err := openapi.Choose(doc, c.names, c.tags)
		var got []string
		for _, op := range ops {
			got = append(got, op.Name())
		}
		if diff := cmp.Diff(c.want, got); diff != "" || domain.CodeOf(err) != c.code {
			t.Errorf("Choose(%q, %q): %v (-want +got):\n%s", c.names, c.tags, err, diff)
		}
	}
}
