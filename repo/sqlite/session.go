package sqlite

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:sessions,alias:row"`

	ID        string `bun:"id,pk"` // hex SHA-256 of the token
	UserID    string
	ExpiresAt micros
	CreatedAt micros
}

var noSession = domain.Errorf(domain.NotFound, "store.not_found.session",
	"You are signed out. Sign in again.")

// Sessions keeps signed-in browsers by the hash of their token.
type Sessions struct {
	db   *DB
	base repository[string, domain.Session, sessionRow]
}

// Sessions returns the repository of sessions.
func (db *DB) Sessions() *Sessions {
	return &Sessions{db, repository[string, domain.Session, sessionRow]{
		missing: noSession,
		row: func(s domain.Session) (sessionRow, error) {
			return sessionRow{ID: s.TokenSHA256, UserID: string(s.UserID), ExpiresAt: at(s.ExpiresAt), CreatedAt: at(s.CreatedAt)}, nil
		},
		value: func(r sessionRow) (domain.Session, error) {
			return domain.Session{
				TokenSHA256: r.ID, UserID: domain.UserID(r.UserID), ExpiresAt: r.ExpiresAt.time(), CreatedAt: r.CreatedAt.time(),
			}, nil
		},
	}}
}

// Create stores s; an empty CreatedAt is now. NotFound if the user is gone.
func (r *Sessions) Create(ctx context.Context, s domain.Session) error {
	if s.CreatedAt.IsZero() {
		s.CreatedAt = time.Now()
	}
	err := r.base.Create(ctx, r.db.writer, s)
	if brokenReference(err) {
		err = noUser.Because(err)
	}
	return r.db.fail("create session", err)
}

// Get returns a session; NotFound if there is none or it has expired.
func (r *Sessions) Get(ctx context.Context, tokenSHA256 string) (domain.Session, error) {
	s, err := r.base.Get(ctx, r.db.reader, tokenSHA256)
	if err == nil && !s.ExpiresAt.After(time.Now()) {
		s, err = domain.Session{}, noSession
	}
	return s, r.db.fail("get session", err)
}

// Delete signs a browser out; NotFound if it is out already.
func (r *Sessions) Delete(ctx context.Context, tokenSHA256 string) error {
	return r.db.fail("delete session", r.base.Delete(ctx, r.db.writer, tokenSHA256))
}

// DeleteExpired removes the sessions that have expired and returns how many.
func (r *Sessions) DeleteExpired(ctx context.Context) (int64, error) {
	n, err := r.deleteExpired(ctx)
	return n, r.db.fail("delete expired sessions", err)
}

func (r *Sessions) deleteExpired(ctx context.Context) (int64, error) {
	result, err := r.db.writer.NewDelete().Model((*sessionRow)(nil)).Where("expires_at <= ?", at(time.Now())).Exec(ctx)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
