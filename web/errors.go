package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/problem"
	"plog.dev/plog/views/ui"
)

// answerError is the one place where errors become answers: a page, a notice
// for a fragment, a problem document for programs; nothing but a log line when
// the answer has begun.
func (s *Server) answerError(err error, c echo.Context) {
	known := asDomain(err)
	s.logError(c, err, known)
	if c.Response().Committed {
		return
	}
	var answer error
	switch {
	case c.Request().Method == http.MethodHead:
		answer = c.NoContent(hx.Status(known.Code))
	case forPrograms(c.Request()):
		answer = problemJSON(c, known)
	case c.Request().Header.Get("HX-Request") == "true":
		answer = s.problemFragment(c, known)
	default:
		answer = s.problemPage(c, known)
	}
	if answer != nil {
		s.deps.Log.Error("answer an error", "error", answer, "request_id", requestID(c))
	}
}

func (s *Server) logError(c echo.Context, err error, known *domain.Error) {
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		return // the browser went away, or we are shutting down
	}
	attrs := []any{"error", err, "method", c.Request().Method, "path", c.Request().URL.Path, "request_id", requestID(c)}
	if known.Code == domain.Internal {
		s.deps.Log.Error("request failed", attrs...)
	} else {
		s.deps.Log.Debug("request refused", attrs...)
	}
}

// asDomain returns err as what a person is told; echo's own errors included.
func asDomain(err error) *domain.Error {
	var known *domain.Error
	if errors.As(err, &known) {
		return known
	}
	var http4 *echo.HTTPError
	if errors.As(err, &http4) {
		switch http4.Code {
		case http.StatusNotFound:
			return domain.Errorf(domain.NotFound, "errors.not_found_page",
				"There is nothing at this address. It may have been deleted, or the link is mistyped.").Because(err)
		case http.StatusMethodNotAllowed:
			return domain.Errorf(domain.NotFound, "errors.method", "This address does not take that kind of request.").Because(err)
		case http.StatusRequestEntityTooLarge:
			return domain.Errorf(domain.Invalid, "errors.too_large", "That is too large. At most {{.Limit}} fit.", "Limit", maxBody+"iB").Because(err)
		case http.StatusTooManyRequests:
			return domain.Errorf(domain.Limited, "errors.busy", "Too many requests. Try again in a moment.").Because(err)
		case http.StatusUnauthorized, http.StatusForbidden:
			return errCSRF.Because(err)
		}
		if http4.Code >= 400 && http4.Code < 500 {
			return domain.Errorf(domain.Invalid, "errors.bad_request",
				"The request could not be understood. Reload the page and try again.").Because(err)
		}
	}
	return domain.Errorf(domain.Internal, "errors.internal", "Something went wrong in PLOG. Nothing was changed.").Because(err)
}

// sentence is what the error says; an internal one keeps its details.
func sentence(e *domain.Error) domain.Message {
	if e.Code == domain.Internal {
		return domain.Msg("errors.internal", "Something went wrong in PLOG. Nothing was changed.")
	}
	return e.Message
}

func forPrograms(r *http.Request) bool {
	path := r.URL.Path
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, ingestPrefix) ||
		path == healthPath || path == readyPath || path == metricsPath
}

// problemDocument is application/problem+json, RFC 9457.
type problemDocument struct {
	Title  string           `json:"title"`
	Status int              `json:"status"`
	Detail string           `json:"detail"`
	Code   domain.Code      `json:"code"`
	Fields []problemOfField `json:"fields,omitempty"`
	ID     string           `json:"request_id,omitempty"`
}

type problemOfField struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

func problemJSON(c echo.Context, e *domain.Error) error {
	status, ctx := hx.Status(e.Code), c.Request().Context()
	doc := problemDocument{
		Title: http.StatusText(status), Status: status, Detail: i18n.Msg(ctx, sentence(e)), Code: e.Code, ID: requestID(c),
	}
	for _, f := range e.Fields {
		doc.Fields = append(doc.Fields, problemOfField{f.Field, i18n.Msg(ctx, f.Message)})
	}
	c.Response().Header().Set(echo.HeaderContentType, "application/problem+json")
	return c.JSON(status, doc)
}

func (s *Server) problemFragment(c echo.Context, e *domain.Error) error {
	if e.Code == domain.Unauthorized {
		return hx.Redirect(c, paths.Login)
	}
	return hx.Toast(c, hx.Status(e.Code), ui.Bad, i18n.Msg(c.Request().Context(), sentence(e)))
}

func (s *Server) problemPage(c echo.Context, e *domain.Error) error {
	if e.Code == domain.Unauthorized && !unsafe(c.Request().Method) {
		return hx.Redirect(c, signInAddress(c.Request()))
	}
	ctx := c.Request().Context()
	frame := handlers.Frame{Version: s.deps.Version}.Bare(c, i18n.T(ctx, "errors.title."+string(e.Code)))
	m := problem.Model{
		Frame: frame, Status: hx.Status(e.Code), Text: i18n.Msg(ctx, sentence(e)), SignIn: e.Code == domain.Unauthorized,
	}
	if e.Code == domain.Internal {
		m.RequestID = requestID(c)
	}
	return hx.Render(c, m.Status, problem.Page(m))
}

func queryEscape(s string) string { return url.QueryEscape(s) }
