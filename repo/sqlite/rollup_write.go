package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

// adder holds the prepared statements of Append.
type adder struct{ run, next, batch, find, series, rollup, log *sql.Stmt }

func prepareAdder(ctx context.Context, db *bun.DB) (*adder, error) {
	a := &adder{}
	for _, s := range []struct {
		into  **sql.Stmt
		query string
	}{
		{&a.run, `SELECT seq FROM runs WHERE id = ?`},
		{&a.next, `SELECT (SELECT coalesce(max(id), 0) + 1 FROM rollups), (SELECT coalesce(max(id), 0) + 1 FROM logs)`},
		{&a.batch, `INSERT INTO batches (run, instance, seq, sent_at, heartbeat, samples, final, first_rollup, rollups, first_log, logs)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run, instance, seq) DO NOTHING`},
		{&a.find, `SELECT id FROM series WHERE run = ? AND tags = ?`},
		{&a.series, `INSERT INTO series (run, metric, scenario, name, tags) VALUES (?, ?, ?, ?, ?)`},
		{&a.rollup, `INSERT INTO rollups (id, batch, series, second, kind, time, count, failed, sum, min, max, last, hist, phases)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&a.log, `INSERT INTO logs (id, run, at, level, text) VALUES (?, ?, ?, ?, ?)`},
	} {
		stmt, err := db.DB.PrepareContext(ctx, s.query) //nolint:sqlclosecheck // close does it
		if err != nil {
			return nil, errors.Join(err, a.close())
		}
		*s.into = stmt
	}
	return a, nil
}

func (a *adder) close() error {
	var errs []error
	for _, s := range []*sql.Stmt{a.run, a.next, a.batch, a.find, a.series, a.rollup, a.log} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

// batchWriter writes one batch in one transaction.
type batchWriter struct {
	add   *adder
	known *entry                   // what earlier batches of the run left; nil for none
	run   int64                    // the run's number
	fresh map[metrics.Series]int64 // series looked up or stored by this batch
}

// write reports false, and changes nothing, when the batch is stored already.
func (w *batchWriter) write(ctx context.Context, tx *sql.Tx, run domain.RunID, b metrics.Batch) (bool, error) {
	if err := w.number(ctx, tx, run); err != nil {
		return false, err
	}
	var firstRollup, firstLog int64
	next := within(ctx, tx, w.add.next)
	if err := next.QueryRowContext(ctx).Scan(&firstRollup, &firstLog); err != nil {
		return false, err
	}
	heartbeat, err := optionalJSON(b.Heartbeat, b.Heartbeat != nil)
	if err != nil {
		return false, err
	}
	samples, err := optionalJSON(b.Samples, len(b.Samples) > 0)
	if err != nil {
		return false, err
	}
	insert := within(ctx, tx, w.add.batch)
	result, err := insert.ExecContext(ctx, w.run, b.Instance, int64(b.Seq), at(b.SentAt),
		heartbeat, samples, b.Final, firstRollup, len(b.Rollups), firstLog, len(b.Logs))
	if err != nil {
		return false, err
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	batch, err := result.LastInsertId()
	if err != nil {
		return false, err
	}
	if err := w.rollups(ctx, tx, batch, firstRollup, b.Rollups); err != nil {
		return false, err
	}
	return true, w.logs(ctx, tx, firstLog, b.Logs)
}

func (w *batchWriter) number(ctx context.Context, tx *sql.Tx, run domain.RunID) error {
	if w.known != nil {
		w.run = w.known.run
		return nil
	}
	find := within(ctx, tx, w.add.run)
	err := find.QueryRowContext(ctx, string(run)).Scan(&w.run)
	if errors.Is(err, sql.ErrNoRows) {
		return noRun
	}
	return err
}

func (w *batchWriter) rollups(ctx context.Context, tx *sql.Tx, batch, id int64, rollups []metrics.Rollup) error {
	insert := within(ctx, tx, w.add.rollup)
	for _, r := range rollups {
		series, err := w.series(ctx, tx, r.Series)
		if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, id, batch, series, r.Second, string(r.Kind), r.Time, int64(r.Count), int64(r.Failed),
			r.Sum, r.Min, r.Max, r.Last, r.Hist, packPhases(r.Phases)); err != nil {
			return err
		}
		id++
	}
	return nil
}

func (w *batchWriter) series(ctx context.Context, tx *sql.Tx, s metrics.Series) (int64, error) {
	if w.known != nil {
		if id, ok := w.known.series[s]; ok {
			return id, nil
		}
	}
	if id, ok := w.fresh[s]; ok {
		return id, nil
	}
	id, err := w.storeSeries(ctx, tx, s)
	if err == nil {
		w.fresh[s] = id
	}
	return id, err
}

func (w *batchWriter) storeSeries(ctx context.Context, tx *sql.Tx, s metrics.Series) (int64, error) {
	tags, err := toJSON(s)
	if err != nil {
		return 0, err
	}
	var id int64
	err = within(ctx, tx, w.add.find).QueryRowContext(ctx, w.run, tags).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	result, err := within(ctx, tx, w.add.series).ExecContext(ctx, w.run, s.Metric, s.Scenario, s.Name, tags)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func (w *batchWriter) logs(ctx context.Context, tx *sql.Tx, id int64, lines []metrics.LogLine) error {
	insert := within(ctx, tx, w.add.log)
	for _, l := range lines {
		if _, err := insert.ExecContext(ctx, id, w.run, at(l.At), l.Level, l.Text); err != nil {
			return err
		}
		id++
	}
	return nil
}

// statement is a prepared statement that is not for its user to close.
type statement interface {
	ExecContext(ctx context.Context, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, args ...any) *sql.Row
}

// within returns a prepared statement as one of tx, whose end closes it.
func within(ctx context.Context, tx *sql.Tx, stmt *sql.Stmt) statement {
	return tx.StmtContext(ctx, stmt)
}

// optionalJSON returns NULL for what is absent.
func optionalJSON(v any, present bool) (sql.NullString, error) {
	if !present {
		return sql.NullString{}, nil
	}
	b, err := json.Marshal(v)
	return sql.NullString{String: string(b), Valid: true}, err
}

const phasesSize = 6 * 8

func packPhases(p *metrics.Phases) []byte {
	if p == nil {
		return nil
	}
	b := make([]byte, 0, phasesSize)
	for _, f := range [...]float64{p.Blocked, p.Connecting, p.TLS, p.Sending, p.Waiting, p.Receiving} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	return b
}

func unpackPhases(b []byte) *metrics.Phases {
	if len(b) != phasesSize {
		return nil
	}
	at := func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])) }
	return &metrics.Phases{Blocked: at(0), Connecting: at(1), TLS: at(2), Sending: at(3), Waiting: at(4), Receiving: at(5)}
}
