package openapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

// maxShown is how large a resolved schema may be, in bytes. Larger ones are
// resolved less deeply.
const maxShown = 64 << 10

// show returns the schema at a node as JSON Schema with its references
// resolved. Where they form a circle, or the whole would be too large, a
// reference stays as the document has it. Keys in skip are left out at the top.
func (s *source) show(n *yaml.Node, skip ...string) json.RawMessage {
	n = content(n)
	if n == nil {
		return nil
	}
	if known, ok := s.shown[n]; ok {
		return known
	}
	var out json.RawMessage
	for _, depth := range []int{40, 12, 8, 6, 4, 2} {
		w := shower{src: s, depth: depth, budget: maxShown, active: map[*yaml.Node]bool{}}
		v := w.schema(n, 0, skip)
		if w.budget >= 0 {
			out = encode(v)
			break
		}
	}
	if out == nil {
		out = json.RawMessage(`{}`)
	}
	s.shown[n] = out
	return out
}

type shower struct {
	src    *source
	depth  int
	budget int
	active map[*yaml.Node]bool // what a reference back to would be a circle
}

func (w *shower) schema(n *yaml.Node, depth int, skip []string) any {
	n = content(n)
	if n == nil || w.budget < 0 {
		return object{}
	}
	if n.Kind != yaml.MappingNode {
		return value(n)
	}
	if ref := refOf(n); ref != "" {
		return w.reference(n, ref, depth)
	}
	if w.active[n] {
		return object{}
	}
	w.active[n] = true
	defer delete(w.active, n)
	o := object{}
	for key, v := range pairs(n) {
		if slices.Contains(skip, key) || strings.HasPrefix(key, "x-") || key == "nullable" || w.budget < 0 {
			continue
		}
		w.budget -= len(key) + 4
		o = o.with(key, w.keyword(key, v, depth))
	}
	return modern(o, truth(get(n, "nullable")) || truth(get(n, "x-nullable")))
}

func (w *shower) reference(n *yaml.Node, ref string, depth int) any {
	target := w.src.lookup(ref)
	if target == nil || w.active[target] || depth >= w.depth {
		w.budget -= len(ref) + 12
		return object{{"$ref", ref}}
	}
	shown := w.schema(target, depth+1, nil)
	whole, ok := shown.(object)
	if !ok {
		return shown
	}
	for key, v := range pairs(n) {
		if key != "$ref" && !strings.HasPrefix(key, "x-") {
			whole = slices.Clone(whole).with(key, w.keyword(key, v, depth))
		}
	}
	return whole
}

func (w *shower) keyword(key string, v *yaml.Node, depth int) any {
	switch key {
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		o := object{}
		for name, p := range pairs(v) {
			w.budget -= len(name) + 4
			o = append(o, member{name, w.schema(p, depth+1, nil)})
		}
		return o
	case "allOf", "anyOf", "oneOf", "prefixItems":
		return w.list(v, depth)
	case "items":
		if v.Kind == yaml.SequenceNode {
			return w.list(v, depth)
		}
		return w.schema(v, depth+1, nil)
	case "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames",
		"unevaluatedProperties", "unevaluatedItems":
		return w.schema(v, depth+1, nil)
	}
	plain := value(v)
	w.budget -= len(encode(plain))
	return plain
}

func (w *shower) list(v *yaml.Node, depth int) any {
	list := []any{}
	for _, c := range items(v) {
		list = append(list, w.schema(c, depth+1, nil))
	}
	return list
}

// modern puts what OpenAPI 3.0 and Swagger say in their own way into JSON
// Schema's: exclusive limits are numbers, null is a type, a file is text.
func modern(o object, nullable bool) object {
	for _, pair := range [][2]string{{"exclusiveMinimum", "minimum"}, {"exclusiveMaximum", "maximum"}} {
		flag, _ := o.get(pair[0])
		bound, there := o.get(pair[1])
		switch {
		case flag == true && there:
			o = o.with(pair[0], bound).without(pair[1])
		case flag == true, flag == false:
			o = o.without(pair[0])
		}
	}
	t, there := o.get("type")
	if t == "file" {
		t = "string"
		o = o.with("type", t).with("format", "binary")
	}
	if name, single := t.(string); there && nullable && single {
		o = o.with("type", []any{name, "null"})
	}
	return o
}

func (o object) without(name string) object {
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool { return m.name == name })
}
