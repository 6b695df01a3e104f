package openapi

import "plog.dev/plog/domain"

// Diff is what changed from one version of a document to the next, by
// operation, so that a person can see what it means for their tests.
type Diff struct {
	Operations []OperationDiff `json:"operations,omitempty"` // added, removed and changed ones
	Document   []Change        `json:"document,omitempty"`   // what belongs to no operation: servers, info, security, schemas that nothing uses
}

// IsZero reports whether nothing changed.
func (d Diff) IsZero() bool { return len(d.Operations) == 0 && len(d.Document) == 0 }

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
	Changes  []Change `json:"changes,omitempty"`  // of a changed one
}

// Change is one thing that differs.
type Change struct {
	Where    string   `json:"where"` // readable: "query parameter limit", "request body › name", "response 200 › items › price"
	What     string   `json:"what"`  // the property that differs, by the specification's word: "required", "type", "maximum"
	Kind     DiffKind `json:"kind"`
	Before   string   `json:"before,omitempty"`
	After    string   `json:"after,omitempty"`
	Breaking bool     `json:"breaking,omitempty"`
}

// Violation is where a response does not fit the document.
type Violation struct {
	Where   string         `json:"where"` // "status", "header X-Rate-Limit", or a JSON pointer into the body
	Message domain.Message `json:"message"`
}
