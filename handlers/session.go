package handlers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
)

const sessionLife = 30 * 24 * time.Hour

// Sessions signs browsers in and out, and knows who is who.
type Sessions struct {
	Frame    Frame
	Users    UserStore
	Sessions SessionStore
	Links    *SignInLinks
	Cookie   string // the name of the cookie with a signed-in browser's token
	Secure   bool   // it goes over https only
	BaseURL  string // as browsers reach PLOG; "" if that is not known
}

// User returns whose browser sends the request; Unauthorized if nobody's.
func (h *Sessions) User(c echo.Context) (domain.User, error) {
	signIn := domain.Errorf(domain.Unauthorized, "auth.required", "Sign in first: open the link that PLOG printed when it started.")
	cookie, err := c.Cookie(h.Cookie)
	if err != nil {
		return domain.User{}, signIn
	}
	ctx := c.Request().Context()
	session, err := h.Sessions.Get(ctx, hash(cookie.Value))
	if err != nil {
		if domain.CodeOf(err) == domain.NotFound {
			return domain.User{}, signIn
		}
		return domain.User{}, fmt.Errorf("session: %w", err)
	}
	user, err := h.Users.Get(ctx, session.UserID)
	if domain.CodeOf(err) == domain.NotFound {
		return domain.User{}, signIn
	}
	return user, err
}

// Key returns what a signed-in browser is known by, which is no secret; "" for
// one that is not.
func (h *Sessions) Key(c echo.Context) string {
	cookie, err := c.Cookie(h.Cookie)
	if err != nil {
		return ""
	}
	return hash(cookie.Value)
}

// open signs the browser in as user.
func (h *Sessions) open(c echo.Context, user domain.UserID) error {
	token, now := rand.Text(), time.Now().UTC()
	err := h.Sessions.Create(c.Request().Context(), domain.Session{
		TokenSHA256: hash(token), UserID: user, CreatedAt: now, ExpiresAt: now.Add(sessionLife),
	})
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	h.setCookie(c, token, int(sessionLife/time.Second))
	return nil
}

func (h *Sessions) setCookie(c echo.Context, token string, maxAge int) {
	c.SetCookie(&http.Cookie{ //nolint:gosec // Secure where PLOG is reached by https
		Name: h.Cookie, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: h.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// owner returns the first administrator, made if there is none yet.
func (h *Sessions) owner(ctx context.Context) (domain.UserID, error) {
	users, err := h.Users.List(ctx)
	if err != nil {
		return "", fmt.Errorf("list users: %w", err)
	}
	for _, u := range users {
		if u.Role == domain.Admin {
			return u.ID, nil
		}
	}
	u := domain.User{ID: domain.NewID[domain.UserID](), Name: "admin", Role: domain.Admin, CreatedAt: time.Now().UTC()}
	if err := h.Users.Create(ctx, &u); err != nil {
		return "", fmt.Errorf("create the first user: %w", err)
	}
	return u.ID, nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
