// Package openapi reads OpenAPI and Swagger documents into operations and
// makes requests of them that can be sent as they are.
package openapi

import "encoding/json"

// Document is what PLOG uses of an OpenAPI document.
type Document struct {
	Title      string
	Version    string   // the API's own
	OpenAPI    string   // the specification's, such as "3.1.0" or "2.0"
	Servers    []string // as written, variables filled with their defaults; may be relative
	Tags       []Tag
	Operations []Operation
	Faults     []Fault // what could not be used, or is against the specification; in the order of its lines
	// Extensions are the document's own "x-" members, as JSON. Very large ones
	// are left out.
	Extensions map[string]json.RawMessage
}

// Tag groups operations.
type Tag struct{ Name, Description string }

// Operation is one method and path template of a document.
type Operation struct {
	Method      string          `json:"method"` // upper case
	Path        string          `json:"path"`   // the template, such as /pets/{id}
	OperationID string          `json:"operation_id"`
	Tags        []string        `json:"tags"`
	Summary     string          `json:"summary"`
	Description string          `json:"description,omitempty"`
	Deprecated  bool            `json:"deprecated"`
	Parameters  []Parameter     `json:"parameters"`
	RequestBody *RequestBody    `json:"request_body"`
	Security    [][]Requirement `json:"security,omitempty"` // any one list of them, all within it; an empty list is "none needed"
	Servers     []string        `json:"servers,omitempty"`  // where it overrides the document's
	Responses   []string        `json:"responses,omitempty"`
	// Extensions are its "x-" members, as JSON. Very large ones are left out.
	Extensions map[string]json.RawMessage `json:"extensions,omitempty"`
}

// Name returns "METHOD /path/{template}".
func (o Operation) Name() string { return o.Method + " " + o.Path }

// Safe reports whether the operation may be sent without changing anything: GET and HEAD.
func (o Operation) Safe() bool { return o.Method == "GET" || o.Method == "HEAD" }

// Parameter is one parameter of an operation.
type Parameter struct {
	Name          string          `json:"name"`
	In            string          `json:"in"` // path, query, header, cookie
	Required      bool            `json:"required"`
	Deprecated    bool            `json:"deprecated,omitempty"`
	Description   string          `json:"description,omitempty"`
	Style         string          `json:"style,omitempty"`
	Explode       bool            `json:"explode,omitempty"`
	AllowReserved bool            `json:"allow_reserved,omitempty"`
	Schema        json.RawMessage `json:"schema,omitempty"`  // JSON Schema, references resolved where they end
	Content       string          `json:"content,omitempty"` // media type, when the value is serialised by it
	Example       json.RawMessage `json:"example,omitempty"` // the document's own, or one made from the schema
}

// RequestBody is what an operation takes.
type RequestBody struct {
	Required bool        `json:"required"`
	Content  []MediaType `json:"content"`
}

// MediaType is one way to write a body.
type MediaType struct {
	Type     string              `json:"type"`
	Schema   json.RawMessage     `json:"schema,omitempty"`
	Example  json.RawMessage     `json:"example,omitempty"`
	Encoding map[string]Encoding `json:"encoding,omitempty"` // of a form's fields, where the document says
}

// Encoding says how one field of a form is written.
type Encoding struct {
	ContentType   string `json:"content_type,omitempty"`
	Style         string `json:"style,omitempty"`
	Explode       *bool  `json:"explode,omitempty"` // nil is the style's own
	AllowReserved bool   `json:"allow_reserved,omitempty"`
}
