package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/plan"
)

// Plans answers for plans. It starts runs of them, and shows nothing of runs.
type Plans struct {
	Frame      Frame
	Projects   ProjectStore
	Sources    SourceStore
	Stored     VersionLister
	Documents  *Documents
	Changes    Changes
	Plans      PlanStore
	Starter    Starter
	Trier      Trier       // tries requests before a run; nil where none can be sent
	Operations *Operations // the page that the quick form is on
	Limits     loadtest.Limits
	Script     func(loadtest.Plan) ([]byte, error) // a plan as one k6 script
}

// maxRows is how many rows any list of a form may have.
const maxRows = 2000

// read returns the posted form.
func read(c echo.Context) (plan.Form, error) {
	var f plan.Form
	values, err := c.FormParams()
	if err != nil {
		return f, err
	}
	values, f.Requests = plan.TakeRequests(values)
	return f, decode(values, &f)
}

// List shows a project's plans.
func (h *Plans) List(c echo.Context) error {
	p, err := h.Projects.Get(c.Request().Context(), domain.ProjectID(c.Param("project")))
	if err != nil {
		return err
	}
	return h.list(c, http.StatusOK, plan.ListModel{Project: p})
}

func (h *Plans) list(c echo.Context, status int, m plan.ListModel) error {
	ctx := c.Request().Context()
	all, err := h.Plans.ListByProject(ctx, m.Project.ID)
	if err != nil {
		return fmt.Errorf("list plans: %w", err)
	}
	for _, p := range all {
		m.Rows = append(m.Rows, plan.RowOf(p))
	}
	if err := h.markOutdated(ctx, m.Project.ID, m.Rows); err != nil {
		return err
	}
	if m.Frame, err = h.Frame.Model(c, Place{Title: i18n.T(ctx, "plan.plans"), Project: &m.Project, Tab: TabPlans}); err != nil {
		return err
	}
	return hx.Render(c, status, plan.List(m))
}

// Show shows a plan in its form.
func (h *Plans) Show(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	return h.edit(c, http.StatusOK, plan.EditModel{Plan: p, Form: plan.FormOf(p), Saved: c.QueryParam("saved") != "", Fewer: c.QueryParam("fewer") != ""})
}

// get returns the plan that the address names; NotFound if there is none.
func (h *Plans) get(c echo.Context) (loadtest.Plan, error) {
	return h.Plans.Get(c.Request().Context(), domain.PlanID(c.Param("plan")))
}

// edit shows a plan's form in the given state: the page, or the form alone.
func (h *Plans) edit(c echo.Context, status int, m plan.EditModel) error {
	ctx := c.Request().Context()
	m.Summary = plan.SummaryOf(m.Form, h.Limits)
	if from, err := h.origin(ctx, m.Plan); err == nil {
		for _, o := range from.doc.Operations {
			m.Operations = append(m.Operations, o.Name())
		}
		m.Schemes, m.Servers = openapi.Wants(from.doc), serversOf(from.doc.Servers, from.source)
	}
	if hx.IsFragment(c) {
		return hx.Render(c, status, plan.EditForm(m))
	}
	frame, err := h.frame(c, m.Plan, m.Plan.Name)
	if err != nil {
		return err
	}
	m.Frame = frame
	if m.Drift, err = h.drift(ctx, m.Plan); err != nil {
		return err
	}
	return hx.Render(c, status, plan.Edit(m))
}

func (h *Plans) frame(c echo.Context, p loadtest.Plan, title string, more ...layout.Link) (layout.Model, error) {
	ctx := c.Request().Context()
	owner, err := h.Projects.Get(ctx, p.ProjectID)
	if err != nil {
		return layout.Model{}, err
	}
	crumbs := append([]layout.Link{
		{Label: i18n.T(ctx, "plan.plans"), URL: paths.Plans(p.ProjectID)}, {Label: p.Name, URL: paths.Plan(p.ID)},
	}, more...)
	return h.Frame.Model(c, Place{Title: title, Project: &owner, Tab: TabPlans, Crumbs: crumbs})
}

// document returns the document that the plan's steps come from; its source's
// newest one when the plan names none.
func (h *Plans) document(ctx context.Context, p loadtest.Plan) (*openapi.Document, error) {
	from, err := h.origin(ctx, p)
	return from.doc, err
}

// origin returns what document returns, with its source.
func (h *Plans) origin(ctx context.Context, p loadtest.Plan) (origin, error) {
	s, err := h.source(ctx, p.ProjectID, p.SourceID)
	if err != nil && p.DocumentID == "" {
		return origin{}, err
	}
	id := p.DocumentID
	if id == "" {
		id = s.DocumentID
	}
	doc, err := h.Documents.Get(ctx, id)
	return origin{doc, s}, err
}

// source returns the project's source with the id, by default the first.
func (h *Plans) source(ctx context.Context, project domain.ProjectID, id domain.SourceID) (domain.Source, error) {
	sources, err := h.Sources.ListByProject(ctx, project)
	if err != nil {
		return domain.Source{}, fmt.Errorf("list sources: %w", err)
	}
	if len(sources) == 0 {
		return domain.Source{}, domain.Errorf(domain.NotFound, "project.next_source", "Add the API's document first.")
	}
	return chooseSource(sources, string(id)), nil
}

// check completes and validates what the form describes. The errors are those
// of its fields, empty when all is well.
func (h *Plans) check(f plan.Form, p loadtest.Plan, unread error) (loadtest.Plan, plan.Errors) {
	p = p.WithDefaults(h.Limits)
	errs := f.ErrorsOf(unread).Merge(f.ErrorsOf(p.Validate(h.Limits)))
	return p, errs
}

// title returns the API document's title and version, for a run's report; ""
// when the document is gone.
func (h *Plans) title(ctx context.Context, p loadtest.Plan) string {
	doc, err := h.document(ctx, p)
	if err != nil {
		return ""
	}
	if doc.Version == "" {
		return doc.Title
	}
	return doc.Title + " " + doc.Version
}

// startErrors puts what Start refused where the form shows it.
func startErrors(f plan.Form, err error) plan.Errors {
	errs := f.ErrorsOf(err)
	if whole, told := errs[""]; told && domain.CodeOf(err) == domain.Forbidden {
		return plan.Errors{"base_url": whole}
	}
	return errs
}

// activeRun returns the address of the run that stands in the way of another,
// "" if err is about something else.
func activeRun(err error) string {
	var e *domain.Error
	if errors.As(err, &e) && e.Code == domain.Conflict {
		switch id := e.Message.Args["RunID"].(type) {
		case domain.RunID:
			return paths.Run(id)
		case string:
			return paths.Run(domain.RunID(id))
		}
	}
	return ""
}
