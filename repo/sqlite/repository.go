package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
)

// repository is what every aggregate's repository is built on: rows of type R,
// with the primary key "id", that hold values of type T. Its methods take the
// connection or transaction they work in.
type repository[ID ~string, T, R any] struct {
	missing *domain.Error // what NotFound says
	row     func(T) (R, error)
	value   func(R) (T, error)
}

// narrow limits and orders what a List selects.
type narrow func(*bun.SelectQuery) *bun.SelectQuery

// Get returns NotFound if there is no such row.
func (r repository[ID, T, R]) Get(ctx context.Context, db bun.IDB, id ID) (T, error) {
	return r.First(ctx, db, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("id = ?", string(id)) })
}

// First returns the first of a List; NotFound if it is empty.
func (r repository[ID, T, R]) First(ctx context.Context, db bun.IDB, by narrow) (T, error) {
	var (
		none T
		row  R
	)
	err := by(db.NewSelect().Model(&row)).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return none, r.missing
	}
	if err != nil {
		return none, err
	}
	return r.value(row)
}

func (r repository[ID, T, R]) List(ctx context.Context, db bun.IDB, by narrow) ([]T, error) {
	var rows []R
	if err := by(db.NewSelect().Model(&rows)).Scan(ctx); err != nil {
		return nil, err
	}
	values := make([]T, 0, len(rows))
	for _, row := range rows {
		value, err := r.value(row)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func (r repository[ID, T, R]) Create(ctx context.Context, db bun.IDB, value T) error {
	row, err := r.row(value)
	if err != nil {
		return err
	}
	_, err = db.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Update writes everything but created_at; NotFound if there is no such row.
func (r repository[ID, T, R]) Update(ctx context.Context, db bun.IDB, value T) error {
	row, err := r.row(value)
	if err != nil {
		return err
	}
	result, err := db.NewUpdate().Model(&row).ExcludeColumn("created_at").WherePK().Exec(ctx)
	return r.hit(result, err)
}

// Set writes single columns; NotFound if there is no such row.
func (r repository[ID, T, R]) Set(ctx context.Context, db bun.IDB, id ID, set string, args ...any) error {
	result, err := db.NewUpdate().Model((*R)(nil)).Set(set, args...).Where("id = ?", string(id)).Exec(ctx)
	return r.hit(result, err)
}

// Delete returns NotFound if there is no such row.
func (r repository[ID, T, R]) Delete(ctx context.Context, db bun.IDB, id ID) error {
	result, err := db.NewDelete().Model((*R)(nil)).Where("id = ?", string(id)).Exec(ctx)
	return r.hit(result, err)
}

func (r repository[ID, T, R]) hit(result sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return r.missing
	}
	return nil
}

// text returns s as SQLite can hold it within a statement: without NUL.
func text(s string) string { return strings.ReplaceAll(s, "\x00", "") }
