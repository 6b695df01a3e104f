package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

var noChange = domain.Errorf(domain.NotFound, "drift.not_yet",
	"What changed between these two versions was not worked out yet. Try again in a moment.")

// Changes keeps what changed between two versions of documents. They go with
// either of their documents.
type Changes struct{ db *DB }

// Changes returns the repository of changes.
func (db *DB) Changes() *Changes { return &Changes{db} }

// Get returns what changed from the document before to the document after;
// NotFound when that is not kept.
func (r *Changes) Get(ctx context.Context, before, after domain.DocumentID) (openapi.Diff, error) {
	d, err := r.get(ctx, before, after)
	return d, r.db.fail(fmt.Sprintf("get changes from document %s to %s", before, after), err)
}

func (r *Changes) get(ctx context.Context, before, after domain.DocumentID) (openapi.Diff, error) {
	var body []byte
	err := r.db.reader.DB.QueryRowContext(ctx,
		"SELECT body FROM document_changes WHERE old_id = ? AND new_id = ?", string(before), string(after)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return openapi.Diff{}, noChange
	}
	if err != nil {
		return openapi.Diff{}, err
	}
	text, err := inflate(body)
	if err != nil {
		return openapi.Diff{}, err
	}
	var d openapi.Diff
	if err := json.Unmarshal(text, &d); err != nil {
		return openapi.Diff{}, fmt.Errorf("stored changes: %w", err)
	}
	return d, nil
}

// Put keeps what changed from the document before to the document after, in
// place of what was kept of them. NotFound if one of them is gone.
func (r *Changes) Put(ctx context.Context, before, after domain.DocumentID, d openapi.Diff) error {
	err := r.put(ctx, before, after, d)
	if brokenReference(err) {
		err = noDocument.Because(err)
	}
	return r.db.fail(fmt.Sprintf("keep changes from document %s to %s", before, after), err)
}

func (r *Changes) put(ctx context.Context, before, after domain.DocumentID, d openapi.Diff) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write changes: %w", err)
	}
	body, err := deflate(text)
	if err != nil {
		return err
	}
	_, err = r.db.writer.DB.ExecContext(ctx,
		"INSERT OR REPLACE INTO document_changes (old_id, new_id, body, created_at) VALUES (?, ?, ?, ?)",
		string(before), string(after), body, at(time.Now()))
	return err
}
