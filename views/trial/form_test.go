package trial

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// sent returns the values of a place that a form sends: "currency=KRW".
func sent(f Form, in string) []string {
	var list []string
	for _, r := range f.Rows {
		if r.In == in && r.Send {
			list = append(list, r.Name+"="+r.Value)
		}
	}
	return list
}

func TestFormIsReadyToBeSent(t *testing.T) {
	op := fixtureOperation()
	f := NewForm(op, "http://127.0.0.1:8090")
	if got := sent(f, "query"); len(got) != 1 || !strings.HasPrefix(got[0], "currency=") {
		t.Errorf("query %q", got)
	}
	if len(sent(f, "path")) != 2 || len(sent(f, "header")) != 0 || !f.SendBody || f.Made != "application/json" {
		t.Errorf("form %+v", f)
	}
	step, _ := f.Step(op)
	if diff := cmp.Diff(openapi.Example(op, openapi.Options{}), step.Request); diff != "" {
		t.Errorf("an untouched form sends another request than the example (-):\n%s", diff)
	}
}

func TestFormFillsInEverything(t *testing.T) {
	op := fixtureOperation()
	f := NewForm(op, "")
	f.Action = ActionEverything
	if !f.Apply(op) {
		t.Fatal("nothing to show")
	}
	if got := sent(f, "query"); len(got) != 3 || got[1] != "tags=새상품" || got[2] != "tags=키보드" {
		t.Errorf("query %q: all but what is deprecated", got)
	}
	if len(sent(f, "header")) != 1 || len(sent(f, "cookie")) != 1 {
		t.Errorf("rows %+v", f.Rows)
	}
	f.Action = ActionRequired
	f.Apply(op)
	if got := sent(f, "query"); len(got) != 1 {
		t.Errorf("query %q", got)
	}
}

func TestAnotherExampleKeepsTicksAndOwnRows(t *testing.T) {
	op := fixtureOperation()
	f := NewForm(op, "")
	i := slices.IndexFunc(f.Rows, func(r Row) bool { return r.In == "header" })
	f.Rows[i].Send = true
	f.Rows = append(f.Rows, Row{In: "query", Name: "own", Value: "mine", Send: true})
	f.Action = ActionAnother
	if !f.Apply(op) || f.Seed != 1 {
		t.Fatalf("seed %d", f.Seed)
	}
	if len(sent(f, "header")) != 1 || !slices.Contains(sent(f, "query"), "own=mine") {
		t.Errorf("rows %+v", f.Rows)
	}
	again := NewForm(op, "")
	again.Action = ActionAnother
	again.Apply(op)
	if f.Body.Text != again.Body.Text {
		t.Error("the same seed made two bodies")
	}
}

func TestChoosingAMediaTypeMakesItsBody(t *testing.T) {
	op := fixtureOperation()
	f := NewForm(op, "")
	f.MediaType, f.Action = "multipart/form-data", ActionSend
	if !f.Apply(op) {
		t.Fatal("a body of another type would be sent unseen")
	}
	if f.Body.Kind != string(loadtest.BodyMultipart) || len(f.Body.Fields) != 2 || f.Apply(op) {
		t.Errorf("body %+v", f.Body)
	}
	f.Action = "field-remove:0"
	f.Apply(op)
	f.Action = "field-add"
	f.Apply(op)
	f.Body.Fields[1].Name, f.Body.Fields[1].Value = "name", "x"
	f.Body.Fields[0].Send = false
	step, names := f.Step(op)
	if got := step.Request.Body.Fields; len(got) != 1 || got[0].Name != "name" || names["body.fields.0.value"] != "body.fields[1].value" {
		t.Errorf("fields %+v, names %v", got, names)
	}
}

func TestErrorsStandBesideTheirFields(t *testing.T) {
	op := fixtureOperation()
	f := NewForm(op, "nowhere")
	for i := range f.Rows {
		if f.Rows[i].In == "path" {
			f.Rows[i].Value = ""
		}
	}
	f.Rows = append(f.Rows, Row{In: "header", Name: "not a name", Value: "x", Send: true})
	step, names := f.Step(op)
	names["auth.0.value"] = "auth[1].value"
	p := loadtest.Plan{Name: "x", BaseURL: f.BaseURL, Auth: []loadtest.Credential{{Scheme: "oauth", Kind: loadtest.CredentialBearer}}, Scenarios: []loadtest.Scenario{{
		Executor: loadtest.PerVUIterations, VUs: 1, Iterations: 1, Steps: []loadtest.Step{step},
	}}}
	errs := ErrorsOf(p.WithDefaults(loadtest.Limits{}).Validate(loadtest.Limits{}), names)
	for _, name := range []string{"base_url", "rows[1].value", "auth[1].value"} {
		if errs[name].IsZero() {
			t.Errorf("nothing about %s: %v", name, errs)
		}
	}
	last := len(f.Rows) - 1
	if name := "rows[" + string(rune('0'+last)) + "].name"; errs[name].IsZero() {
		t.Errorf("nothing about %s: %v", name, errs)
	}
	if got := ErrorsOf(domain.Errorf(domain.Forbidden, "", "no"), nil); got[""].Text != "no" {
		t.Errorf("an error without fields: %v", got)
	}
}

