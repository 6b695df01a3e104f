package sqlite_test

import (
	"testing"
	"time"

	"plog.dev/plog/domain"
)

func TestUsersAndSessions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	u := domain.User{Name: "관리자", Role: domain.Admin}
	must(t, b.Users().Create(ctx, &u))
	same(t, u, got[domain.User](t)(b.Users().Get(ctx, u.ID)))
	same(t, []domain.User{u}, got[[]domain.User](t)(b.Users().List(ctx)))
	wantCode(t, second(b.Users().Get(ctx, "none")), domain.NotFound, "store.not_found.user")

	now := time.Now().UTC().Truncate(time.Microsecond)
	live := domain.Session{TokenSHA256: "aa", UserID: u.ID, CreatedAt: now, ExpiresAt: now.Add(time.Hour)}
	over := domain.Session{TokenSHA256: "bb", UserID: u.ID, CreatedAt: now, ExpiresAt: now}
	must(t, b.Sessions().Create(ctx, live))
	must(t, b.Sessions().Create(ctx, over))
	same(t, live, got[domain.Session](t)(b.Sessions().Get(ctx, "aa")))
	wantCode(t, second(b.Sessions().Get(ctx, "bb")), domain.NotFound, "store.not_found.session")
	same(t, int64(1), got[int64](t)(b.Sessions().DeleteExpired(ctx)))
	wantCode(t, b.Sessions().Delete(ctx, "bb"), domain.NotFound, "store.not_found.session")
	must(t, b.Sessions().Delete(ctx, "aa"))
	wantCode(t, b.Sessions().Create(ctx, domain.Session{TokenSHA256: "cc", UserID: "none"}), domain.NotFound, "store.not_found.user")
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	wantCode(t, second(b.Settings().Get(ctx, "locale")), domain.NotFound, "store.not_found.setting")
	must(t, b.Settings().Set(ctx, "locale", "en"))
	must(t, b.Settings().Set(ctx, "locale", "ko"))
	must(t, b.Settings().Set(ctx, "hosts", "가게.example\n"))
	same(t, "ko", got[string](t)(b.Settings().Get(ctx, "locale")))
	same(t, map[string]string{"locale": "ko", "hosts": "가게.example\n"}, got[map[string]string](t)(b.Settings().All(ctx)))
}
