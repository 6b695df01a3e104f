package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"plog.dev/plog/domain"
)

// SetFetched stores what came of fetching s: DocumentID, DocumentURL,
// FetchedAt, CheckedAt and Problem. What a person may have changed of the
// source meanwhile stays. NotFound if it is gone.
func (r *Sources) SetFetched(ctx context.Context, s domain.Source) error {
	problem := ""
	if !s.Problem.IsZero() {
		text, err := json.Marshal(s.Problem)
		if err != nil {
			return fmt.Errorf("write problem of source %s: %w", s.ID, err)
		}
		problem = string(text)
	}
	return r.db.fail(fmt.Sprintf("store fetch of source %s", s.ID), r.base.Set(ctx, r.db.writer, s.ID,
		"document_id = ?, document_url = ?, fetched_at = ?, checked_at = ?, problem = ?",
		string(s.DocumentID), text(s.DocumentURL), at(s.FetchedAt), at(s.CheckedAt), problem))
}
