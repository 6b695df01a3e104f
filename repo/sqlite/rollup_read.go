package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

// Batches are read in pages, so that a long replay holds neither much memory
// nor a connection while its reader works.
const (
	batchesPerPage = 200
	rollupsPerPage = 5_000
)

// Batches replays a run's batches in the order they were stored, those stored
// meanwhile too; see metrics.RollupStore.
func (r *Rollups) Batches(ctx context.Context, run domain.RunID) iter.Seq2[metrics.Batch, error] {
	return func(yield func(metrics.Batch, error) bool) {
		names := seriesNames{}
		for after := int64(0); ; {
			page, last, err := r.page(ctx, run, after, names)
			if err != nil {
				yield(metrics.Batch{}, r.db.fail(fmt.Sprintf("read batches of run %s", run), err))
				return
			}
			if len(page) == 0 {
				return
			}
			for _, b := range page {
				if !yield(b, nil) {
					return
				}
			}
			after = last
		}
	}
}

// page returns the batches that follow the batch number after, and the last
// one's number, as of one moment.
func (r *Rollups) page(ctx context.Context, run domain.RunID, after int64, names seriesNames) (page []metrics.Batch, last int64, err error) {
	tx, err := r.db.reader.DB.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	spans, page, err := readBatches(ctx, tx, run, after)
	if err != nil || len(spans) == 0 {
		return nil, 0, err
	}
	for i, s := range spans {
		b := &page[i]
		if b.Rollups, err = readRollups(ctx, tx, names, s.rollups, "r.id >= ? AND r.id < ? ORDER BY r.id", s.rollup, s.rollup+s.rollups); err != nil {
			return nil, 0, err
		}
		if b.Logs, err = readLogs(ctx, tx, s.logs, "id >= ? AND id < ? ORDER BY id", s.log, s.log+s.logs); err != nil {
			return nil, 0, err
		}
	}
	return page, spans[len(spans)-1].batch, nil
}

func readBatches(ctx context.Context, tx *sql.Tx, run domain.RunID, after int64) (spans []span, batches []metrics.Batch, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT b.id, b.first_rollup, b.rollups, b.first_log, b.logs,
			b.instance, b.seq, b.sent_at, b.heartbeat, b.samples, b.final
		FROM batches b JOIN runs r ON r.seq = b.run WHERE r.id = ? AND b.id > ? ORDER BY b.id LIMIT ?`, string(run), after, batchesPerPage)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = closing(rows, err) }()
	for total := int64(0); total < rollupsPerPage && rows.Next(); {
		var (
			s                  span
			b                  metrics.Batch
			seq                int64
			sent               micros
			heartbeat, samples sql.NullString
		)
		if err := rows.Scan(&s.batch, &s.rollup, &s.rollups, &s.log, &s.logs,
			&b.Instance, &seq, &sent, &heartbeat, &samples, &b.Final); err != nil {
			return nil, nil, err
		}
		b.Seq, b.SentAt = uint64(seq), sent.time()
		if err := errors.Join(readJSON(heartbeat, &b.Heartbeat), readJSON(samples, &b.Samples)); err != nil {
			return nil, nil, fmt.Errorf("batch %d of %s: %w", b.Seq, b.Instance, err)
		}
		spans, batches, total = append(spans, s), append(batches, b), total+s.rollups+s.logs
	}
	return spans, batches, rows.Err()
}

// Series returns the rollups that q asks for, by second, and within one in the
// order they were stored; see metrics.RollupStore.
func (r *Rollups) Series(ctx context.Context, run domain.RunID, q metrics.Query) ([]metrics.Rollup, error) {
	where, args := "s.run = (SELECT seq FROM runs WHERE id = ?)", []any{string(run)}
	for _, limit := range []struct {
		column, value string
	}{{"metric", q.Metric}, {"name", q.Name}, {"scenario", q.Scenario}} {
		if limit.value != "" {
			where, args = where+" AND s."+limit.column+" = ?", append(args, limit.value)
		}
	}
	until := q.To
	if until == 0 {
		until = math.MaxInt64
	}
	where, args = where+" AND r.second >= ? AND r.second < ?", append(args, q.From, until)
	rollups, err := readRollups(ctx, r.db.reader.DB, seriesNames{}, 0, where+" ORDER BY r.second, r.id", args...)
	return rollups, r.db.fail(fmt.Sprintf("read series of run %s", run), err)
}

// Logs returns a run's last log lines by their time; see metrics.RollupStore.
func (r *Rollups) Logs(ctx context.Context, run domain.RunID, limit int) ([]metrics.LogLine, error) {
	if limit <= 0 {
		limit = -1 // SQLite's word for all
	}
	lines, err := readLogs(ctx, r.db.reader.DB, 0,
		"run = (SELECT seq FROM runs WHERE id = ?) ORDER BY at DESC, id DESC LIMIT ?", string(run), limit)
	slices.Reverse(lines)
	return lines, r.db.fail(fmt.Sprintf("read logs of run %s", run), err)
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// readRollups expects about size rows; where is written by this package alone.
func readRollups(ctx context.Context, db querier, names seriesNames, size int64, where string, args ...any) (rollups []metrics.Rollup, err error) {
	rows, err := db.QueryContext(ctx, `SELECT r.series, s.tags, b.instance, r.second, r.kind, r.time, r.count, r.failed,
			r.sum, r.min, r.max, r.last, r.hist, r.phases
		FROM rollups r JOIN series s ON s.id = r.series JOIN batches b ON b.id = r.batch WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(rows, err) }()
	rollups = slices.Grow(rollups, int(size))
	for rows.Next() {
		var (
			m             metrics.Rollup
			series        int64
			tags, phases  sql.RawBytes
			count, failed int64
		)
		if err := rows.Scan(&series, &tags, &m.Instance, &m.Second, &m.Kind, &m.Time, &count, &failed,
			&m.Sum, &m.Min, &m.Max, &m.Last, &m.Hist, &phases); err != nil {
			return nil, err
		}
		m.Count, m.Failed, m.Phases = uint64(count), uint64(failed), unpackPhases(phases)
		if m.Series, err = names.of(series, tags); err != nil {
			return nil, err
		}
		rollups = append(rollups, m)
	}
	return rollups, rows.Err()
}

// seriesNames are the series that were read so far, by their numbers.
type seriesNames map[int64]metrics.Series

func (names seriesNames) of(id int64, tags []byte) (metrics.Series, error) {
	s, ok := names[id]
	if !ok {
		if err := json.Unmarshal(tags, &s); err != nil {
			return s, fmt.Errorf("stored series %d: %w", id, err)
		}
		names[id] = s
	}
	return s, nil
}

func readLogs(ctx context.Context, db querier, size int64, where string, args ...any) (lines []metrics.LogLine, err error) {
	rows, err := db.QueryContext(ctx, "SELECT at, level, text FROM logs WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(rows, err) }()
	lines = slices.Grow(lines, int(size))
	for rows.Next() {
		var (
			l    metrics.LogLine
			when micros
		)
		if err := rows.Scan(&when, &l.Level, &l.Text); err != nil {
			return nil, err
		}
		l.At = when.time()
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

func readJSON(text sql.NullString, into any) error {
	if !text.Valid {
		return nil
	}
	return json.Unmarshal([]byte(text.String), into)
}

func closing(rows *sql.Rows, err error) error { return errors.Join(err, rows.Close()) }
