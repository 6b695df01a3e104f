// Package domain holds what every layer of PLOG talks about: identities,
// errors, messages, projects and users. It does no I/O and knows no adapter.
package domain

import "github.com/google/uuid"

// Identities are types, so that a plan's id is never passed where a run's is meant.
type (
	// ProjectID identifies a Project.
	ProjectID string
	// SourceID identifies a Source.
	SourceID string
	// DocumentID identifies one stored version of a source's OpenAPI document.
	DocumentID string
	// PlanID identifies a plan through all of its versions.
	PlanID string
	// RunID identifies a run.
	RunID string
	// UserID identifies a User.
	UserID string
)

// NewID returns a new time-ordered identity (UUID version 7).
func NewID[T ~string]() T { return T(uuid.Must(uuid.NewV7()).String()) }
