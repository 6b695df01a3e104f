package openapi

import "strings"

// part is what a place in a document holds. It tells references from data that
// only looks like them: a property may be called "$ref", and an example may
// contain anything.
type part int

const (
	plain part = iota // holds no references: extensions, examples' values, texts
	documentPart
	componentsPart
	pathsPart
	pathItemsPart // by name, unlike paths
	pathItemPart
	operationsPart
	operationPart
	parametersPart
	parameterPart
	bodiesPart
	bodyPart
	contentPart
	mediaPart
	encodingsPart
	encodingPart
	answersPart // the responses of an operation, by status
	responsesPart
	responsePart
	headersPart
	headerPart
	examplesPart
	examplePart
	linksPart
	linkPart
	callbacksPart
	callbackPart
	securitySchemesPart
	securitySchemePart
	schemasPart
	schemaPart
	discriminatorPart
	mappingPart
	mappedPart // the text that a discriminator maps to: a reference or a name
)

// rule says what the members of a part are. Elements of a list are what the
// list's place holds.
type rule struct {
	fields map[string]part // by the specification's names
	each   part            // all other members; plain where there are none
	named  bool            // the author names the members, so that "x-…" is no extension
}

// grammar is what of the specifications' structure (2.0 to 3.2) leads to references.
var grammar = map[part]rule{
	documentPart: {fields: map[string]part{
		"paths": pathsPart, "webhooks": pathItemsPart, "components": componentsPart,
		"definitions": schemasPart, "parameters": parametersPart, "responses": responsesPart,
		"securityDefinitions": securitySchemesPart,
	}},
	componentsPart: {fields: map[string]part{
		"schemas": schemasPart, "responses": responsesPart, "parameters": parametersPart, "examples": examplesPart,
		"requestBodies": bodiesPart, "headers": headersPart, "securitySchemes": securitySchemesPart,
		"links": linksPart, "callbacks": callbacksPart, "pathItems": pathItemsPart, "mediaTypes": contentPart,
	}},
	pathsPart:     {each: pathItemPart},
	pathItemsPart: {each: pathItemPart, named: true},
	pathItemPart: {fields: map[string]part{
		"get": operationPart, "put": operationPart, "post": operationPart, "delete": operationPart, "options": operationPart,
		"head": operationPart, "patch": operationPart, "trace": operationPart, "query": operationPart,
		"additionalOperations": operationsPart, "parameters": parameterPart,
	}},
	operationsPart: {each: operationPart, named: true},
	operationPart: {fields: map[string]part{
		"parameters": parameterPart, "requestBody": bodyPart, "responses": answersPart, "callbacks": callbacksPart,
	}},
	parametersPart: {each: parameterPart, named: true},
	parameterPart:  {fields: map[string]part{"schema": schemaPart, "content": contentPart, "examples": examplesPart, "items": schemaPart}},
	bodiesPart:     {each: bodyPart, named: true},
	bodyPart:       {fields: map[string]part{"content": contentPart}},
	contentPart:    {each: mediaPart, named: true},
	mediaPart: {fields: map[string]part{
		"schema": schemaPart, "itemSchema": schemaPart, "examples": examplesPart,
		"encoding": encodingsPart, "prefixEncoding": encodingPart, "itemEncoding": encodingPart,
	}},
	encodingsPart: {each: encodingPart, named: true},
	encodingPart: {fields: map[string]part{
		"headers": headersPart, "encoding": encodingsPart, "prefixEncoding": encodingPart, "itemEncoding": encodingPart,
	}},
	answersPart:   {each: responsePart},
	responsesPart: {each: responsePart, named: true},
	responsePart: {fields: map[string]part{
		"headers": headersPart, "content": contentPart, "links": linksPart, "schema": schemaPart,
	}},
	headersPart:         {each: headerPart, named: true},
	headerPart:          {fields: map[string]part{"schema": schemaPart, "content": contentPart, "examples": examplesPart, "items": schemaPart}},
	examplesPart:        {each: examplePart, named: true},
	linksPart:           {each: linkPart, named: true},
	callbacksPart:       {each: callbackPart, named: true},
	callbackPart:        {each: pathItemPart},
	securitySchemesPart: {each: securitySchemePart, named: true},
	schemasPart:         {each: schemaPart, named: true},
	schemaPart: {fields: map[string]part{
		"properties": schemasPart, "patternProperties": schemasPart, "$defs": schemasPart, "definitions": schemasPart,
		"dependentSchemas": schemasPart, "allOf": schemaPart, "anyOf": schemaPart, "oneOf": schemaPart, "not": schemaPart,
		"if": schemaPart, "then": schemaPart, "else": schemaPart, "items": schemaPart, "prefixItems": schemaPart,
		"contains": schemaPart, "additionalItems": schemaPart, "additionalProperties": schemaPart, "propertyNames": schemaPart,
		"unevaluatedItems": schemaPart, "unevaluatedProperties": schemaPart, "contentSchema": schemaPart,
		"discriminator": discriminatorPart,
	}},
	discriminatorPart: {fields: map[string]part{"mapping": mappingPart}},
	mappingPart:       {each: mappedPart, named: true},
}

