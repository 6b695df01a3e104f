package contract

import (
	"strings"

	"plog.dev/plog/domain/openapi"
)

// trail is how far one has come into an operation, both in a document's tree
// and in the library's tree of changes, whose names are nearly the same.
type trail struct {
	place openapi.Place
	next  region
	stop  bool // nothing from here on changes requests or responses
}

// region says what the next name means.
type region int

const (
	inOperation region = iota
	inParameters
	inParameter
	inBody
	inStatuses
	inResponse
	inHeaders
	inMediaTypes
	inMediaType
	inSchema
	inNames // of a schema's members
)

// step returns the trail one name further.
func (t trail) step(name string) trail {
	switch t.next {
	case inOperation:
		switch name {
		case "parameters":
			t.next = inParameters
		case "requestBody", "requestBodies":
			t.place.Part, t.next = openapi.PartRequest, inBody
		case "responses":
			t.next = inStatuses
		case "servers":
			t.place.Part = openapi.PartServers
		case "security", "securityRequirements":
			t.place.Part = openapi.PartSecurity
		default:
			t.stop = true
		}
	case inStatuses:
		if name != "response" { // the library's own level
			t.place.Part, t.place.Name, t.next = openapi.PartResponse, name, inResponse
		}
	case inHeaders:
		t.place.Part = openapi.PartHeader
		t.place = t.place.Into(name)
		t.next = inParameter
	case inParameter, inBody, inResponse, inMediaType:
		t = t.member(name)
	case inMediaTypes:
		t.next = inMediaType
	case inNames:
		t.place, t.next = t.place.Into(name), inSchema
	case inSchema:
		t = t.keyword(name)
	case inParameters:
		t.stop = true
	}
	return t
}

func (t trail) member(name string) trail {
	switch name {
	case "content":
		t.next = inMediaTypes
	case "schema", "schemas", "itemSchema", "itemSchemas":
		t.next = inSchema
	case "items": // of Swagger's parameters
		t.place, t.next = t.place.Into(name), inSchema
	case "headers":
		t.next = inHeaders
	default:
		t.stop = true
	}
	return t
}

func (t trail) keyword(name string) trail {
	switch name {
	case "properties", "patternProperties", "dependentSchemas", "$defs":
		t.next = inNames
	case "items", "additionalProperties", "contains", "not", "if", "then", "else", "propertyNames",
		"unevaluatedItems", "unevaluatedProperties", "contentSchema":
		t.place = t.place.Into(name)
	case "allOf", "anyOf", "oneOf", "prefixItems", "dependentRequired", "discriminator":
	default:
		t.stop = true
	}
	return t
}

// parameter returns the trail at a parameter.
func (t trail) parameter(name, in string) trail {
	t.place = openapi.Place{Part: openapi.PartParameter, Name: name, In: in}
	t.next = inParameter
	if in == "body" { // Swagger's request body
		t.place, t.next = openapi.Place{Part: openapi.PartRequest}, inBody
	}
	if in == "formData" {
		t.place = openapi.Place{Part: openapi.PartRequest}.Into(name)
	}
	return t
}

// sent reports whether a place is in what is sent; the rest comes back.
func sent(p openapi.Place) bool {
	return p.Part == openapi.PartParameter || p.Part == openapi.PartRequest
}

// wording reports whether a property only explains.
func wording(name string) bool {
	switch name {
	case "description", "summary", "title", "example", "examples", "externalDocs", "$comment", "tags", "xml":
		return true
	}
	return strings.HasPrefix(name, "x-")
}
