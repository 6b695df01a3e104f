package sqlite

import (
	"context"
	"database/sql"

	"plog.dev/plog/domain"
)

// A piece holds the writing connection for a fraction of a second.
const (
	batchesPerPiece = 500
	rollupsPerPiece = 20_000
)

// deletePiece deletes some of a run's oldest batches, or what is beside them
// when there are none left. It reports whether there is more.
func deletePiece(ctx context.Context, tx *sql.Tx, run domain.RunID) (bool, error) {
	spans, err := someSpans(ctx, tx, run)
	if err != nil {
		return false, err
	}
	const ofRun = "run = (SELECT seq FROM runs WHERE id = ?)"
	if len(spans) == 0 {
		for _, rest := range []string{"DELETE FROM logs WHERE " + ofRun, "DELETE FROM series WHERE " + ofRun} {
			if _, err := tx.ExecContext(ctx, rest, string(run)); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	for _, s := range spans {
		if _, err := tx.ExecContext(ctx, "DELETE FROM rollups WHERE id >= ? AND id < ?", s.rollup, s.rollup+s.rollups); err != nil {
			return false, err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM logs WHERE id >= ? AND id < ?", s.log, s.log+s.logs); err != nil {
			return false, err
		}
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM batches WHERE "+ofRun+" AND id <= ?", string(run), spans[len(spans)-1].batch)
	return true, err
}

// span says which rollups and log lines a batch has.
type span struct{ batch, rollup, rollups, log, logs int64 }

func someSpans(ctx context.Context, tx *sql.Tx, run domain.RunID) (spans []span, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT b.id, b.first_rollup, b.rollups, b.first_log, b.logs
		FROM batches b JOIN runs r ON r.seq = b.run WHERE r.id = ? ORDER BY b.id LIMIT ?`, string(run), batchesPerPiece)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(rows, err) }()
	var total int64
	for total < rollupsPerPiece && rows.Next() {
		var s span
		if err := rows.Scan(&s.batch, &s.rollup, &s.rollups, &s.log, &s.logs); err != nil {
			return nil, err
		}
		spans = append(spans, s)
		total += s.rollups + s.logs
	}
	return spans, rows.Err()
}
