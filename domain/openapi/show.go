package openapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

// maxShown is how large a shown schema should be, in bytes. Larger ones share
// their parts, then lose their descriptions.
const maxShown = 64 << 10

// effort is how a schema is written: references resolved in place down to a
// depth, with or without what only people read.
type effort struct {
	depth int
	bare  bool
	limit int // bytes
}

var efforts = []effort{{40, false, maxShown}, {8, false, maxShown}, {3, false, maxShown}, {0, false, maxShown}, {0, true, maxShown}, {0, true, 16 * maxShown}}

// show returns the schema at a node as JSON Schema that stands alone:
// references are resolved in place, and where they form a circle, or the whole
// would be too large, lead to its own $defs. Keys in skip are left out at the top.
func (s *source) show(n *yaml.Node, skip ...string) json.RawMessage {
	n = content(n)
	if n == nil {
		return nil
	}
	if known, ok := s.shown[n]; ok {
		return known
	}
	var out json.RawMessage
	for _, e := range s.efforts() {
		w := shower{src: s, effort: e, budget: e.limit, active: map[*yaml.Node]bool{}, names: map[*yaml.Node]string{}, taken: map[string]bool{}, free: namer{}}
		v := w.whole(n, skip)
		s.showing -= e.limit - w.budget
		out = encode(v) // of the last one, even where it had to leave out something
		if w.budget >= 0 {
			break
		}
	}
	s.shown[n] = out
	return out
}

// What writing the schemas of one document may come to, in bytes: where all
// schemas know each other, every operation would repeat the whole document.
// After that each is written as shortly as can be, the rest of it as "anything".
const maxShowing = 16 << 20

var leastEfforts = []effort{{0, true, 4 << 10}}

func (s *source) efforts() []effort {
	if s.showing < 0 {
		return leastEfforts
	}
	return efforts
}

type shower struct {
	effort
	src    *source
	budget int
	active map[*yaml.Node]bool   // what a reference back to would be a circle
	names  map[*yaml.Node]string // in $defs
	taken  map[string]bool       // of names
	free   namer
	queue  []*yaml.Node // named, and still to be written
}

// whole writes the schema at n and the $defs that it needs.
func (w *shower) whole(n *yaml.Node, skip []string) any {
	v := w.schema(n, 0, skip)
	top, ok := v.(object)
	if !ok || len(w.queue) == 0 {
		return v
	}
	defs := object{}
	for len(w.queue) > 0 { // once the budget is used up, what is left is short
		target := w.queue[0]
		w.queue = w.queue[1:]
		defs = append(defs, member{w.names[target], w.schema(target, w.depth, nil)})
	}
	return append(slices.Clone(top), member{"$defs", defs})
}

// beside are keywords that mean nothing once references are resolved.
var beside = []string{"nullable", "$defs", "definitions", "$anchor", "$dynamicAnchor", "$id", "$schema", "externalDocs"}

// forPeople are keywords that neither generating nor checking reads.
var forPeople = []string{"description", "title", "summary", "$comment"}

func (w *shower) schema(n *yaml.Node, depth int, skip []string) any {
	n = content(n)
	if n == nil || w.budget < 0 {
		return object{}
	}
	if n.Kind != yaml.MappingNode {
		return value(n)
	}
	if ref := schemaRef(n); ref != "" {
		return w.reference(n, ref, depth)
	}
	if w.active[n] {
		return object{}
	}
	w.active[n] = true
	defer delete(w.active, n)
	o := object{}
	for key, v := range pairs(n) {
		if w.budget < 0 {
			break
		}
		if slices.Contains(skip, key) || w.skips(key) {
			continue
		}
		w.budget -= len(key) + 4
		o = o.with(key, w.keyword(key, v, depth))
	}
	return modern(o, truth(get(n, "nullable")) || truth(get(n, "x-nullable")))
}

func (w *shower) skips(key string) bool {
	return strings.HasPrefix(key, "x-") || slices.Contains(beside, key) || w.bare && slices.Contains(forPeople, key)
}

// schemaRef returns where a schema's reference leads, dynamic or not.
func schemaRef(n *yaml.Node) string {
	if ref := refOf(n); ref != "" {
		return ref
	}
	return scalar(get(n, "$dynamicRef"))
}

func (w *shower) reference(n *yaml.Node, ref string, depth int) any {
	target := w.src.lookup(ref)
	switch {
	case target == nil:
		w.budget -= len(ref) + 12
		return object{{"$ref", ref}}
	case w.active[target] || depth >= w.depth:
		name := w.define(ref, target)
		w.budget -= len(name) + 20
		return w.siblings(n, object{{"$ref", "#/$defs/" + name}}, depth)
	}
	shown := w.schema(target, depth+1, nil)
	whole, ok := shown.(object)
	if !ok {
		return shown
	}
	return w.siblings(n, whole, depth)
}

// siblings adds the keywords beside a reference.
func (w *shower) siblings(n *yaml.Node, whole object, depth int) any {
	for key, v := range pairs(n) {
		if key != "$ref" && key != "$dynamicRef" && !w.skips(key) {
			whole = slices.Clone(whole).with(key, w.keyword(key, v, depth))
		}
	}
	return whole
}

// define returns the name of a schema in $defs: the last part of the reference
// that led there first.
func (w *shower) define(ref string, target *yaml.Node) string {
	if name, known := w.names[target]; known {
		return name
	}
	name := w.free.free(defName(ref[strings.LastIndexByte(ref, '/')+1:]), func(name string) bool { return w.taken[name] })
	w.names[target], w.taken[name] = name, true
	w.queue = append(w.queue, target)
	return name
}

// defName keeps the characters that need no escape in a pointer.
func defName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("~/%#\"\\ ", r) {
			return '_'
		}
		return r
	}, s)
	return first(s, "schema")
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
