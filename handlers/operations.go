package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

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
	Plans     PlanStore
	Limits    loadtest.Limits
}

// mostShown is how many operations a page shows that is not loaded bit by bit.
const mostShown = 5000

// Show shows the operations of one of the project's sources, with a fresh form
// for a plan; to a script only what another filter changes, or the next stretch
// of the list.
func (h *Operations) Show(c echo.Context) error {
	form := plan.NewForm()
	form.Source = c.QueryParam("source")
	if !hx.IsFragment(c) {
		return h.page(c, http.StatusOK, form, nil)
	}
	m, err := h.list(c, form)
	if err != nil {
		return err
	}
	m.Fragment = true
	if number(c.QueryParams(), "from", 0) > 0 {
		return hx.Render(c, http.StatusOK, project.Further(m))
	}
	return hx.Render(c, http.StatusOK, project.Narrowed(m))
}

// Choose shows the operations with the form as it was filled in, for pages
// without script: their buttons filter, and choose what was found.
func (h *Operations) Choose(c echo.Context) error {
	form, err := read(c)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusOK, form, nil)
}

// page shows the operations with the given state of the form.
func (h *Operations) page(c echo.Context, status int, form plan.Form, errs plan.Errors) error {
	return h.pageWith(c, status, form, errs, domain.Message{})
}

// pageWith is page with something that could not be done.
func (h *Operations) pageWith(c echo.Context, status int, form plan.Form, errs plan.Errors, problem domain.Message) error {
	ctx := c.Request().Context()
	m, err := h.list(c, form)
	if err != nil && !beside(err) || m.Project.ID == "" {
		return err
	}
	m.Problem = problem
	if err != nil {
		m.Index, m.Problem = nil, message(err)
	}
	if m.Frame, err = h.Frame.Model(c, Place{Title: i18n.T(ctx, "ui.tab.apis"), Project: &m.Project, Tab: TabAPIs, Wide: true}); err != nil {
		return err
	}
	if m.Index == nil {
		return hx.Render(c, status, project.APIs(m))
	}
	form.Operations = append([]string{}, m.Pane.Form.Operations...)
	m.Pane = pane(m.Project.ID, m.Source, asking(m.Index), form, errs, h.Limits)
	if m.Plans, err = h.Plans.ListByProject(ctx, m.Project.ID); err != nil {
		return fmt.Errorf("list plans: %w", err)
	}
	m.Plans = m.Plans[:min(len(m.Plans), shownPlans)]
	return hx.Render(c, status, project.APIs(m))
}

// shownPlans is how many plans operations can be added to from their list: the
// ones that were saved last.
const shownPlans = 10

// list returns the list that the request asks for, with the form's operations
// ticked. Its project and sources are set with an error, too, if there are any.
func (h *Operations) list(c echo.Context, form plan.Form) (m project.APIsModel, err error) {
	ctx := c.Request().Context()
	if m.Project, err = h.Projects.Get(ctx, domain.ProjectID(c.Param("project"))); err != nil {
		return m, err
	}
	values, err := c.FormParams()
	if err != nil {
		return m, fmt.Errorf("read form: %w", err)
	}
	m.Filter = project.FilterOf(values)
	if m.Sources, err = h.Sources.ListByProject(ctx, m.Project.ID); err != nil {
		return m, fmt.Errorf("list sources: %w", err)
	}
	if len(m.Sources) == 0 {
		return m, domain.Errorf(domain.NotFound, "project.next_source", "Add the API's document first.")
	}
	m.Source = chooseSource(m.Sources, form.Source)
	if m.Index, err = h.Documents.Index(ctx, m.Source.DocumentID); err != nil {
		return m, err
	}
	places := m.Index.Find(m.Filter.Of())
	harmless, spared := m.Index.Harmless()
	m.Harmless, m.Spared = len(harmless), spared
	m.Methods = m.Index.Methods()
	m.Tree = project.TreeOf(m.Index, m.Filter)
	m.Pane.Form.Operations = picked(m.Index, form.Operations, values.Get("pick"), places, harmless)
	chosen := map[string]bool{}
	for _, name := range m.Pane.Form.Operations {
		chosen[name] = true
	}
	m.List = project.ListOf(m.Index, places, stretchOf(values), chosen)
	m.Chosen = m.List.Missing(m.Pane.Form.Operations)
	return m, nil
}

// picked returns the names of the chosen operations, each once, after a button
// that chooses many was pressed: all that GETs harmlessly, all that was found,
// or none.
func picked(x *openapi.Index, names []string, button string, found, harmless []int) []string {
	switch button {
	case "none":
		return nil
	case "get":
		names = append(slices.Clone(names), namesAt(x, harmless)...)
	case "found":
		names = append(slices.Clone(names), namesAt(x, found)...)
	}
	known := map[string]bool{}
	var once []string
	for _, name := range names {
		if !known[name] {
			known[name] = true
			once = append(once, name)
		}
	}
	return once
}

// namesAt returns the names of the operations at the places, no more than can
// be chosen.
func namesAt(x *openapi.Index, places []int) []string {
	names := make([]string, 0, min(len(places), project.MostChosen))
	for _, i := range places[:min(len(places), project.MostChosen)] {
		names = append(names, x.Entries[i].Name())
	}
	return names
}

// stretchOf reads which part of the list is asked for.
func stretchOf(v url.Values) project.Stretch {
	s := project.Stretch{From: number(v, "from", 0), Size: min(number(v, "size", 0), mostShown), At: number(v, "at", -1)}
	if s.From < 0 {
		s.From = 0
	}
	return s
}

// number returns a number of an address, without if there is none.
func number(v url.Values, name string, without int) int {
	if n, err := strconv.Atoi(v.Get(name)); err == nil {
		return n
	}
	return without
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

// asking returns a document with the servers of the one that was listed, which
// asks for the same credentials and says nothing else.
func asking(x *openapi.Index) *openapi.Document {
	return &openapi.Document{Servers: x.Servers, Operations: []openapi.Operation{{Security: [][]openapi.Requirement{x.SignIn}}}}
}
