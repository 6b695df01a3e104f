package handlers

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/project"
)

// Operations answers for a project's operations.
type Operations struct {
	Frame     Frame
	Projects  ProjectStore
	Sources   SourceStore
	Documents *Documents
	Limits    loadtest.Limits
}

// Show shows the operations of one of the project's sources, with a fresh form
// for a plan.
func (h *Operations) Show(c echo.Context) error {
	form := plan.NewForm()
	form.Source = c.QueryParam("source")
	return h.page(c, http.StatusOK, form, nil)
}

// page shows the operations with the given state of the form.
func (h *Operations) page(c echo.Context, status int, form plan.Form, errs plan.Errors) error {
	ctx := c.Request().Context()
	p, err := h.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return err
	}
	m := project.APIsModel{Project: p, Filter: project.Filter{
		Query: c.QueryParam("q"), Method: c.QueryParam("method"), Tag: c.QueryParam("tag"),
	}}
	if m.Sources, err = h.Sources.ListByProject(ctx, p.ID); err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	if m.Frame, err = h.Frame.Model(c, Place{Title: i18n.T(ctx, "ui.tab.apis"), Project: &p, Tab: TabAPIs, Wide: true}); err != nil {
		return err
	}
	if len(m.Sources) == 0 {
		m.Problem = domain.Msg("project.next_source", "Add the API's document first.")
		return hx.Render(c, status, project.APIs(m))
	}
	m.Source = chooseSource(m.Sources, form.Source)
	if m.Document, err = h.Documents.Get(ctx, m.Source.DocumentID); err != nil {
		m.Document, m.Problem = nil, message(err)
		return hx.Render(c, status, project.APIs(m))
	}
	m.Harmless, m.Spared = project.HarmlessOf(m.Document)
	if c.QueryParam("pick") == "get" && form.Operations == nil {
		form.Operations = m.Harmless
	}
	m.Methods = project.MethodsOf(m.Document)
	m.Tree = project.GroupsOf(m.Document, project.Filter{}, nil)
	m.Groups = project.GroupsOf(m.Document, m.Filter, form.Operations)
	m.Pane = pane(p.ID, m.Source, m.Document, form, errs, h.Limits)
	return hx.Render(c, status, project.APIs(m))
}

// chooseSource returns the source with the id, the first one if there is none.
func chooseSource(sources []domain.Source, id string) domain.Source {
	for _, s := range sources {
		if string(s.ID) == id {
			return s
		}
	}
	return sources[0]
}

// pane is the form beside the operations. A fresh form gets the source's base URL.
func pane(id domain.ProjectID, s domain.Source, doc *openapi.Document, form plan.Form, errs plan.Errors, limits loadtest.Limits) plan.Pane {
	form.Source = string(s.ID)
	if form.BaseURL == "" && errs == nil {
		form.BaseURL = s.BaseURL
	}
	return plan.Pane{
		Form: form, Errors: errs, Action: paths.Plans(id), BaseURL: s.BaseURL,
		Servers: serversOf(doc.Servers, s), SignIn: plan.SignInOf(doc), Summary: plan.SummaryOf(form, limits),
	}
}