func TestSyntaxSaysWhere(t *testing.T) {
	for _, c := range []struct {
		media, text  string
		line, column int // 0 is no fault
	}{
		{"application/json", `{"a": 1}`, 0, 0},
		{"application/problem+json; charset=utf-8", "{\n  \"a\": ,\n}", 2, 8},
		{"application/json", "{\n\"한\": 1", 2, 7},
		{"application/json", "", 1, 1},
		{"application/xml", "<a><b/></a>", 0, 0},
		{"application/xml", "<a>\n</b>", 2, 5},
		{"text/xml", "", 1, 1},
		{"application/yaml", "a: 1\nb: [1, 2]", 0, 0},
		{"application/yaml", "a: 1\nb: [1, 2", 2, 4},
		{"text/plain", "{", 0, 0},
	} {
		m := Syntax(c.media, c.text)
		if m.IsZero() != (c.line == 0) {
			t.Errorf("%s %q: %v", c.media, c.text, m)
			continue
		}
		if c.line > 0 && (m.Args["Line"] != c.line || m.Args["Column"] != c.column) {
			t.Errorf("%s %q: line %v column %v (%v), want %d %d", c.media, c.text, m.Args["Line"], m.Args["Column"], m.Args["Detail"], c.line, c.column)
		}
	}
}

func TestChoicesAreThoseOfTheSchema(t *testing.T) {
	for schema, want := range map[string][]string{
		`{"enum":["a","b"]}`:                                  {"a", "b"},
		`{"type":"integer","enum":[1,2,null]}`:                {"1", "2"},
		`{"type":"boolean"}`:                                  {"true", "false"},
		`{"type":["boolean","null"]}`:                         {"true", "false"},
		`{"type":"array","items":{"enum":["a","b"]}}`:         {"a", "b"},
		`{"type":"string"}`:                                   nil,
		`{"type":"array","items":{"enum":["other","thing"]}}`: nil,
	} {
		value := "a"
		if len(want) > 0 {
			value = want[0]
		}
		got := choices(openapi.Parameter{Schema: json.RawMessage(schema)}, Row{Value: value})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", schema, diff)
		}
	}
}

func TestLoginsKeepWhatIsNotTypedAgain(t *testing.T) {
	key := openapi.Requirement{Scheme: "key", Type: "apiKey", In: "query", Name: "k"}
	kept := Login{Kind: string(loadtest.CredentialAPIKey), Value: "secret"}.Credential(key, loadtest.Credential{})
	if kept.In != loadtest.InQuery || kept.Name != "k" || kept.Value != "secret" {
		t.Fatalf("credential %+v", kept)
	}
	if l := LoginOf(key, kept); !l.Kept || l.Value != "" {
		t.Errorf("the page holds the secret: %+v", l)
	}
	if c := (Login{Kind: string(kept.Kind)}).Credential(key, kept); c.Value != "secret" {
		t.Errorf("an empty field forgot: %+v", c)
	}
	if c := (Login{Kind: string(kept.Kind), Forget: true}).Credential(key, kept); c.Kind != "" {
		t.Errorf("not forgotten: %+v", c)
	}
	oauth := openapi.Requirement{Scheme: "o", Type: "oauth2"}
	grant := Login{Kind: string(loadtest.CredentialClient), TokenURL: "http://a/token", ClientID: "me", ClientSecret: "s", Scopes: "a b"}.Credential(oauth, loadtest.Credential{})
	moved := Login{Kind: string(loadtest.CredentialClient), TokenURL: "http://evil/token", ClientID: "me"}.Credential(oauth, grant)
	if moved.ClientSecret != "" {
		t.Error("a secret was handed to another token endpoint")
	}
	if c := (Login{Kind: string(loadtest.CredentialBearer), Value: " Bearer abc "}).Credential(oauth, loadtest.Credential{}); c.Value != "abc" {
		t.Errorf("token %q", c.Value)
	}
}
