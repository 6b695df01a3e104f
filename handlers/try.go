package handlers

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
	"plog.dev/plog/views/trial"
)

// Trier sends requests for real.
type Trier interface {
	// Try sends every step of a plan once and tells how each was answered. It
	// ends with ctx. Invalid with fields for what cannot be sent, Forbidden for
	// a target that may not be contacted, Unavailable when nothing can be sent.
	Try(ctx context.Context, plan loadtest.Plan) ([]loadtest.Exchange, error)
}

// ResponseChecker compares answers with documents.
type ResponseChecker interface {
	// Check returns where the answer does not fit the operation of the document
	// in raw; an error when that cannot be told.
	Check(ctx context.Context, raw []byte, method, path string, exchange loadtest.Exchange) ([]openapi.Violation, error)
}

// Trials answers for single requests: an operation's form and what came of
// sending it.
type Trials struct {
	Operations *Operations // the page that the form stands on, too
	Stored     DocumentStore
	Trier      Trier           // nil where nothing can be sent
	Checker    ResponseChecker // nil where no answer can be checked
	Logins     *Logins
	Session    func(echo.Context) string // what a signed-in browser is known by
}

// opened is an operation with where it is from.
type opened struct {
	project   domain.Project
	source    domain.Source
	servers   []string // the document's, as written
	operation openapi.Operation
	index     int
}

// Show shows one operation: in place, or on a page of its own.
func (h *Trials) Show(c echo.Context) error {
	at, err := h.open(c)
	if err != nil {
		return err
	}
	m := h.model(c, at, trial.NewForm(at.operation, at.baseURL()))
	return h.show(c, http.StatusOK, at, m)
}

// open returns the operation that the address names; NotFound if there is none.
func (h *Trials) open(c echo.Context) (opened, error) {
	ctx := c.Request().Context()
	p, err := h.Operations.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return opened{}, err
	}
	s, err := h.Operations.Sources.Get(ctx, domain.SourceID(c.Param("source")))
	if err != nil {
		return opened{}, err
	}
	i, err := strconv.Atoi(c.Param("operation"))
	if err != nil || s.ProjectID != p.ID {
		return opened{}, echo.ErrNotFound
	}
	index, err := h.Operations.Documents.Index(ctx, s.DocumentID)
	if err != nil {
		return opened{}, err
	}
	op, err := h.Operations.Documents.Operation(ctx, s.DocumentID, i)
	if err != nil {
		return opened{}, err
	}
	return opened{project: p, source: s, servers: index.Servers, operation: op, index: i}, nil
}

// baseURL returns where the operation's requests go: where it says so itself,
// or else where the source's do.
func (o opened) baseURL() string {
	if own := (origin{&openapi.Document{Servers: o.servers}, o.source}).baseURL(o.operation); own != "" {
		return own
	}
	return o.source.BaseURL
}

// addresses returns the base URLs to choose from.
func (o opened) addresses() []string {
	return serversOf(slices.Concat(o.operation.Servers, o.servers), o.source)
}

// model is the form in the given state, with what the browser has signed in with.
func (h *Trials) model(c echo.Context, at opened, f trial.Form) trial.Model {
	address := paths.Operation(at.project.ID, at.source.ID, at.index)
	f.Logins = nil
	for _, r := range trial.Schemes(at.operation) {
		f.Logins = append(f.Logins, trial.LoginOf(r, h.Logins.get(h.Session(c), at.project.ID, r.Scheme)))
	}
	return trial.Model{
		ID: "try-" + strconv.Itoa(at.index), Action: address, Syntax: paths.OperationSyntax(at.project.ID, at.source.ID, at.index),
		PlanURL:   paths.APIs(at.project.ID) + "?source=" + string(at.source.ID),
		Operation: at.operation, Form: f, Servers: at.addresses(), ReadOnly: h.Trier == nil || !mayChange(c),
	}
}

// show shows the operation with the form: in place, or on a page of its own.
func (h *Trials) show(c echo.Context, status int, at opened, m trial.Model) error {
	ctx, model := c.Request().Context(), project.OperationModel{Operation: at.operation, Trial: m}
	if hx.IsFragment(c) {
		return hx.Render(c, status, project.OperationDetails(model))
	}
	frame, err := h.Operations.Frame.Model(c, Place{
		Title: at.operation.Name(), Project: &at.project, Tab: TabAPIs,
		Crumbs: []layout.Link{{Label: i18n.T(ctx, "ui.tab.apis"), URL: paths.APIs(at.project.ID)}, {Label: at.operation.Name()}},
	})
	if err != nil {
		return err
	}
	model.Frame = frame
	return hx.Render(c, status, project.OperationPage(model))
}

// again shows the form again, which is swapped as a whole.
func (h *Trials) again(c echo.Context, status int, at opened, m trial.Model) error {
	if hx.IsFragment(c) {
		return hx.Render(c, status, trial.FormView(m))
	}
	return h.show(c, status, at, m)
}

// checkTime bounds how long comparing an answer with the document takes.
const checkTime = 10 * time.Second

// fit compares the answer with the document.
func (h *Trials) fit(ctx context.Context, at opened, x loadtest.Exchange) trial.Fit {
	unchecked := domain.Msg("tryit.unchecked", "Whether the answer fits the document was not checked.")
	if h.Checker == nil || x.Response == nil {
		return trial.Fit{Unchecked: unchecked}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	stored, err := h.Stored.Get(ctx, at.source.DocumentID)
	if err != nil {
		return trial.Fit{Unchecked: unchecked}
	}
	violations, err := h.Checker.Check(ctx, stored.Raw, at.operation.Method, at.operation.Path, x)
	switch {
	case err != nil && domain.CodeOf(err) != domain.Internal:
		return trial.Fit{Unchecked: message(err)}
	case err != nil:
		return trial.Fit{Unchecked: unchecked}
	}
	return trial.Fit{Violations: violations}
}
