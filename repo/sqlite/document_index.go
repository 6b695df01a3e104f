package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// Index returns what lists show of a document; NotFound if that was not stored
// yet, or in an older format.
func (r *Documents) Index(ctx context.Context, id domain.DocumentID) (openapi.Index, error) {
	x, err := r.index(ctx, id)
	return x, r.db.fail(fmt.Sprintf("get index of document %s", id), err)
}

func (r *Documents) index(ctx context.Context, id domain.DocumentID) (x openapi.Index, err error) {
	var body []byte
	err = r.db.reader.DB.QueryRowContext(ctx,
		"SELECT body FROM document_indexes WHERE id = ? AND format = ?", string(id), openapi.IndexFormat).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return x, noDocument
	}
	if err != nil {
		return x, err
	}
	written, err := inflate(body)
	if err != nil {
		return x, err
	}
	if err := json.Unmarshal(written, &x); err != nil {
		return x, fmt.Errorf("stored index: %w", err)
	}
	return x, nil
}

// PutIndex stores what lists show of a document, in place of what was stored
// before; NotFound if the document is gone.
func (r *Documents) PutIndex(ctx context.Context, id domain.DocumentID, x openapi.Index) error {
	written, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("write index of document %s: %w", id, err)
	}
	body, err := deflate(written)
	if err != nil {
		return fmt.Errorf("write index of document %s: %w", id, err)
	}
	err = r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.Tx.ExecContext(ctx, "INSERT INTO document_indexes (id, format, body) VALUES (?, ?, ?) "+
			"ON CONFLICT (id) DO UPDATE SET format = excluded.format, body = excluded.body", string(id), openapi.IndexFormat, body)
		return err
	})
	if brokenReference(err) {
		err = noDocument.Because(err)
	}
	return r.db.fail(fmt.Sprintf("store index of document %s", id), err)
}
