package drift_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/drift"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

const shop = `openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
        - {name: X-Team, in: header, schema: {type: string}}
      responses: {"200": {description: ok}}
    post:
      operationId: addPet
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              additionalProperties: false
              properties: {name: {type: string}, age: {type: integer}}
      responses: {"201": {description: made}}
  /pets/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"200": {description: ok}}
`

func parsed(t *testing.T, text string) *openapi.Document {
	t.Helper()
	doc, err := openapi.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &doc
}

func plan() loadtest.Plan {
	return loadtest.Plan{
		DocumentID: "old",
		Scenarios: []loadtest.Scenario{{Name: "main", Steps: []loadtest.Step{
			{Method: "GET", Path: "/pets", Weight: 3, Request: loadtest.Request{
				Query:   []loadtest.Param{{Name: "limit", Value: "80"}, {Name: "tags", Value: "a"}, {Name: "tags", Value: "b"}, {Name: "mine", Value: "x"}},
				Headers: []loadtest.Param{{Name: "x-team", Value: "orders"}},
			}},
			{Method: "POST", Path: "/pets", Request: loadtest.Request{Body: &loadtest.Body{
				Kind: loadtest.BodyRaw, MediaType: "application/json", Text: `{"name":"Tom","age":7}`,
			}}},
			{Method: "GET", Path: "/pets/{id}", Request: loadtest.Request{PathParams: []loadtest.Param{{Name: "id", Value: "42"}}}},
			{Method: "GET", Path: "/own", Name: "health"},
		}}},
		Thresholds: []loadtest.Threshold{
			{Metric: "http_req_duration", Expression: "p(95)<500"},
			{Metric: "http_req_duration{scenario:main,name:GET /pets/{id}}", Expression: "p(95)<200"},
		},
	}
}

