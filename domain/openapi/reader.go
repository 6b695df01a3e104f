package openapi

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel/high/base"

	"plog.dev/plog/domain"
)

// maxFaults is how many faults are kept: a document with thousands repeats itself.
const maxFaults = 100

// reader turns one document into a Document.
type reader struct {
	src *source
	doc *Document
}

// rawParameter is a parameter before its schema was read.
type rawParameter struct {
	Parameter
	schema   *yaml.Node
	skip     []string // keys beside the schema's own, where both share a node
	examples []any    // the document's own, best first
}

func (r *reader) fault(where, key, text string, pairs ...any) {
	if len(r.doc.Faults) < maxFaults {
		r.doc.Faults = append(r.doc.Faults, Fault{Where: where, Message: domain.Msg(key, text, pairs...)})
	}
}

// modelFaults keeps what the library found wrong, one fault for each error.
func (r *reader) modelFaults(err error) {
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			r.fault("", "openapi.fault.model", "The document is against the specification: {{.Detail}}", "Detail", line)
		}
	}
}

// addOperation completes an operation and appends it to the document.
func (r *reader) addOperation(op Operation, params []rawParameter) {
	op.Tags = orEmpty(op.Tags)
	op.Parameters = []Parameter{}
	for _, p := range r.declared(op, params) {
		op.Parameters = append(op.Parameters, r.parameter(p, op.Name()))
	}
	r.doc.Operations = append(r.doc.Operations, op)
}

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

// declared returns each parameter once, the operation's own before its path's,
// and one for every part of the path that nothing declares.
func (r *reader) declared(op Operation, params []rawParameter) []rawParameter {
	var list []rawParameter
	for _, p := range params {
		same := func(q rawParameter) bool { return q.In == p.In && q.Name == p.Name }
		switch {
		case p.Name == "" || !slices.Contains([]string{"path", "query", "header", "cookie"}, p.In):
			r.fault(op.Name(), "openapi.fault.parameter", "The parameter “{{.Name}}” in “{{.In}}” cannot be sent and is left out.", "Name", p.Name, "In", p.In)
		case slices.ContainsFunc(list, same):
		case p.In == "path" && !inPath(op.Path, p.Name):
			r.fault(op.Name(), "openapi.fault.not_in_path", "The path parameter “{{.Name}}” is not part of the path.", "Name", p.Name)
		default:
			list = append(list, p)
		}
	}
	for _, m := range placeholder.FindAllStringSubmatch(op.Path, -1) {
		name := m[1]
		known := func(p rawParameter) bool { return p.In == "path" && (p.Name == name || p.Name == trimOperator(name)) }
		if slices.ContainsFunc(list, known) {
			continue
		}
		r.fault(op.Name(), "openapi.fault.undeclared", "Nothing declares the path parameter “{{.Name}}”; any text is sent for it.", "Name", name)
		list = append(list, rawParameter{Parameter: Parameter{Name: name, In: "path", Required: true, Style: "simple"}})
	}
	return list
}

func inPath(path, name string) bool {
	return strings.Contains(path, "{"+name+"}") || strings.Contains(path, "{"+name+"+}") || strings.Contains(path, "{"+name+"*}")
}

// trimOperator removes what some frameworks append to a path parameter that
// takes several segments.
func trimOperator(name string) string { return strings.TrimRight(name, "+*") }

func (r *reader) parameter(p rawParameter, salt string) Parameter {
	if p.schema == nil {
		p.Schema = json.RawMessage(`{"type":"string"}`)
		p.Example = r.example(&schema{types: []string{"string"}}, p.examples, salt+p.Name)
		return p.Parameter
	}
	p.Schema = r.src.show(p.schema, p.skip...)
	p.Example = r.example(r.src.schema(p.schema), p.examples, salt+p.Name)
	return p.Parameter
}

// example returns the first of the document's own examples that fits, else a
// generated value, else an example that does not fit.
func (r *reader) example(c *schema, own []any, salt string) json.RawMessage {
	for _, e := range own {
		if c.fits(e) {
			return encode(e)
		}
	}
	v, fits := newGenerator(0, salt, false).value(c)
	if !fits && len(own) > 0 {
		v = own[0]
	}
	return encode(v)
}

// schemaNode returns where a schema is written, nil when it has none.
func (r *reader) schemaNode(p *base.SchemaProxy) *yaml.Node {
	if p == nil {
		return nil
	}
	if n := p.GoLow().GetValueNode(); n != nil && !p.IsReference() {
		return n
	}
	if n := r.src.lookup(p.GetReference()); n != nil {
		return n
	}
	r.src.missing[p.GetReference()] = true
	return nil
}

// security returns what of the document's schemes the requirements ask for.
func security(requirements []*base.SecurityRequirement, schemes map[string]Requirement) [][]Requirement {
	var any [][]Requirement
	for _, s := range requirements {
		all := []Requirement{}
		if s != nil && s.Requirements != nil {
			for name := range s.Requirements.KeysFromOldest() {
				scheme := schemes[name]
				scheme.Scheme = name
				all = append(all, scheme)
			}
		}
		any = append(any, all)
	}
	return any
}

func (r *reader) tags(tags []*base.Tag) {
	for _, t := range tags {
		if t != nil && t.Name != "" {
			r.doc.Tags = append(r.doc.Tags, Tag{Name: t.Name, Description: t.Description})
		}
	}
}

func (r *reader) info(i *base.Info) {
	if i != nil {
		r.doc.Title, r.doc.Version = i.Title, i.Version
	}
	if r.doc.Title == "" {
		r.fault("/info", "openapi.fault.title", "The document does not name its API (info.title).")
	}
}

// finish notes what only the whole document shows.
func (r *reader) finish() {
	ids := map[string]string{}
	for _, op := range r.doc.Operations {
		if op.OperationID == "" {
			continue
		}
		if other, twice := ids[op.OperationID]; twice {
			r.fault(op.Name(), "openapi.fault.operation_id", "“{{.Other}}” has the operationId “{{.ID}}” too.", "Other", other, "ID", op.OperationID)
		}
		ids[op.OperationID] = op.Name()
	}
	for _, ref := range slices.Sorted(maps.Keys(r.src.missing)) {
		if strings.HasPrefix(ref, "#") {
			r.fault(ref, "openapi.fault.ref", "The reference {{.Ref}} leads nowhere.", "Ref", ref)
		} else {
			r.fault(ref, "openapi.fault.external", "{{.Ref}} is in another file, which is not read. Give a document that is bundled into one file.", "Ref", ref)
		}
	}
	r.repeatedKeys(r.src.root, "", 0)
	if len(r.doc.Operations) == 0 {
		r.fault("/paths", "openapi.fault.no_operations", "The document has no operations.")
	}
}

// repeatedKeys looks only as deep as operations are: below, they do little harm.
func (r *reader) repeatedKeys(n *yaml.Node, where string, depth int) {
	if n == nil || n.Kind != yaml.MappingNode || depth > 3 {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		at := where + "/" + strings.ReplaceAll(strings.ReplaceAll(key.Value, "~", "~0"), "/", "~1")
		if seen[key.Value] && key.Tag != "!!merge" {
			r.fault(at, "openapi.fault.repeated", "“{{.Key}}” is written twice (line {{.Line}}); only one of them counts.", "Key", key.Value, "Line", key.Line)
		}
		seen[key.Value] = true
		r.repeatedKeys(n.Content[i+1], at, depth+1)
	}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func isTrue(b *bool) bool { return b != nil && *b }
