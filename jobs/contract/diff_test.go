package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/openapi"
)

// told is a diff as a person reads it; "!" marks what is breaking.
func told(d openapi.Diff) []string {
	mark := func(breaking bool) string {
		if breaking {
			return "! "
		}
		return ""
	}
	var all []string
	for _, o := range d.Operations {
		line := mark(o.Breaking) + string(o.Kind) + " " + o.Name
		if o.MovedTo != "" {
			line += " → " + o.MovedTo
		}
		all = append(all, line)
		for _, c := range o.Changes {
			all = append(all, "  "+mark(c.Breaking)+c.Message().String())
		}
	}
	for _, c := range d.Document {
		all = append(all, "document: "+mark(c.Breaking)+c.Message().String())
	}
	return all
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document string
		edits    []string // old, new, …
		want     []string
	}{
		"nothing": {"pets.yaml", nil, nil},
		"wording": {"pets.yaml", []string{"how many", "the number", "an animal", "a pet", "description: anything", "description: whatever"}, nil},
		"a limit": {"pets.yaml", []string{"maximum: 100", "maximum: 50"}, []string{
			"! changed GET /pets", "  ! query parameter limit: maximum 100 → 50",
		}},
		"a wider limit": {"pets.yaml", []string{"maximum: 100", "maximum: 200"}, []string{
			"changed GET /pets", "  query parameter limit: maximum 100 → 200",
		}},
		"a parameter came": {"pets.yaml", []string{"- {name: gone", "- {name: must, in: header, required: true, schema: {type: string}}\n        - {name: gone"}, []string{
			"! changed GET /pets", "  ! header parameter must added",
		}},
		"an optional parameter came": {"pets.yaml", []string{"- {name: gone", "- {name: may, in: query, schema: {type: string}}\n        - {name: gone"}, []string{
			"changed GET /pets", "  query parameter may added",
		}},
		"a parameter must be": {"pets.yaml", []string{"name: limit, in: query", "name: limit, required: true, in: query"}, []string{
			"! changed GET /pets", "  ! query parameter limit: required true added",
		}},
		"a parameter went": {"pets.yaml", []string{"        - {name: gone, in: query, schema: {type: integer}}\n", ""}, []string{
			"! changed GET /pets", "  ! query parameter gone removed",
		}},
		"an operation was renamed": {"pets.yaml", []string{"/pets/{id}:", "/pets/{petId}:", "name: id, in: path", "name: petId, in: path"}, []string{
			"! removed DELETE /pets/{id} → DELETE /pets/{petId}", "added DELETE /pets/{petId}",
		}},
		"a shared schema, sent and received": {"pets.yaml", []string{"required: [id, name]", "required: [id, name, kind]", "maxLength: 20", "maxLength: 10"}, []string{
			"changed GET /pets",
			"  response 200 › items: required kind added",
			"  response 200 › items › name: maxLength 20 → 10",
			"! changed POST /pets",
			"  ! request body: required kind added",
			"  ! request body › name: maxLength 20 → 10",
		}},
		"a schema within one": {"pets.yaml", []string{"email: {type: string}", "email: {type: integer}"}, []string{
			"! changed GET /pets", "  ! response 200 › items › owner › email: type string → integer",
			"! changed POST /pets", "  ! request body › owner › email: type string → integer",
		}},
		"a member came": {"pets.yaml", []string{"email: {type: string}", "email: {type: string}, phone: {type: string}"}, []string{
			"changed GET /pets", "  response 200 › items › owner › phone added",
			"changed POST /pets", "  request body › owner › phone added",
		}},
		"a member went": {"pets.yaml", []string{"        born: {type: string, format: date}\n", ""}, []string{
			"! changed GET /pets", "  ! response 200 › items › born removed",
			"! changed POST /pets", "  ! request body › born removed",
		}},
		"a value of an enum": {"pets.yaml", []string{"[cat, dog]", "[cat, bird]"}, []string{
			"changed GET /pets",
			"  response 200 › items › kind: enum bird added", "  response 200 › items › kind: enum dog removed",
			"! changed POST /pets",
			"  ! request body › kind: enum dog removed", "  request body › kind: enum bird added",
		}},
		"a schema that nothing uses": {"pets.yaml", []string{"a: {type: string}", "a: {type: integer}"}, []string{
			"document: schema Alone › a: type string → integer",
		}},
		"a status": {"pets.yaml", []string{`"204": {description: gone}`, `"202": {description: gone}`}, []string{
			"! changed DELETE /pets/{id}", "  ! response 204 removed", "  response 202 added",
		}},
		"a header": {"pets.yaml", []string{"X-Total: {required: true, schema: {type: integer}}}\n          content: {application/json: {schema: {type: array, items", "X-Total: {required: true, schema: {type: string}}}\n          content: {application/json: {schema: {type: array, items"}, []string{
			"! changed GET /pets", "  ! response 200 header › X-Total: type integer → string",
		}},
		"a circle": {"pets.yaml", []string{"        name: {type: string}\n        children", "        name: {type: integer}\n        children"}, []string{
			"! changed GET /tree", "  ! response 200 › name: type string → integer",
		}},
		"the server and version": {"pets.yaml", []string{"127.0.0.1:1/v1", "127.0.0.1:1/v2", `version: "1"`, `version: "2"`}, []string{
			"document: ! servers › http://127.0.0.1:1/v1 removed",
			"document: about the API: version 1 → 2",
			"document: servers › http://127.0.0.1:1/v2 added",
		}},
		"swagger": {"swagger.json", []string{`"maximum": 100`, `"maximum": 50`, `"required": ["id", "name"]`, `"required": ["id"]`, `"X-Team", "in": "header", "type": "string"`, `"X-Team", "in": "header", "type": "integer"`}, []string{
			"! changed GET /v2/pets", "  ! header parameter X-Team: type string → integer", "  ! query parameter limit: maximum 100 → 50", "  ! response 200 › items: required name removed",
			"! changed POST /v2/pets", "  ! header parameter X-Team: type string → integer", "  request body: required name removed",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := file(t, c.document)
			after := string(before)
			for i := 0; i+1 < len(c.edits); i += 2 {
				if !strings.Contains(after, c.edits[i]) {
					t.Fatalf("%q is not in the document", c.edits[i])
				}
				after = strings.ReplaceAll(after, c.edits[i], c.edits[i+1])
			}
			d, err := checker().Diff(t.Context(), before, []byte(after))
			if err != nil {
				t.Fatal(err)
			}
			if d.Outline {
				t.Error("only an outline")
			}
			if diff := cmp.Diff(c.want, told(d)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
