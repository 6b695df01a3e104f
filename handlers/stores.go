// Package handlers answers requests: one struct per resource, one action per
// file. Handlers return errors; web maps them to answers in one place.
package handlers

import (
	"context"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// ProjectStore keeps projects.
type ProjectStore interface {
	Create(ctx context.Context, p *domain.Project) error
	Get(ctx context.Context, id domain.ProjectID) (domain.Project, error) // NotFound
	List(ctx context.Context) ([]domain.Project, error)
	Update(ctx context.Context, p *domain.Project) error
	Delete(ctx context.Context, id domain.ProjectID) error // Conflict while a run is active
}

// SourceStore keeps where projects' documents come from.
type SourceStore interface {
	Create(ctx context.Context, s *domain.Source) error
	Get(ctx context.Context, id domain.SourceID) (domain.Source, error) // NotFound
	ListByProject(ctx context.Context, id domain.ProjectID) ([]domain.Source, error)
	Update(ctx context.Context, s *domain.Source) error
	Delete(ctx context.Context, id domain.SourceID) error
}

// DocumentStore keeps versions of documents.
type DocumentStore interface {
	Create(ctx context.Context, d *domain.Document) error                        // the same bytes again get the id they have
	Get(ctx context.Context, id domain.DocumentID) (domain.Document, error)      // NotFound
	Latest(ctx context.Context, source domain.SourceID) (domain.Document, error) // NotFound
}

// PlanStore keeps plans.
type PlanStore interface {
	Save(ctx context.Context, p *loadtest.Plan) error                 // Conflict when someone saved meanwhile
	Get(ctx context.Context, id domain.PlanID) (loadtest.Plan, error) // NotFound
	ListByProject(ctx context.Context, id domain.ProjectID) ([]loadtest.Plan, error)
	Delete(ctx context.Context, id domain.PlanID) error
}

// RunLister lists runs, newest first.
type RunLister interface {
	List(ctx context.Context, f loadtest.RunFilter) ([]loadtest.Run, error)
}

// UserStore keeps who may sign in.
type UserStore interface {
	Create(ctx context.Context, u *domain.User) error
	Get(ctx context.Context, id domain.UserID) (domain.User, error) // NotFound
	List(ctx context.Context) ([]domain.User, error)
}

// SessionStore keeps signed-in browsers.
type SessionStore interface {
	Create(ctx context.Context, s domain.Session) error
	Get(ctx context.Context, tokenSHA256 string) (domain.Session, error) // NotFound, also when expired
	Delete(ctx context.Context, tokenSHA256 string) error
}

// SettingStore keeps an installation's settings by key.
type SettingStore interface {
	Get(ctx context.Context, key string) (string, error) // NotFound
	Set(ctx context.Context, key, value string) error
}

// Found is a document that a Finder found.
type Found struct {
	Document    openapi.Document
	Raw         []byte
	DocumentURL string // where it was; empty for a file
	Strategy    string
}

// Finder finds OpenAPI documents. Its errors say what was tried; Invalid and
// Forbidden ones are shown beside the field.
type Finder interface {
	Find(ctx context.Context, target string) (Found, error)
}

// RunRequest asks for a run.
type RunRequest struct {
	Plan     loadtest.Plan // its secrets in clear
	Document string        // the API document's title and version
	Key      string        // requests with the same one are one; "" is none
}

// Starter starts runs.
type Starter interface {
	// Start queues a run and returns it at once; the run that the same key
	// started before, if there is one. Invalid with fields, Forbidden for a
	// target that may not be loaded, Conflict while the plan has an active run.
	Start(ctx context.Context, req RunRequest) (loadtest.Run, error)
}
