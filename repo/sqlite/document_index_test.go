package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

func TestIndexOfADocument(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const missing = "store.not_found.document"
	doc := domain.Document{SourceID: b.source.ID, Title: "Shop", Raw: []byte(`{"openapi":"3.1.0"}`)}
	must(t, b.Documents().Create(t.Context(), &doc))
	_, err := b.Documents().Index(t.Context(), doc.ID)
	wantCode(t, err, domain.NotFound, missing)

	first := openapi.Index{Title: "Shop", Entries: []openapi.Entry{{Method: "GET", Path: "/"}}}
	second := openapi.Index{
		Title: "가게", Version: "2", OpenAPI: "3.1.0", Tags: []string{"장바구니", ""},
		Entries: []openapi.Entry{
			{Method: "GET", Path: "/items/{id}", OperationID: "get\x00", Tags: []string{"장바구니"}, Summary: "“'🛒", Deprecated: true, Secured: true},
			{Method: "POST", Path: "/items"},
		},
		SignIn: []openapi.Requirement{{Scheme: "key", Type: "apiKey", In: "header", Name: "X-Key"}},
		Faults: []openapi.Fault{{Where: "/info", Message: domain.Msg("openapi.fault.title", "x {{.Y}}", "Y", "z")}},
	}
	for _, want := range []openapi.Index{first, second} {
		must(t, b.Documents().PutIndex(t.Context(), doc.ID, want))
		got, err := b.Documents().Index(t.Context(), doc.ID)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}

	must(t, b.Sources().Delete(t.Context(), b.source.ID))
	_, err = b.Documents().Index(t.Context(), doc.ID)
	wantCode(t, err, domain.NotFound, missing)
	wantCode(t, b.Documents().PutIndex(t.Context(), doc.ID, first), domain.NotFound, missing)
}
