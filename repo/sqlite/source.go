package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
)

type sourceRow struct {
	bun.BaseModel `bun:"table:sources,alias:row"`

	ID           string `bun:"id,pk"`
	ProjectID    string
	Kind         string
	Name         string
	URL          string
	DocumentURL  string
	BaseURL      string
	DocumentID   string
	Definition   string
	Headers      string // sealed JSON, empty for none
	RefreshEvery int64  // milliseconds
	Problem      string // JSON, empty for none
	CreatedAt    micros
	UpdatedAt    micros
	FetchedAt    micros
	CheckedAt    micros
}

var noSource = domain.Errorf(domain.NotFound, "store.not_found.source",
	"This API source does not exist, or no longer. Go back to the project.")

// Sources keeps the API sources of projects.
type Sources struct {
	db   *DB
	base repository[domain.SourceID, domain.Source, sourceRow]
}

// Sources returns the repository of sources.
func (db *DB) Sources() *Sources {
	return &Sources{db, repository[domain.SourceID, domain.Source, sourceRow]{
		missing: noSource,
		row:     db.vault.sourceRow,
		value:   db.vault.source,
	}}
}

func (v *vault) sourceRow(s domain.Source) (sourceRow, error) {
	row := sourceRow{
		ID: string(s.ID), ProjectID: string(s.ProjectID), Kind: string(s.Kind), Name: text(s.Name),
		URL: text(s.URL), DocumentURL: text(s.DocumentURL), BaseURL: text(s.BaseURL),
		DocumentID: string(s.DocumentID), Definition: text(s.Definition), RefreshEvery: s.RefreshEvery.Milliseconds(),
		CreatedAt: at(s.CreatedAt), UpdatedAt: at(s.UpdatedAt), FetchedAt: at(s.FetchedAt), CheckedAt: at(s.CheckedAt),
	}
	if len(s.Headers) > 0 {
		headers, err := json.Marshal(s.Headers)
		if err != nil {
			return row, err
		}
		row.Headers = v.seal(string(headers), placeOfHeaders(s.ID))
	}
	if !s.Problem.IsZero() {
		problem, err := json.Marshal(s.Problem)
		if err != nil {
			return row, err
		}
		row.Problem = string(problem)
	}
	return row, nil
}

func (v *vault) source(r sourceRow) (domain.Source, error) {
	s := domain.Source{
		ID: domain.SourceID(r.ID), ProjectID: domain.ProjectID(r.ProjectID), Kind: domain.SourceKind(r.Kind),
		Name: r.Name, URL: r.URL, DocumentURL: r.DocumentURL, BaseURL: r.BaseURL,
		DocumentID: domain.DocumentID(r.DocumentID), Definition: r.Definition,
		RefreshEvery: time.Duration(r.RefreshEvery) * time.Millisecond,
		CreatedAt:    r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(), FetchedAt: r.FetchedAt.time(), CheckedAt: r.CheckedAt.time(),
	}
	if r.Headers != "" {
		headers, err := v.open(r.Headers, placeOfHeaders(s.ID))
		if err != nil {
			return s, fmt.Errorf("headers of source %s: %w", s.ID, err)
		}
		if err := json.Unmarshal([]byte(headers), &s.Headers); err != nil {
			return s, fmt.Errorf("headers of source %s: %w", s.ID, err)
		}
	}
	if r.Problem != "" {
		if err := json.Unmarshal([]byte(r.Problem), &s.Problem); err != nil {
			return s, fmt.Errorf("problem of source %s: %w", s.ID, err)
		}
	}
	return s, nil
}

// placeOfHeaders binds sealed headers to their source.
func placeOfHeaders(id domain.SourceID) string { return "source headers " + string(id) }

// Create stores s; it sets the ID and the times of creation and update that are
// empty. NotFound if the project is gone.
func (r *Sources) Create(ctx context.Context, s *domain.Source) error {
	stamp(&s.ID, &s.CreatedAt, &s.UpdatedAt)
	s.FetchedAt, s.CheckedAt = stored(s.FetchedAt), stored(s.CheckedAt)
	err := r.base.Create(ctx, r.db.writer, *s)
	if brokenReference(err) {
		err = noProject.Because(err)
	}
	return r.db.fail("create source", err)
}

// Get returns a source; NotFound if there is none.
func (r *Sources) Get(ctx context.Context, id domain.SourceID) (domain.Source, error) {
	s, err := r.base.Get(ctx, r.db.reader, id)
	return s, r.db.fail(fmt.Sprintf("get source %s", id), err)
}

// ListByProject returns a project's sources, oldest first.
func (r *Sources) ListByProject(ctx context.Context, project domain.ProjectID) ([]domain.Source, error) {
	all, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("project_id = ?", string(project)).Order("created_at", "id")
	})
	return all, r.db.fail(fmt.Sprintf("list sources of project %s", project), err)
}

// List returns all sources, oldest first.
func (r *Sources) List(ctx context.Context) ([]domain.Source, error) {
	all, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Order("created_at", "id") })
	return all, r.db.fail("list sources", err)
}

// Update stores s as it is now and sets its UpdatedAt; NotFound if it is gone.
func (r *Sources) Update(ctx context.Context, s *domain.Source) error {
	s.UpdatedAt, s.FetchedAt, s.CheckedAt = stored(time.Now()), stored(s.FetchedAt), stored(s.CheckedAt)
	return r.db.fail(fmt.Sprintf("update source %s", s.ID), r.base.Update(ctx, r.db.writer, *s))
}

// Delete removes a source with its documents; plans made of it stay. NotFound
// if it is gone.
func (r *Sources) Delete(ctx context.Context, id domain.SourceID) error {
	return r.db.fail(fmt.Sprintf("delete source %s", id), r.base.Delete(ctx, r.db.writer, id))
}
