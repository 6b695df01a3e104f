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
	IndexStore
	Create(ctx context.Context, d *domain.Document) error                                // the same bytes again get the id they have
	Get(ctx context.Context, id domain.DocumentID) (domain.Document, error)              // NotFound
	Latest(ctx context.Context, source domain.SourceID) (domain.Document, error)         // NotFound
	ListBySource(ctx context.Context, source domain.SourceID) ([]domain.Document, error) // without their bytes, the one that was fetched last first
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

// FetchRequest says what a Finder is to find.
type FetchRequest struct {
	Target     string               // the address of a document, of a docs page, or of a host
	Definition string               // the name of one of several documents; "" is the page's own choice
	Headers    []domain.FetchHeader // for the origin of Target and no other; secrets
}

// Upload is what a person hands over: a document, or an archive of one or more.
type Upload struct {
	Name       string // of the file, "" for pasted text
	Data       []byte
	Definition string // the file to read of an archive with several documents; "" is the first
}

// Found is a document that a Finder found.
type Found struct {
	Document    openapi.Document
	Raw         []byte // one document even where it was in several files
	DocumentURL string // where it was; empty for a file, or as a part of a page
	PageURL     string // the docs page it was found through; empty if none
	Strategy    string
	Definition  string       // the name of the one taken; "" where it has none
	Definitions []Definition // all documents that were offered together, the page's own choice first
	Tried       []Attempt    // every place that was looked at, in order; also beside an error
}

// Definition is one of several documents behind a page or in an archive.
type Definition struct {
	Name       string // what a request chooses it by
	URL        string // empty when it is part of the page, or a file
	Inline     bool   // part of the page itself
	Operations *int   // nil while it was not read
}

// Attempt is one place that was looked at.
type Attempt struct {
	Strategy string
	URL      string         // empty for a document that is part of a page
	Problem  domain.Message // why there was no document; zero where there was
}

// FolderFile is a document of the documents folder.
type FolderFile struct {
	Path    string // below the folder, with slashes
	Title   string
	Version string // the API's own
	OpenAPI string // the specification's version
	Bytes   int64
}

// Finder finds OpenAPI documents. Its errors say what was tried; Invalid and
// Forbidden ones are shown beside the field. Found.Tried is filled in beside
// an error, too.
type Finder interface {
	Find(ctx context.Context, req FetchRequest) (Found, error)
	Read(ctx context.Context, file Upload) (Found, error)
	// Folder lists the documents folder; none when there is no such folder.
	Folder(ctx context.Context) ([]FolderFile, error)
	FromFolder(ctx context.Context, path string) (Found, error) // NotFound
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
