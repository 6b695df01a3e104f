package handlers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers"
)

// things is a document of more than a megabyte.
func things(operations int) string {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","info":{"title":"Things","version":"1"},"paths":{`)
	for i := range operations {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"/things/%d/{id}":{"parameters":[{"$ref":"#/components/parameters/id"}],"put":{"tags":["tag %d"],"summary":"Put thing %d","deprecated":%t,"description":"%s",
"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/thing"}}}},"responses":{"200":{"description":"ok"}}}}`,
			i, i%20, i, i%7 == 0, strings.Repeat("words ", 1+1<<20/6/operations))
	}
	b.WriteString(`},"components":{"parameters":{"id":{"name":"id","in":"path","required":true,"schema":{"type":"integer","example":7}}},
"schemas":{"thing":{"type":"object","properties":{"name":{"type":"string","example":"lamp"},"part":{"$ref":"#/components/schemas/thing"}}}}}}`)
	return b.String()
}

func TestOneOperationOfADocument(t *testing.T) {
	for name, raw := range map[string]string{"small": cats, "large": things(100)} {
		t.Run(name, func(t *testing.T) {
			store, stored := storedDocument(t, raw)
			whole, err := openapi.Parse([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			if err := handlers.NewDocuments(store).Keep(t.Context(), stored.ID, &whole, len(raw)); err != nil {
				t.Fatal(err)
			}
			d := handlers.NewDocuments(store) // after a restart
			for _, place := range []int{1, 0, len(whole.Operations) - 1} {
				got, err := d.Operation(t.Context(), stored.ID, place)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(whole.Operations[place], got); diff != "" {
					t.Errorf("%d: %s", place, diff)
				}
				if diff := cmp.Diff(openapi.Example(whole.Operations[place], openapi.Options{}), openapi.Example(got, openapi.Options{})); diff != "" {
					t.Errorf("example of %d: %s", place, diff)
				}
			}
			if store.read > 2 {
				t.Errorf("the document was read %d times", store.read)
			}
			for _, place := range []int{-1, len(whole.Operations)} {
				if _, err := d.Operation(t.Context(), stored.ID, place); domain.CodeOf(err) != domain.NotFound {
					t.Errorf("%d: %v", place, err)
				}
			}
		})
	}
	store, _ := storedDocument(t, cats)
	if _, err := handlers.NewDocuments(store).Operation(t.Context(), "nothing", 0); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("no document: %v", err)
	}
}
