package sqlite

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
)

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:row"`

	ID        string `bun:"id,pk"`
	Name      string
	Role      string
	CreatedAt micros
}

var noUser = domain.Errorf(domain.NotFound, "store.not_found.user",
	"This user does not exist, or no longer.")

// Users keeps the people who sign in.
type Users struct {
	db   *DB
	base repository[domain.UserID, domain.User, userRow]
}

// Users returns the repository of users.
func (db *DB) Users() *Users {
	return &Users{db, repository[domain.UserID, domain.User, userRow]{
		missing: noUser,
		row: func(u domain.User) (userRow, error) {
			return userRow{ID: string(u.ID), Name: text(u.Name), Role: string(u.Role), CreatedAt: at(u.CreatedAt)}, nil
		},
		value: func(r userRow) (domain.User, error) {
			return domain.User{ID: domain.UserID(r.ID), Name: r.Name, Role: domain.Role(r.Role), CreatedAt: r.CreatedAt.time()}, nil
		},
	}}
}

// Create stores u; it sets the ID and time if they are empty.
func (r *Users) Create(ctx context.Context, u *domain.User) error {
	stamp(&u.ID, &u.CreatedAt)
	return r.db.fail("create user", r.base.Create(ctx, r.db.writer, *u))
}

// Get returns a user; NotFound if there is none.
func (r *Users) Get(ctx context.Context, id domain.UserID) (domain.User, error) {
	u, err := r.base.Get(ctx, r.db.reader, id)
	return u, r.db.fail(fmt.Sprintf("get user %s", id), err)
}

// List returns all users, oldest first.
func (r *Users) List(ctx context.Context) ([]domain.User, error) {
	all, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Order("created_at", "id")
	})
	return all, r.db.fail("list users", err)
}
