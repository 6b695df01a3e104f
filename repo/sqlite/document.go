package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
)

type documentRow struct {
	bun.BaseModel `bun:"table:documents,alias:row"`

	ID        string `bun:"id,pk"`
	SourceID  string
	SHA256    string `bun:"sha256"`
	Title     string
	Version   string
	OpenAPI   string `bun:"openapi"`
	Strategy  string
	Seen      int64
	CreatedAt micros
}

var noDocument = domain.Errorf(domain.NotFound, "store.not_found.document",
	"This version of the API document does not exist, or no longer. Fetch the source again.")

// Documents keeps the versions of sources' documents.
type Documents struct {
	db   *DB
	base repository[domain.DocumentID, domain.Document, documentRow]
}

// Documents returns the repository of documents.
func (db *DB) Documents() *Documents {
	return &Documents{db, repository[domain.DocumentID, domain.Document, documentRow]{
		missing: noDocument,
		row: func(d domain.Document) (documentRow, error) {
			return documentRow{
				ID: string(d.ID), SourceID: string(d.SourceID), SHA256: d.SHA256, Title: text(d.Title),
				Version: text(d.Version), OpenAPI: text(d.OpenAPI), Strategy: text(d.Strategy), CreatedAt: at(d.CreatedAt),
			}, nil
		},
		value: func(r documentRow) (domain.Document, error) {
			return domain.Document{
				ID: domain.DocumentID(r.ID), SourceID: domain.SourceID(r.SourceID), SHA256: r.SHA256, Title: r.Title,
				Version: r.Version, OpenAPI: r.OpenAPI, Strategy: r.Strategy, CreatedAt: r.CreatedAt.time(),
			}, nil
		},
	}}
}

// Create stores d, and sets its ID and time if they are empty and its SHA256.
// When the source has a document of the same bytes already, nothing is stored
// twice: d.ID and d.CreatedAt become the existing one's, and it is the Latest
// again. NotFound if the source is gone.
func (r *Documents) Create(ctx context.Context, d *domain.Document) error {
	sum := sha256.Sum256(d.Raw)
	d.SHA256 = hex.EncodeToString(sum[:])
	stamp(&d.ID, &d.CreatedAt)
	body, err := deflate(d.Raw)
	if err != nil {
		return fmt.Errorf("create document: %w", err)
	}
	err = r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error { return r.create(ctx, tx, d, body) })
	if brokenReference(err) {
		err = noSource.Because(err)
	}
	return r.db.fail("create document", err)
}

func (r *Documents) create(ctx context.Context, tx bun.Tx, d *domain.Document, body []byte) error {
	known, err := r.base.List(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("source_id = ? AND sha256 = ?", string(d.SourceID), d.SHA256)
	})
	if err != nil {
		return err
	}
	if len(known) > 0 {
		d.ID, d.CreatedAt = known[0].ID, known[0].CreatedAt
	} else {
		if err := r.base.Create(ctx, tx, *d); err != nil {
			return err
		}
		// Bound, not written into the statement: documents are large.
		if _, err := tx.Tx.ExecContext(ctx, "INSERT INTO document_bodies (id, body) VALUES (?, ?)", string(d.ID), body); err != nil {
			return err
		}
	}
	return r.base.Set(ctx, tx, d.ID, "seen = 1 + (SELECT max(seen) FROM documents WHERE source_id = ?)", string(d.SourceID))
}

// Get returns a document with its bytes; NotFound if there is none.
func (r *Documents) Get(ctx context.Context, id domain.DocumentID) (domain.Document, error) {
	d, err := r.base.Get(ctx, r.db.reader, id)
	if err == nil {
		d.Raw, err = r.raw(ctx, id)
	}
	return d, r.db.fail(fmt.Sprintf("get document %s", id), err)
}

// Latest returns the document of a source that was fetched last, with its
// bytes; NotFound if there is none.
func (r *Documents) Latest(ctx context.Context, source domain.SourceID) (domain.Document, error) {
	d, err := r.base.First(ctx, r.db.reader, newestOf(source))
	if err == nil {
		d.Raw, err = r.raw(ctx, d.ID)
	}
	return d, r.db.fail(fmt.Sprintf("get the latest document of source %s", source), err)
}

// ListBySource returns a source's documents without their bytes, the one that
// was fetched last first.
func (r *Documents) ListBySource(ctx context.Context, source domain.SourceID) ([]domain.Document, error) {
	all, err := r.base.List(ctx, r.db.reader, newestOf(source))
	return all, r.db.fail(fmt.Sprintf("list documents of source %s", source), err)
}

func newestOf(source domain.SourceID) narrow {
	return func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("source_id = ?", string(source)).Order("seen DESC")
	}
}

func (r *Documents) raw(ctx context.Context, id domain.DocumentID) ([]byte, error) {
	var body []byte
	if err := r.db.reader.DB.QueryRowContext(ctx, "SELECT body FROM document_bodies WHERE id = ?", string(id)).Scan(&body); err != nil {
		return nil, err
	}
	return inflate(body)
}
