package contract_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/jobs/contract"
)

// doubling is a document whose schema grows to 2^40 when it is written out.
func doubling() []byte {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/S0"}}}}}}}},"components":{"schemas":{`)
	for i := range 40 {
		fmt.Fprintf(&b, `"S%d":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/S%d"},"b":{"$ref":"#/components/schemas/S%d"}}},`, i, i+1, i+1)
	}
	b.WriteString(`"S40":{"type":"string"}}}}`)
	return []byte(b.String())
}

// unreadableBefore is a Swagger document of which the library builds no model,
// and goes on as if it had.
const unreadableBefore = `{"swagger":"2.0","info":{"title":"x","version":"1"},
"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","schema":{"$ref":"#/definitions/A"}}}}},
         "/b":{"get":{"responses":{"200":{"description":"ok"}}}}},
"definitions":{"A":{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/definitions/A"}}}}}`

func TestHostileDocumentsAreNotTakenToFit(t *testing.T) {
	t.Parallel()
	deep := `{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":` +
		strings.Repeat(`{"items":`, 900) + `{}` + strings.Repeat(`}`, 900) + `}}}}}}}}`
	for name, document := range map[string]string{
		"doubling":               string(doubling()),
		"deep":                   deep,
		"a pattern that is none": `{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"string","pattern":"(("}}}}}}}}}`,
		"shapes of other kinds":  `{"openapi":"3.0.3","info":[],"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":[5]}}}}}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			start := time.Now()
			found, err := checker().Check(ctx, []byte(document), "GET", "/a", answered(200, "application/json", `5`))
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if err == nil && len(found) == 0 && name != "deep" && name != "shapes of other kinds" { // these say nothing against a 5
				t.Error("taken to fit")
			}
			if err != nil && domain.CodeOf(err) != domain.Unavailable && domain.CodeOf(err) != domain.Invalid {
				t.Errorf("no sentence: %v", err)
			}
		})
	}
}

func TestOneHostileResponseDoesNotTakeTheOthersAlong(t *testing.T) {
	t.Parallel()
	document := strings.Replace(string(doubling()), `"paths":{`, `"paths":{"/good":{"get":{"responses":{"200":{"description":"ok"}}}},`, 1)
	good := contract.Subject{Method: "GET", Path: "/good", Exchange: answered(200, "", "")}
	wrong := contract.Subject{Method: "GET", Path: "/good", Exchange: answered(404, "", "")}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, err := checker().CheckAll(ctx, []byte(document), []contract.Subject{good, {Method: "GET", Path: "/a", Exchange: answered(200, "application/json", "5")}, wrong})
	if err != nil {
		t.Fatal(err)
	}
	if !got[0].Unchecked.IsZero() || len(got[0].Violations) != 0 || len(got[2].Violations) != 1 {
		t.Errorf("got %+v", got)
	}
	if got[1].Unchecked.IsZero() && len(got[1].Violations) == 0 {
		t.Errorf("the hostile one is taken to fit: %+v", got[1])
	}
}

func TestDiffOfHostileDocumentsIsAnOutline(t *testing.T) {
	t.Parallel()
	after := strings.Replace(unreadableBefore, "/b", "/c", 1)
	d, err := checker().Diff(t.Context(), []byte(unreadableBefore), []byte(after))
	if err != nil {
		t.Fatal(err)
	}
	if n := d.Count(); !d.Outline || n.Added != 1 || n.Removed != 1 {
		t.Errorf("got %+v", d)
	}
	if d, err = checker().Diff(t.Context(), []byte(unreadableBefore), file(t, "pets.yaml")); err != nil || !d.Outline || d.Count().Removed != 2 {
		t.Errorf("of Swagger and OpenAPI: %+v, %v", d, err)
	}
	if _, err := checker().Diff(t.Context(), []byte("<html>"), []byte(after)); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("no document: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if d, err := checker().Diff(ctx, file(t, "pets.yaml"), file(t, "pets.yaml")); err == nil {
		t.Errorf("cancelled: %+v", d)
	}
	big := doubling()
	other := strings.Replace(string(big), `"S40":{"type":"string"}`, `"S40":{"type":"integer"}`, 1)
	d, err = checker().Diff(t.Context(), big, []byte(other))
	if err != nil {
		t.Fatal(err)
	}
	if o, ok := d.Operation("GET /a"); !d.Outline && (!ok || o.Kind != openapi.Changed) {
		t.Errorf("doubling: %+v", d)
	}
}