// sections are where shared parts are kept: below "components", or at the top
// of a Swagger 2.0 document. Parts without one stand where they are used.
var (
	sections = map[part]string{
		schemaPart: "schemas", responsePart: "responses", parameterPart: "parameters", examplePart: "examples",
		bodyPart: "requestBodies", headerPart: "headers", securitySchemePart: "securitySchemes",
		linkPart: "links", callbackPart: "callbacks",
	}
	sectionsV2 = map[part]string{
		schemaPart: "definitions", responsePart: "responses", parameterPart: "parameters",
		securitySchemePart: "securityDefinitions",
	}
)

// member returns what a member of the part holds.
func (r rule) member(name string) part {
	if p, ok := r.fields[name]; ok {
		return p
	}
	if !r.named && strings.HasPrefix(name, "x-") {
		return plain
	}
	return r.each
}

// absent is what a replacer returns for what must not stay.
type absent struct{}

// replacer returns what stands in place of o, a reference to ref, where a p is
// expected. A discriminator's mapping is asked for as a reference to a schema.
type replacer func(o object, ref string, p part, depth int) (any, error)

// rewriter replaces the references of a document.
type rewriter struct {
	replace replacer
	left    *int // values that may still be looked at, shared by all rewriters of a document
}

// rewrite returns v, which is a p, with its references replaced; v itself is
// left as it is. Its error is Invalid for what is too deep or too large.
func (w rewriter) rewrite(v any, p part, depth int) (any, error) {
	if p == plain {
		return v, nil
	}
	if *w.left--; *w.left < 0 || depth > maxTreeDepth {
		return nil, errTooDeep()
	}
	switch v := v.(type) {
	case string:
		if p == mappedPart && looksLikeReference(v) {
			return w.mapped(v, depth)
		}
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			e, err := w.rewrite(e, p, depth+1)
			if err != nil {
				return nil, err
			}
			if _, gone := e.(absent); !gone {
				list = append(list, e)
			}
		}
		return list, nil
	case object:
		if ref, ok := v.ref(); ok {
			return w.replace(v, ref, p, depth)
		}
		return w.members(v, p, depth)
	}
	return v, nil
}

// members rewrites what o holds, but not o as a reference.
func (w rewriter) members(o object, p part, depth int) (object, error) {
	r := grammar[p]
	out := make(object, 0, len(o))
	for _, m := range o {
		v, err := w.rewrite(m.value, r.member(m.name), depth+1)
		if err != nil {
			return nil, err
		}
		if _, gone := v.(absent); !gone {
			out = append(out, member{m.name, v})
		}
	}
	return out, nil
}

func (w rewriter) mapped(ref string, depth int) (any, error) {
	v, err := w.replace(object{{"$ref", ref}}, ref, schemaPart, depth)
	if err != nil {
		return nil, err
	}
	if o, ok := v.(object); ok {
		if to, ok := o.ref(); ok {
			return to, nil
		}
	}
	return ref, nil
}

func looksLikeReference(s string) bool {
	return strings.ContainsAny(s, "/#") || strings.HasSuffix(s, ".json") || strings.HasSuffix(s, ".yaml") || strings.HasSuffix(s, ".yml")
}

// ref returns what an object refers to, if it is a reference.
func (o object) ref() (string, bool) {
	for _, m := range o {
		if m.name == "$ref" {
			s, ok := m.value.(string)
			return s, ok
		}
	}
	return "", false
}

// pointing returns o with another reference.
func (o object) pointing(to string) object {
	out := make(object, 0, len(o))
	for _, m := range o {
		if m.name == "$ref" {
			m.value = to
		}
		out = append(out, m)
	}
	return out
}
