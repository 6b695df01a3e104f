package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/auth"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
)

// LoginPage signs in by the token of a link that is opened on this machine.
// From elsewhere it asks for a click first, so that programs that look into
// links before people do cannot use them up. Who is signed in already goes on,
// unless the link can sign in somebody else.
func (h *Sessions) LoginPage(c echo.Context) error {
	token := c.QueryParam("token")
	if _, err := h.User(c); err == nil && h.Links.Check(token) != nil {
		return hx.Redirect(c, next(c))
	}
	if token != "" && Local(c, h.BaseURL) && !prefetched(c.Request()) {
		return h.login(c, token)
	}
	return h.loginPage(c, http.StatusOK, token, domain.Message{})
}

// Login signs in by the token of the posted form.
func (h *Sessions) Login(c echo.Context) error { return h.login(c, c.FormValue("token")) }

// Logout signs the browser out, whoever it is.
func (h *Sessions) Logout(c echo.Context) error {
	if cookie, err := c.Cookie(h.Cookie); err == nil {
		err := h.Sessions.Delete(c.Request().Context(), hash(cookie.Value))
		if err != nil && domain.CodeOf(err) != domain.NotFound {
			return err
		}
	}
	h.setCookie(c, "", -1)
	return hx.Redirect(c, paths.Login)
}

func (h *Sessions) login(c echo.Context, token string) error {
	user, err := h.Links.Redeem(token)
	if err != nil {
		if _, signedIn := h.User(c); signedIn == nil {
			return hx.Redirect(c, next(c))
		}
		return h.loginPage(c, http.StatusUnauthorized, "", message(err))
	}
	if user == "" {
		if user, err = h.owner(c.Request().Context()); err != nil {
			return err
		}
	}
	if err := h.open(c, user); err != nil {
		return err
	}
	return hx.Redirect(c, next(c))
}

func (h *Sessions) loginPage(c echo.Context, status int, token string, problem domain.Message) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	frame := h.Frame.Bare(c, i18n.T(c.Request().Context(), "auth.title"))
	return hx.Render(c, status, auth.Login(auth.LoginModel{Frame: frame, Token: token, Next: next(c), Problem: problem}))
}

// next returns where to go after signing in: an address of ours, never another's.
func next(c echo.Context) string {
	to := c.QueryParam("next")
	if to == "" {
		to = c.FormValue("next")
	}
	return ours(to)
}

// ours returns to if it is a path of this server, and the home page otherwise.
// Browsers drop tabs and line ends from addresses and take backslashes for
// slashes, so that "/\t/host" leads to another server.
func ours(to string) string {
	odd := func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.ContainsFunc(to, odd) ||
		!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return paths.Home
	}
	return to
}

func prefetched(r *http.Request) bool {
	return r.Method != http.MethodGet || r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != ""
}
