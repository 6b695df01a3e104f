package openapi_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"plog.dev/plog/domain/openapi"
)

func shopIndex() openapi.Index {
	key := []openapi.Requirement{{Scheme: "key", Type: "apiKey", In: "header", Name: "X-Key"}}
	return openapi.IndexOf(&openapi.Document{
		Title: "Shop", Version: "2", Tags: []openapi.Tag{{Name: "장바구니"}, {Name: "empty"}, {Name: "catalog"}},
		Operations: []openapi.Operation{
			{Method: "DELETE", Path: "/health", Description: "\n  Ends it.\nMore of it."},
			{Method: "GET", Path: "/products", Tags: []string{"catalog"}, Summary: "List products", OperationID: "listProducts"},
			{Method: "GET", Path: "/products/{id}", Tags: []string{"catalog", "장바구니"}, Security: [][]openapi.Requirement{key, {}}},
			{Method: "HEAD", Path: "/late", Tags: []string{"late"}, Deprecated: true, Security: [][]openapi.Requirement{key}},
			{Method: "GET", Path: "/cart", Tags: []string{"장바구니"}, Summary: strings.Repeat("가", 500), Security: [][]openapi.Requirement{key, key}},
			{Method: "QUERY", Path: "/cart", Tags: []string{"장바구니"}},
		},
	})
}

func names(x openapi.Index, places []int) []string {
	list := []string{}
	for _, i := range places {
		list = append(list, x.Entries[i].Name())
	}
	return list
}

func TestIndexFind(t *testing.T) {
	x := shopIndex()
	tag, none := "catalog", ""
	for name, c := range map[string]struct {
		filter openapi.Filter
		want   []string
	}{
		"everything":       {openapi.Filter{}, names(x, []int{0, 1, 2, 3, 4, 5})},
		"path and method":  {openapi.Filter{Query: "  get PRODUCTS "}, []string{"GET /products", "GET /products/{id}"}},
		"as it is shown":   {openapi.Filter{Query: "GET /cart"}, []string{"GET /cart"}},
		"summary":          {openapi.Filter{Query: "list"}, []string{"GET /products"}},
		"operation id":     {openapi.Filter{Query: "LISTPRODUCTS"}, []string{"GET /products"}},
		"any of its tags":  {openapi.Filter{Query: "장바구니"}, []string{"GET /products/{id}", "GET /cart", "QUERY /cart"}},
		"letters apart":    {openapi.Filter{Query: norm.NFD.String("장바")}, []string{"GET /products/{id}", "GET /cart", "QUERY /cart"}},
		"description":      {openapi.Filter{Query: "ends"}, []string{"DELETE /health"}},
		"methods":          {openapi.Filter{Methods: []string{"head", "QUERY"}}, []string{"HEAD /late", "QUERY /cart"}},
		"tag":              {openapi.Filter{Tag: &tag}, []string{"GET /products", "GET /products/{id}"}},
		"without a tag":    {openapi.Filter{Tag: &none}, []string{"DELETE /health"}},
		"no credentials":   {openapi.Filter{Open: true, Methods: []string{"GET"}}, []string{"GET /products", "GET /products/{id}"}},
		"none deprecated":  {openapi.Filter{Current: true, Query: "late"}, []string{}},
		"nothing like it":  {openapi.Filter{Query: "products nonsense"}, []string{}},
		"words everywhere": {openapi.Filter{Query: "catalog get list"}, []string{"GET /products"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, names(x, x.Find(c.filter))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIndexGroups(t *testing.T) {
	x := shopIndex()
	var got []string
	for _, g := range x.Groups(x.Find(openapi.Filter{})) {
		got = append(got, g.Tag+": "+strings.Join(names(x, g.Places), ", "))
	}
	want := []string{"장바구니: GET /cart, QUERY /cart", "catalog: GET /products, GET /products/{id}", "late: HEAD /late", ": DELETE /health"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GET", "DELETE", "HEAD", "QUERY"}, x.Methods()); diff != "" {
		t.Error(diff)
	}
	places, spared := x.Harmless()
	if diff := cmp.Diff([]string{"GET /products", "GET /products/{id}"}, names(x, places)); diff != "" || !spared {
		t.Error(diff, spared)
	}
}

func TestIndexIsShort(t *testing.T) {
	x := shopIndex()
	if got := x.Entries[0].Summary; got != "Ends it." {
		t.Errorf("of a description: %q", got)
	}
	if got := []rune(x.Entries[4].Summary); len(got) != 200 || got[199] != '…' {
		t.Errorf("a long summary: %d runes", len(got))
	}
	if len(x.SignIn) != 1 || x.SignIn[0].Name != "X-Key" {
		t.Errorf("ways to sign in: %+v", x.SignIn)
	}
	var secured []string
	for _, e := range x.Entries {
		if e.Secured {
			secured = append(secured, e.Name())
		}
	}
	if !slices.Equal(secured, []string{"HEAD /late", "GET /cart"}) {
		t.Errorf("secured: %v", secured)
	}
}

// BenchmarkIndexFind is one letter typed into the search of 100,000 operations.
func BenchmarkIndexFind(b *testing.B) {
	var x openapi.Index
	for i := range 100_000 {
		x.Entries = append(x.Entries, openapi.Entry{
			Method: "GET", Path: fmt.Sprintf("/groups/{group}/things/%d", i), Summary: "Get one of the things", OperationID: fmt.Sprintf("things/get-%d", i), Tags: []string{"things"},
		})
	}
	b.ReportAllocs()
	for b.Loop() {
		if len(x.Find(openapi.Filter{Query: "things 777"})) == 0 {
			b.Fatal("nothing found")
		}
	}
}
