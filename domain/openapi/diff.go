package openapi

import (
	"regexp"
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

// Diff is what changed from one version of a document to the next, by
// operation, so that a person can see what it means for their tests. Wording
// is not part of it: two documents that differ in descriptions, summaries,
// titles, examples and extensions only have none.
type Diff struct {
	Operations []OperationDiff `json:"operations,omitempty"` // added, removed and changed ones, by name
	Document   []Change        `json:"document,omitempty"`   // what belongs to no operation: servers, security, schemas that nothing uses
	// Outline says that the two could not be compared in depth: operations,
	// parameters, bodies' media types and statuses were, schemas were not.
	Outline bool `json:"outline,omitempty"`
}

// IsZero reports whether nothing changed.
func (d Diff) IsZero() bool { return len(d.Operations) == 0 && len(d.Document) == 0 }

// DiffCount counts a Diff's operations.
type DiffCount struct{ Added, Removed, Changed, Breaking int }

// Count returns how many operations were added, removed and changed, and how
// many of the removed and changed ones are breaking.
func (d Diff) Count() DiffCount {
	var c DiffCount
	for _, o := range d.Operations {
		switch o.Kind {
		case Added:
			c.Added++
		case Removed:
			c.Removed++
		case Changed:
			c.Changed++
		}
		if o.Breaking {
			c.Breaking++
		}
	}
	return c
}

// Operation returns what became of the operation of that name; false when
// nothing did.
func (d Diff) Operation(name string) (OperationDiff, bool) {
	i := slices.IndexFunc(d.Operations, func(o OperationDiff) bool { return o.Name == name })
	if i < 0 {
		return OperationDiff{}, false
	}
	return d.Operations[i], true
}

// DiffKind says what became of a thing.
type DiffKind string

// The kinds of difference.
const (
	Added   DiffKind = "added"
	Removed DiffKind = "removed"
	Changed DiffKind = "changed"
)

// OperationDiff is what became of one operation.
type OperationDiff struct {
	Name     string   `json:"name"` // "METHOD /path/{template}"
	Kind     DiffKind `json:"kind"`
	Breaking bool     `json:"breaking,omitempty"` // who called it before may get errors now
	MovedTo  string   `json:"moved_to,omitempty"` // of a removed one: the added operation that seems to be the same
	Changes  []Change `json:"changes,omitempty"`  // of a changed one, breaking ones first
	Omitted  int      `json:"omitted,omitempty"`  // further changes that are not listed
}

// Change is one thing that differs.
type Change struct {
	At       Place    `json:"at,omitzero"`
	What     string   `json:"what,omitempty"` // the property that differs, by the specification's word: "required", "type", "maximum"; empty is the place itself
	Kind     DiffKind `json:"kind"`
	Before   string   `json:"before,omitempty"` // empty when added
	After    string   `json:"after,omitempty"`  // empty when removed
	Breaking bool     `json:"breaking,omitempty"`
}

// Message returns the change as one line, such as "query parameter limit:
// maximum 100 → 50".
func (c Change) Message() domain.Message {
	pairs := []any{"Where", c.At.Message(), "What", c.What, "Before", c.Before, "After", c.After}
	switch {
	case c.What == "" && c.Kind == Added:
		return domain.Msg("drift.change.new", "{{.Where}} added", pairs[:2]...)
	case c.What == "" && c.Kind == Removed:
		return domain.Msg("drift.change.gone", "{{.Where}} removed", pairs[:2]...)
	case c.What == "":
		return domain.Msg("drift.change.different", "{{.Where}} changed", pairs[:2]...)
	case c.Kind == Added:
		return domain.Msg("drift.change.added", "{{.Where}}: {{.What}} {{.After}} added", pairs...)
	case c.Kind == Removed:
		return domain.Msg("drift.change.removed", "{{.Where}}: {{.What}} {{.Before}} removed", pairs...)
	}
	return domain.Msg("drift.change.changed", "{{.Where}}: {{.What}} {{.Before}} → {{.After}}", pairs...)
}

// Part is a part of an operation or document.
type Part string

// The parts. The zero value is the operation, or the document, itself.
const (
	PartParameter Part = "parameter" // Name is its name, In its place
	PartRequest   Part = "request"   // the request body
	PartResponse  Part = "response"  // Name is the status
	PartHeader    Part = "header"    // of a response: Name is the status, Path begins with the header's name
	PartSecurity  Part = "security"
	PartServers   Part = "servers"
	PartInfo      Part = "info"
	PartSchema    Part = "schema" // of the document's components; Name is its name
)

// Place is where something differs.
type Place struct {
	Part Part   `json:"part,omitempty"`
	Name string `json:"name,omitempty"`
	In   string `json:"in,omitempty"`   // of a parameter: path, query, header, cookie
	Path string `json:"path,omitempty"` // into the schema, such as "items › price"
}

// pathMark stands between the steps of a Place's Path.
const pathMark = " › "

// Into returns the place one step further into p.
func (p Place) Into(step string) Place {
	if p.Path != "" {
		step = p.Path + pathMark + step
	}
	p.Path = step
	return p
}

// Below returns the place that is at within p: their paths in a row.
func (p Place) Below(at Place) Place {
	if at.Path == "" {
		return p
	}
	return p.Into(at.Path)
}

// Message returns the place in words, such as "response 200 › items › price".
func (p Place) Message() domain.Message {
	path := ""
	if p.Path != "" {
		path = pathMark + p.Path
	}
	pairs := []any{"Name", p.Name, "Path", path}
	switch p.Part {
	case PartParameter:
		switch p.In {
		case "path":
			return domain.Msg("drift.at.path", "path parameter {{.Name}}{{.Path}}", pairs...)
		case "query":
			return domain.Msg("drift.at.query", "query parameter {{.Name}}{{.Path}}", pairs...)
		case "header":
			return domain.Msg("drift.at.header", "header parameter {{.Name}}{{.Path}}", pairs...)
		case "cookie":
			return domain.Msg("drift.at.cookie", "cookie parameter {{.Name}}{{.Path}}", pairs...)
		}
		return domain.Msg("drift.at.parameter", "parameter {{.Name}}{{.Path}}", pairs...)
	case PartRequest:
		return domain.Msg("drift.at.request", "request body{{.Path}}", pairs...)
	case PartResponse:
		return domain.Msg("drift.at.response", "response {{.Name}}{{.Path}}", pairs...)
	case PartHeader:
		return domain.Msg("drift.at.response_header", "response {{.Name}} header{{.Path}}", pairs...)
	case PartSecurity:
		return domain.Msg("drift.at.security", "security{{.Path}}", pairs...)
	case PartServers:
		return domain.Msg("drift.at.servers", "servers{{.Path}}", pairs...)
	case PartInfo:
		return domain.Msg("drift.at.info", "about the API{{.Path}}", pairs...)
	case PartSchema:
		return domain.Msg("drift.at.schema", "schema {{.Name}}{{.Path}}", pairs...)
	}
	if p.Path != "" {
		return domain.Msg("drift.at.elsewhere", "{{.Path}}", "Path", p.Path)
	}
	return domain.Msg("drift.at.itself", "itself")
}

// Violation is where a response does not fit the document.
type Violation struct {
	Where   string         `json:"where"` // "status", "header X-Rate-Limit", "body", or a JSON pointer into the body
	Message domain.Message `json:"message"`
}

// Moved returns the operation among candidates that op seems to have become:
// one of the same operationId, else the only one whose method is the same and
// whose path differs in parameters' names, else in a prefix such as /api/v2. False when none is near enough.
func Moved(op Operation, candidates []Operation) (Operation, bool) {
	for _, near := range []func(Operation) bool{
		func(o Operation) bool { return op.OperationID != "" && o.OperationID == op.OperationID },
		func(o Operation) bool { return o.Method == op.Method && shapeOf(o.Path) == shapeOf(op.Path) },
		func(o Operation) bool { return o.Method == op.Method && sameTail(shapeOf(o.Path), shapeOf(op.Path)) },
	} {
		var found []Operation
		for _, o := range candidates {
			if near(o) {
				found = append(found, o)
			}
		}
		if len(found) == 1 {
			return found[0], true
		}
	}
	return Operation{}, false
}

// shapeOf returns a path template with its parameters' names left out.
func shapeOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, p := range parts {
		if open := strings.IndexByte(p, '{'); open >= 0 {
			parts[i] = p[:open] + "{}"
		}
	}
	return strings.Join(parts, "/")
}

// sameTail reports whether two shapes differ only in a prefix such as "api/v2".
func sameTail(a, b string) bool {
	x, y := withoutPrefix(a), withoutPrefix(b)
	return x == y && strings.Trim(x, "{}/") != ""
}

var pathPrefix = regexp.MustCompile(`^(?:(?:api|rest|v\d[\w.]*)/)+`)

func withoutPrefix(shape string) string { return pathPrefix.ReplaceAllString(shape, "") }
