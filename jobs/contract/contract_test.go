package contract_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/jobs/contract"
)

func TestMain(m *testing.M) {
	if code, asked := contract.Asked(os.Args); asked {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

func checker() *contract.Checker { return contract.NewChecker(slog.New(slog.DiscardHandler)) }

func file(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// answered is an exchange whose response was this.
func answered(status int, contentType, body string, headers ...string) loadtest.Exchange {
	r := &loadtest.Response{Status: status, Body: []byte(body)}
	if contentType != "" {
		headers = append(headers, "Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Headers = append(r.Headers, loadtest.Param{Name: headers[i], Value: headers[i+1]})
	}
	return loadtest.Exchange{Request: loadtest.SentRequest{Method: "GET", URL: "http://127.0.0.1:1/v1/pets?limit=1"}, Response: r}
}

func lines(found []openapi.Violation) []string {
	var all []string
	for _, v := range found {
		all = append(all, v.Where+": "+v.Message.String())
	}
	return all
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const pet = `{"id":1,"name":"Tom","kind":"cat","born":"2020-01-01"}`
	for name, c := range map[string]struct {
		method, path string
		exchange     loadtest.Exchange
		want         []string
	}{
		"fits":              {"GET", "/pets", answered(200, "application/json", "["+pet+"]", "X-Total", "1"), nil},
		"fits with charset": {"get", "/pets", answered(200, "application/json; charset=utf-8", "[]", "X-Total", "1"), nil},
		"unknown status": {"GET", "/pets", answered(500, "application/json", "{}"), []string{
			"status: The document does not know the status 500 for this operation.",
		}},
		"by range":   {"GET", "/pets", answered(404, "application/problem+json", `{"title":"none"}`), nil},
		"by default": {"POST", "/pets", answered(503, "text/plain", "busy"), nil},
		"content type": {"GET", "/pets", answered(200, "text/html", "<html>", "X-Total", "1"), []string{
			"header Content-Type: The document does not know the content type text/html for this response.",
		}},
		"no content type": {"GET", "/pets", answered(200, "", "", "X-Total", "1"), []string{
			"header Content-Type: The response says no content type; the document describes a body.",
		}},
		"header missing": {"GET", "/pets", answered(200, "application/json", "[]"), []string{
			"header X-Total: The required header X-Total is missing.",
		}},
		"header of another type": {"GET", "/pets", answered(200, "application/json", "[]", "X-Total", "many"), []string{
			"header X-Total: The value is of type string, the document says integer.",
		}},
		"body": {"GET", "/pets", answered(200, "application/json",
			`[{"id":"1","kind":"cow","born":"yesterday","more":1},{"id":0,"name":"a name that is longer than allowed","tag/~":5}]`, "X-Total", "1"), []string{
			"/0: Not in the document, which allows no others: more.",
			"/0: Required but missing: name.",
			"/0/born: “yesterday” has not the format date.",
			"/0/id: The value is of type string, the document says integer.",
			"/0/kind: “cow” is not one of the document's values: “cat”, “dog”.",
			"/1/id: 0 is below the document's limit of 1.",
			"/1/name: The length 34 is above the document's limit of 20.",
			"/1/tag~1~0: The value is of type number, the document says null | string.",
		}},
		"no JSON": {"GET", "/pets", answered(200, "application/json", "{", "X-Total", "1"), []string{"body: The body cannot be read as its content type says"}},
		"alternatives": {"GET", "/either", answered(200, "application/json", `{"x":true}`), []string{
			"/x: The value fits none of the 2 alternatives the document gives.",
		}},
		"without a body":  {"DELETE", "/pets/{id}", answered(204, "", ""), nil},
		"head":            {"HEAD", "/pets", answered(200, "application/json", "", "X-Total", "1"), nil},
		"circle":          {"GET", "/tree", answered(200, "application/json", `{"children":[{"children":[{"name":5}]}]}`), []string{"/children/0/children/0/name: The value is of type number, the document says string."}},
		"swagger: fits":   {"GET", "/v2/pets", answered(200, "application/json", "["+pet+"]"), nil},
		"swagger: shared": {"GET", "/v2/pets", answered(404, "application/json", `{"title":null}`), []string{"/title: The value is of type null, the document says string."}},
		"swagger: nullable": {"GET", "/v2/pets", answered(200, "application/json", `[{"id":1,"name":"Tom","tag":null,"example":5}]`), []string{
			"/0/example: The value is of type number, the document says string.",
		}},
		"swagger: wrong": {"GET", "/v2/pets", answered(200, "application/json", `[{"id":1}]`, "X-Total", "x"), []string{
			"/0: Required but missing: name.", "header X-Total: The value is of type string, the document says integer.",
		}},
		"swagger: any type": {"GET", "/v2/free", answered(200, "application/json", `{}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := "pets.yaml"
			if strings.HasPrefix(c.path, "/v2") {
				document = "swagger.json"
			}
			found, err := checker().Check(t.Context(), file(t, document), c.method, c.path, c.exchange)
			if err != nil {
				t.Fatal(err)
			}
			got := lines(found)
			if name == "no JSON" && len(got) == 1 { // the rest is the decoder's
				got[0] = got[0][:min(len(got[0]), len(c.want[0]))]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckSaysWhatItDidNotCheck(t *testing.T) {
	t.Parallel()
	cut := answered(200, "application/json", `[{"id":`)
	cut.Response.Truncated = true
	found, err := checker().Check(t.Context(), file(t, "pets.yaml"), "GET", "/pets", cut)
	if domain.CodeOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "not checked") {
		t.Errorf("a body that was cut: %v", err)
	}
	if diff := cmp.Diff([]string{"header X-Total: The required header X-Total is missing."}, lines(found)); diff != "" {
		t.Errorf("what could be checked (-want +got):\n%s", diff)
	}
	_, err = checker().Check(t.Context(), file(t, "pets.yaml"), "GET", "/nowhere", answered(200, "", ""))
	if domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("an operation that is not there: %v", err)
	}
	_, err = checker().Check(t.Context(), []byte("<html>"), "GET", "/pets", answered(200, "", ""))
	if domain.CodeOf(err) != domain.Invalid {
		t.Errorf("no document: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = checker().Check(ctx, file(t, "pets.yaml"), "GET", "/pets", answered(200, "", "")); err == nil {
		t.Error("a cancelled check says the response fits")
	}
}

func TestCheckAllKeepsTheOrder(t *testing.T) {
	t.Parallel()
	subjects := []contract.Subject{
		{Method: "GET", Path: "/pets", Exchange: answered(500, "", "")},
		{Method: "GET", Path: "/pets"}, // no response
		{Method: "GET", Path: "/gone", Exchange: answered(200, "", "")},
		{Method: "DELETE", Path: "/pets/{id}", Exchange: answered(204, "", "")},
	}
	got, err := checker().CheckAll(t.Context(), file(t, "pets.yaml"), subjects)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 4 || len(got[0].Violations) != 1 || len(got[1].Violations) != 0 || got[2].Unchecked.IsZero() || !got[3].Unchecked.IsZero() || len(got[3].Violations) != 0 {
		t.Errorf("got %+v", got)
	}
}