func TestAffected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		edits []string
		want  []drift.Impact // without Fixed
		fixed func(t *testing.T, p loadtest.Plan)
	}{
		"nothing":            {nil, nil, nil},
		"a limit that holds": {[]string{"maximum: 100", "maximum: 90"}, nil, nil},
		"a limit that does not": {[]string{"maximum: 100", "maximum: 50"}, []drift.Impact{{
			Step: 0, Kind: drift.Misfit, Operation: "GET /pets",
			Request: []openapi.Change{{At: parameter("query", "limit"), What: "value", Kind: openapi.Changed, Before: "80", After: "1"}},
		}}, func(t *testing.T, p loadtest.Plan) {
			s := p.Scenarios[0].Steps[0]
			if q := s.Request.Query; len(q) != 4 || q[0].Name != "limit" || q[1].Value != "a" || q[3].Name != "mine" || s.Weight != 3 {
				t.Errorf("fixed %+v", s)
			}
		}},
		"a parameter is required now": {[]string{"- {name: X-Team", "- {name: shop, in: query, required: true, schema: {type: string, enum: [seoul]}}\n        - {name: X-Team"}, []drift.Impact{{
			Step: 0, Kind: drift.Misfit, Operation: "GET /pets",
			Request: []openapi.Change{{At: parameter("query", "shop"), What: "value", Kind: openapi.Added, After: "seoul"}},
		}}, nil},
		"parameters are gone": {[]string{"        - {name: tags, in: query, schema: {type: array, items: {type: string}}}\n", "", "        - {name: X-Team, in: header, schema: {type: string}}\n", ""}, []drift.Impact{{
			Step: 0, Kind: drift.Misfit, Operation: "GET /pets",
			Request: []openapi.Change{
				{At: parameter("query", "tags"), What: "value", Kind: openapi.Removed, Before: "a, b"},
				{At: parameter("header", "X-Team"), What: "value", Kind: openapi.Removed, Before: "orders"},
			},
		}}, nil},
		"the body wants more": {[]string{"required: [name]", "required: [name, kind]", "age: {type: integer}", "kind: {type: string, enum: [cat]}"}, []drift.Impact{{
			Step: 1, Kind: drift.Misfit, Operation: "POST /pets",
			Request: []openapi.Change{{At: openapi.Place{Part: openapi.PartRequest}, Kind: openapi.Changed}},
		}}, func(t *testing.T, p loadtest.Plan) {
			body := p.Scenarios[0].Steps[1].Request.Body.Text
			if !strings.Contains(body, `"Tom"`) || !strings.Contains(body, `"cat"`) || strings.Contains(body, "age") {
				t.Errorf("body %s", body)
			}
		}},
		"a body that is gone": {[]string{"operationId: addPet\n      requestBody:", "x-body:"}, []drift.Impact{{
			Step: 1, Kind: drift.Misfit, Operation: "POST /pets",
			Request: []openapi.Change{{At: openapi.Place{Part: openapi.PartRequest}, Kind: openapi.Removed}},
		}}, nil},
		"an operation was renamed": {[]string{"/pets/{id}:", "/pets/{petId}:", "name: id, in: path", "name: petId, in: path"}, []drift.Impact{{
			Step: 2, Kind: drift.Moved, Operation: "GET /pets/{id}", MovedTo: "GET /pets/{petId}", Breaking: true,
			Request: []openapi.Change{{At: parameter("path", "petId"), What: "name", Kind: openapi.Changed, Before: "id", After: "petId"}},
		}}, func(t *testing.T, p loadtest.Plan) {
			s := p.Scenarios[0].Steps[2]
			if s.Path != "/pets/{petId}" || s.Request.PathParams[0].Name != "petId" || s.Request.PathParams[0].Value != "42" {
				t.Errorf("fixed %+v", s)
			}
			if m := p.Thresholds[1].Metric; m != "http_req_duration{scenario:main,name:GET /pets/{petId}}" {
				t.Errorf("threshold of %s", m)
			}
		}},
		"an operation is gone": {[]string{"/pets/{id}:", "/cats/{id}:"}, []drift.Impact{{
			Step: 2, Kind: drift.Gone, Operation: "GET /pets/{id}", Breaking: true,
		}}, func(t *testing.T, p loadtest.Plan) {
			if n := len(p.Scenarios[0].Steps); n != 3 {
				t.Errorf("%d steps left", n)
			}
			if len(p.Thresholds) != 1 {
				t.Errorf("thresholds %+v", p.Thresholds)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := shop
			for i := 0; i+1 < len(c.edits); i += 2 {
				if !strings.Contains(text, c.edits[i]) {
					t.Fatalf("%q is not in the document", c.edits[i])
				}
				text = strings.ReplaceAll(text, c.edits[i], c.edits[i+1])
			}
			before, after := parsed(t, shop), parsed(t, text)
			impacts := drift.Affected(plan(), before, after, openapi.Diff{})
			var got []drift.Impact
			for _, i := range impacts {
				i.Fixed = nil
				got = append(got, i)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			given := plan()
			fixed := drift.Fix(given, "new", impacts)
			if diff := cmp.Diff(plan(), given); diff != "" {
				t.Errorf("the plan given was changed:\n%s", diff)
			}
			if fixed.DocumentID != "new" {
				t.Errorf("document %s", fixed.DocumentID)
			}
			if c.fixed != nil {
				c.fixed(t, fixed)
			}
			if again := drift.Affected(fixed, after, after, openapi.Diff{}); len(again) != 0 {
				t.Errorf("fixed, and affected still: %+v", again)
			}
		})
	}
}

func TestAffectedTellsOfChangesThatLeaveTheRequestAlone(t *testing.T) {
	t.Parallel()
	doc := parsed(t, shop)
	d := openapi.Diff{Operations: []openapi.OperationDiff{{Name: "GET /pets/{id}", Kind: openapi.Changed, Breaking: true}}}
	got := drift.Affected(plan(), doc, doc, d)
	want := []drift.Impact{{Step: 2, Kind: drift.Touched, Operation: "GET /pets/{id}", Breaking: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got[0].Fixable() {
		t.Error("nothing is to be fixed")
	}
}

func TestAffectedWithoutTheDocumentBefore(t *testing.T) {
	t.Parallel()
	after := parsed(t, strings.NewReplacer("/pets/{id}:", "/v2/pets/{id}:").Replace(shop))
	got := drift.Affected(plan(), nil, after, openapi.Diff{})
	if len(got) != 2 || got[0].Kind != drift.Moved || got[0].MovedTo != "GET /v2/pets/{id}" || got[1].Kind != drift.Gone {
		t.Errorf("got %+v", got)
	}
}

func TestFixRemovesAScenarioThatHasNoStepsLeft(t *testing.T) {
	t.Parallel()
	p := plan()
	p.Scenarios = append(p.Scenarios, loadtest.Scenario{Name: "other", Steps: p.Scenarios[0].Steps[2:3]})
	fixed := drift.Fix(p, "new", []drift.Impact{{Scenario: 1, Step: 0, Kind: drift.Gone}})
	if len(fixed.Scenarios) != 1 || len(fixed.Thresholds) != 2 {
		t.Errorf("scenarios %+v, thresholds %+v", fixed.Scenarios, fixed.Thresholds)
	}
}

func parameter(in, name string) openapi.Place {
	return openapi.Place{Part: openapi.PartParameter, In: in, Name: name}
}
