package sqlite

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

// Rollups keeps what instances reported; it is a metrics.RollupStore.
type Rollups struct {
	db *DB
	// turn is held by the one who writes; it guards dict and add.
	turn chan struct{}
	dict *dictionary
	add  *adder
}

var _ metrics.RollupStore = (*Rollups)(nil)

func newRollups(db *DB) *Rollups {
	return &Rollups{db: db, turn: make(chan struct{}, 1), dict: newDictionary()}
}

// Rollups returns the store of rollups.
func (db *DB) Rollups() *Rollups { return db.rollups }

// Append stores a batch in one transaction; see metrics.RollupStore. When the
// disk is full it returns Unavailable with the key store.full, and nothing of
// the batch is stored.
func (r *Rollups) Append(ctx context.Context, run domain.RunID, batch metrics.Batch) (bool, error) {
	var added bool
	err := r.alone(ctx, func() (err error) {
		added, err = r.append(ctx, run, batch)
		return err
	})
	return added, r.db.fail(fmt.Sprintf("append batch %d of instance %s of run %s", batch.Seq, batch.Instance, run), err)
}

func (r *Rollups) append(ctx context.Context, run domain.RunID, batch metrics.Batch) (bool, error) {
	if r.add == nil {
		add, err := prepareAdder(ctx, r.db.writer)
		if err != nil {
			return false, err
		}
		r.add = add
	}
	w := &batchWriter{add: r.add, known: r.dict.find(run), fresh: map[metrics.Series]int64{}}
	var added bool
	err := r.db.write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
		added, err = w.write(ctx, tx.Tx, run, batch)
		return err
	})
	if brokenReference(err) {
		r.dict.forget(run)
		return false, noRun.Because(err)
	}
	if err != nil {
		return false, err
	}
	r.dict.keep(run, w.run, w.fresh)
	return added, nil
}

// alone carries fn out while nobody else appends or deletes.
func (r *Rollups) alone(ctx context.Context, fn func() error) error {
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-r.turn }()
	return fn()
}

// Delete forgets everything that was reported for a run, in pieces between
// which other runs' batches get their turn; see metrics.RollupStore.
func (r *Rollups) Delete(ctx context.Context, run domain.RunID) error {
	for more := true; more; {
		err := r.alone(ctx, func() error {
			r.dict.forget(run)
			return r.db.write(ctx, func(ctx context.Context, tx bun.Tx) (err error) {
				more, err = deletePiece(ctx, tx.Tx, run)
				return err
			})
		})
		if err != nil {
			return r.db.fail(fmt.Sprintf("delete rollups of run %s", run), err)
		}
	}
	return nil
}

func (r *Rollups) close() error {
	if r.add == nil {
		return nil
	}
	return r.add.close()
}
