package openapi

import (
	"strings"

	"github.com/pb33f/go-yaml"
)

// survey looks through a whole document for what is against the specification
// wherever it stands: repeated members, references that lead nowhere, and
// values of the wrong kind.
type survey struct {
	src    *source
	faults *faults
	known  map[string]bool     // references that were looked up, and those that were reported
	within map[*yaml.Node]bool // what aliases stand for, once
}

func (s *survey) node(n *yaml.Node, name string, p part, depth int) {
	if n == nil || p == plain || depth > maxTreeDepth || len(s.faults.list) >= maxFaults {
		return
	}
	if n.Kind == yaml.AliasNode {
		if n = content(n); n == nil || s.within[n] {
			return
		}
		s.within[n] = true
	}
	switch n.Kind {
	case yaml.SequenceNode:
		if !listed[p] {
			s.shape(n, name)
			return
		}
		for _, c := range n.Content {
			s.node(c, name, p, depth+1)
		}
	case yaml.MappingNode:
		s.mapping(n, p, depth)
	case yaml.ScalarNode:
		if p != schemaPart && p != mappedPart && n.ShortTag() != "!!null" && p != discriminatorPart {
			s.shape(n, name)
		}
	}
}

// listed are the parts that may stand in a list.
var listed = map[part]bool{parameterPart: true, schemaPart: true, encodingPart: true}

func (s *survey) shape(n *yaml.Node, name string) {
	s.faults.add(n, "openapi.fault.shape", "“{{.What}}” is not written as the specification wants it, and is left out.", "What", name)
}

func (s *survey) mapping(n *yaml.Node, p part, depth int) {
	r := grammar[p]
	types := kinds[p]
	s.repeated(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, v := n.Content[i], n.Content[i+1]
		switch {
		case key.Tag == "!!merge":
			continue
		case key.Value == "$ref" && v.Kind == yaml.ScalarNode && v.ShortTag() == "!!str":
			s.reference(v)
			continue
		}
		if want, typed := types[key.Value]; typed {
			s.typed(key.Value, v, want)
		}
		if over(p, key.Value, v) {
			s.faults.add(key, "openapi.fault.too_many_entries", "“{{.Key}}” has more than {{.Limit}} entries; the rest is left out.", "Key", key.Value, "Limit", maxEntries)
		}
		s.node(v, key.Value, r.member(key.Value), depth+1)
	}
}

// over reports whether v has more entries than are read.
func over(p part, name string, v *yaml.Node) bool {
	switch v = content(v); {
	case v == nil:
		return false
	case p == schemaPart && name == "properties":
		return len(v.Content)/2 > maxEntries
	case p == schemaPart && (name == "enum" || name == "required"), (p == operationPart || p == pathItemPart) && name == "parameters":
		return len(v.Content) > maxEntries
	}
	return false
}

// few is up to how many members are compared with each other: most objects
// have fewer, and need no set of names.
const few = 8

func (s *survey) repeated(n *yaml.Node) {
	names := len(n.Content) / 2
	var seen map[string]bool
	if names > few {
		seen = make(map[string]bool, names)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Tag == "!!merge" {
			continue
		}
		twice := seen[key.Value]
		if seen != nil {
			seen[key.Value] = true
		}
		for j := 0; seen == nil && j < i; j += 2 {
			twice = twice || n.Content[j].Value == key.Value && n.Content[j].Tag != "!!merge"
		}
		if twice {
			s.faults.add(key, "openapi.fault.repeated", "“{{.Key}}” is written twice; only one of them counts.", "Key", key.Value)
		}
	}
}

func (s *survey) reference(n *yaml.Node) {
	ref := n.Value
	if s.known[ref] {
		return
	}
	s.known[ref] = true
	switch {
	case !strings.HasPrefix(ref, "#"):
		s.faults.add(n, "openapi.fault.external", "{{.Ref}} is in another file, which is not read. Give a document that is bundled into one file.", "Ref", ref)
	case s.src.lookup(ref) == nil:
		s.faults.add(n, "openapi.fault.ref", "The reference {{.Ref}} leads nowhere.", "Ref", ref)
	}
}

// kind is what a plain value must be.
type kind int

const (
	textKind kind = iota
	truthKind
	numberKind
	listKind
)

// kinds are the plain values that are often of the wrong kind. What is wrong
// with others is seen where they are used.
var kinds = map[part]map[string]kind{
	documentPart: {"openapi": textKind, "swagger": textKind, "host": textKind, "basePath": textKind, "servers": listKind, "tags": listKind, "security": listKind, "schemes": listKind, "consumes": listKind},
	pathItemPart: {"parameters": listKind, "servers": listKind},
	operationPart: {
		"operationId": textKind, "summary": textKind, "deprecated": truthKind, "tags": listKind,
		"parameters": listKind, "security": listKind, "servers": listKind, "consumes": listKind,
	},
	parameterPart: {"name": textKind, "in": textKind, "required": truthKind, "explode": truthKind, "deprecated": truthKind, "style": textKind},
	bodyPart:      {"required": truthKind},
	schemaPart: {
		"minimum": numberKind, "maximum": numberKind, "multipleOf": numberKind, "minLength": numberKind, "maxLength": numberKind,
		"minItems": numberKind, "maxItems": numberKind, "minProperties": numberKind, "maxProperties": numberKind,
		"pattern": textKind, "format": textKind, "enum": listKind, "uniqueItems": truthKind, "readOnly": truthKind,
		"allOf": listKind, "anyOf": listKind, "oneOf": listKind,
	},
}

func (s *survey) typed(name string, n *yaml.Node, want kind) {
	if n = content(n); n == nil || n.ShortTag() == "!!null" {
		return
	}
	is := n.ShortTag()
	switch {
	case want == textKind && is != "!!str" && is != "!!timestamp":
		s.faults.add(n, "openapi.fault.type_text", "“{{.Key}}” should be text.", "Key", name)
	case want == truthKind && is != "!!bool":
		s.faults.add(n, "openapi.fault.type_truth", "“{{.Key}}” should be true or false.", "Key", name)
	case want == numberKind && is != "!!int" && is != "!!float":
		s.faults.add(n, "openapi.fault.type_number", "“{{.Key}}” should be a number.", "Key", name)
	case want == listKind && is != "!!seq":
		s.faults.add(n, "openapi.fault.type_list", "“{{.Key}}” should be a list.", "Key", name)
	}
}
