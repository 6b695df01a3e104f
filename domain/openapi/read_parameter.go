package openapi

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

// rawParameter is a parameter before its schema was read.
type rawParameter struct {
	Parameter
	node     *yaml.Node
	shared   bool // by all operations of the path
	schema   *yaml.Node
	skip     []string // keys beside the schema's own, where both share a node
	examples []any    // the document's own, best first
}

var placeholder = regexp.MustCompile(`\{([^{}]+)\}`)

// parameters reads the parameters of a path item and of an operation in it.
func (r *reader) parameters(item, operation *yaml.Node, read func(*yaml.Node) rawParameter) []rawParameter {
	var list []rawParameter
	for _, from := range []*yaml.Node{item, operation} {
		for _, n := range firstOf(items(get(from, "parameters"))) {
			if n = r.mapping(n); n != nil {
				p := read(n)
				p.node, p.shared = n, from == item
				list = append(list, p)
			}
		}
	}
	if r.parameterCount += len(list); r.parameterCount > maxParameters {
		r.faults.add(operation, "openapi.fault.too_many_parameters", "The document has more than {{.Limit}} parameters; the rest is left out.", "Limit", maxParameters)
		return nil
	}
	return list
}

// maxParameters is how many parameters of a document are read: few that all
// operations share can be very many.
const maxParameters = 200_000

// sendable are the places that a parameter can be sent in.
var sendable = []string{"path", "query", "header", "cookie"}

// declared returns each parameter of the operation at n once, the last
// declaration of it, and one for every part of the path that nothing declares.
func (r *reader) declared(op Operation, n *yaml.Node, params []rawParameter) []rawParameter {
	var list []rawParameter
	type key struct{ in, name string }
	places := map[key]int{}
	for _, p := range params {
		known, again := places[key{p.In, p.Name}]
		switch {
		case p.Name == "" || !slices.Contains(sendable, p.In):
			r.faults.add(p.node, "openapi.fault.parameter", "The parameter “{{.Name}}” in “{{.In}}” cannot be sent and is left out.", "Name", p.Name, "In", p.In)
		case again:
			if list[known].shared == p.shared {
				r.faults.add(p.node, "openapi.fault.parameter_twice", "The parameter “{{.Name}}” in “{{.In}}” is declared twice; the last one counts.", "Name", p.Name, "In", p.In)
			}
			list[known] = p
		case p.In == "path" && !inPath(op.Path, p.Name):
			r.faults.add(p.node, "openapi.fault.not_in_path", "The path parameter “{{.Name}}” is not part of the path.", "Name", p.Name)
		default:
			places[key{p.In, p.Name}] = len(list)
			list = append(list, p)
		}
	}
	for _, m := range placeholder.FindAllStringSubmatch(op.Path, -1) {
		name := m[1]
		known := func(p rawParameter) bool { return p.In == "path" && (p.Name == name || p.Name == trimOperator(name)) }
		if slices.ContainsFunc(list, known) {
			continue
		}
		r.faults.add(n, "openapi.fault.undeclared", "Nothing declares the path parameter “{{.Name}}”; any text is sent for it.", "Name", name)
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
		p.Example = r.example(&schema{types: []string{"string"}}, p.examples, salt+p.Name, true)
		return p.Parameter
	}
	p.Schema = r.src.show(p.schema, p.skip...)
	p.Example = r.example(r.src.schema(p.schema), p.examples, salt+p.Name, p.Content == "")
	return p.Parameter
}

// example returns the first of the document's own examples that fits, else a
// generated value, else an example that does not fit. plain says that it is
// sent as bare text.
func (r *reader) example(c *schema, own []any, salt string, plain bool) json.RawMessage {
	c.src.grant()
	for _, e := range own {
		if c.fits(e) {
			return encode(e)
		}
	}
	g := newGenerator(0, salt, false)
	g.plain = plain
	v, fits := g.value(c)
	if !fits && len(own) > 0 {
		v = own[0]
	}
	return encode(v)
}
