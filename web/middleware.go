package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers"
	"plog.dev/plog/static"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/ui"
)

// maxBody is what a page's form may send: documents of some MiB are uploaded.
const maxBody = "64M"

const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// middleware is what every request goes through, outermost first.
func (s *Server) middleware(bundle *i18n.Bundle) {
	s.echo.Use(
		middleware.RequestID(),
		s.observe,
		s.recoverPanic,
		securityHeaders,
		localize(bundle),
		middleware.GzipWithConfig(middleware.GzipConfig{Skipper: unzipped, MinLength: 1024}),
	)
}

// unzipped are answers that must not pass through a compressor: streams, which
// it would hold back, and files that are compressed already.
func unzipped(c echo.Context) bool {
	path := c.Request().URL.Path
	return strings.HasPrefix(path, static.Prefix) || strings.HasPrefix(path, ingestPrefix) ||
		strings.HasSuffix(path, "/events") || strings.HasSuffix(path, "/stream") ||
		strings.Contains(c.Request().Header.Get("Accept"), "text/event-stream")
}

// observe logs and counts each request. The error is answered here, so that
// the status is known.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, res, req := time.Since(start), c.Response(), c.Request()
		s.metrics.request(c.Path(), req.Method, res.Status, took)
		level := slog.LevelInfo
		if quiet(c.Path()) {
			level = slog.LevelDebug
		}
		s.deps.Log.LogAttrs(req.Context(), level, "request",
			slog.String("method", req.Method), slog.String("path", req.URL.Path), slog.Int("status", res.Status),
			slog.Duration("took", took), slog.Int64("bytes", res.Size), slog.String("ip", c.RealIP()),
			slog.String("request_id", requestID(c)))
		return nil
	}
}

// quiet are requests that come all the time and say nothing.
func quiet(route string) bool {
	return strings.HasPrefix(route, static.Prefix) || strings.HasPrefix(route, ingestPrefix) ||
		slices.Contains([]string{healthPath, readyPath, metricsPath}, route)
}

func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		StackSize: 8 << 10,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.deps.Log.Error("panic in a request", "error", err, "request_id", requestID(c), "stack", string(stack))
			return err
		},
	})(next)
}

func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		return next(c)
	}
}

// localize chooses the language: the cookie's, else the browser's.
func localize(bundle *i18n.Bundle) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			chosen := ""
			if cookie, err := c.Cookie(handlers.LocaleCookie); err == nil {
				chosen = cookie.Value
			}
			r := c.Request()
			ctx := i18n.With(r.Context(), bundle.Localizer(chosen, r.Header.Get("Accept-Language")))
			c.SetRequest(r.WithContext(ctx))
			return next(c)
		}
	}
}

// csrf checks that unsafe requests come from our own pages: by Sec-Fetch-Site
// alone where the browser sends it, and by a token in header or form otherwise.
func (s *Server) csrf() echo.MiddlewareFunc {
	check := middleware.CSRFWithConfig(middleware.CSRFConfig{
		TokenLookup: "header:" + ui.CSRFHeader + ",form:" + ui.CSRFField,
		ContextKey:  csrfKey, CookieName: s.cookie("plog_csrf"), CookiePath: "/", CookieHTTPOnly: true,
		CookieSameSite: http.SameSiteLaxMode, CookieSecure: s.secure(),
		ErrorHandler: func(err error, _ echo.Context) error { return errCSRF.Because(err) },
		// What another port of our host serves is the same site and has our cookies: no token tells it from us.
		AllowSecFetchSiteFunc: func(echo.Context) (bool, error) { return false, errCSRF },
	})
	give := func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			token, _ := c.Get(csrfKey).(string)
			c.SetRequest(c.Request().WithContext(ui.WithCSRF(c.Request().Context(), token)))
			return next(c)
		}
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc { return check(give(next)) }
}

const csrfKey = "csrf"

var errCSRF = domain.Errorf(domain.Forbidden, "errors.csrf", "This form is out of date. Reload the page and send it again.")

// cookie returns the name with the port that browsers reach PLOG at, unless it
// is a scheme's own: cookies are one host's, whatever the port, and two PLOGs
// on a host would sign each other's browsers out.
func (s *Server) cookie(name string) string {
	u, err := url.Parse(s.deps.BaseURL)
	if err != nil || u.Port() == "" || u.Port() == "80" || u.Port() == "443" {
		return name
	}
	return name + "_" + u.Port()
}

func (s *Server) secure() bool { return strings.HasPrefix(s.deps.BaseURL, "https://") }

// signedIn lets through only those who are signed in; others' pages lead to
// the sign-in page and back.
func signedIn(sessions *handlers.Sessions) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			user, err := sessions.User(c)
			if err != nil {
				return err
			}
			c.SetRequest(c.Request().WithContext(handlers.WithUser(c.Request().Context(), user)))
			c.Response().Header().Set("Cache-Control", "no-store")
			if unsafe(c.Request().Method) && rank(user.Role) < rank(domain.Runner) {
				return errRole
			}
			return next(c)
		}
	}
}

// only lets through those who have the role or a higher one.
func only(role domain.Role) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if user, ok := handlers.UserFrom(c.Request().Context()); !ok || rank(user.Role) < rank(role) {
				return errRole
			}
			return next(c)
		}
	}
}

var errRole = domain.Errorf(domain.Forbidden, "auth.forbidden", "Your role may look at this, but not change it. Ask an administrator.")

func unsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// signInAddress is the sign-in page that comes back to what was asked for.
func signInAddress(r *http.Request) string {
	if unsafe(r.Method) || r.URL.Path == paths.Home {
		return paths.Login
	}
	return paths.Login + "?next=" + queryEscape(r.URL.RequestURI())
}
