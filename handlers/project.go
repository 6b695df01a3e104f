package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
	"plog.dev/plog/views/source"
)

// Projects answers for projects and their sources.
type Projects struct {
	Frame     Frame
	Projects  ProjectStore
	Sources   SourceStore
	Documents *Documents
	Plans     PlanStore
	Runs      RunLister
	Intake    *Sources // makes sources of what people give
	Sample    *Sample  // nil offers none
}

const shownRuns = 6

// Home shows all projects.
func (h *Projects) Home(c echo.Context) error {
	return h.home(c, http.StatusOK, source.AddForm{}, domain.Message{})
}

func (h *Projects) home(c echo.Context, status int, add source.AddForm, sampleProblem domain.Message) error {
	ctx := c.Request().Context()
	frame, err := h.Frame.Model(c, Place{Title: i18n.T(ctx, "home.title")})
	if err != nil {
		return err
	}
	all, err := h.Projects.List(ctx)
	if err != nil {
		return fmt.Errorf("list projects: %w", err)
	}
	add.Action = paths.Projects
	if add.Files, err = h.Intake.folder(ctx); err != nil {
		return fmt.Errorf("list the documents folder: %w", err)
	}
	m := project.HomeModel{Frame: frame, Add: add}
	sample := h.Sample != nil
	for _, p := range all {
		card, err := h.card(ctx, p)
		if err != nil {
			return err
		}
		m.Cards = append(m.Cards, card)
		sample = sample && !p.Sample
	}
	if sample {
		m.Sample = h.offer(ctx, sampleProblem)
	}
	return hx.Render(c, status, project.Home(m))
}

// offer is the sample shop as it is: one click away, or what starts it.
func (h *Projects) offer(ctx context.Context, problem domain.Message) *project.Sample {
	offer := &project.Sample{URL: h.Sample.address, Problem: problem}
	if !h.Sample.Answers(ctx) {
		offer.Start = h.Sample.command()
	}
	return offer
}

func (h *Projects) card(ctx context.Context, p domain.Project) (project.Card, error) {
	card := project.Card{ID: p.ID, Name: p.Name, Sample: p.Sample}
	sources, err := h.Sources.ListByProject(ctx, p.ID)
	if err != nil {
		return card, fmt.Errorf("list sources: %w", err)
	}
	if len(sources) > 0 {
		card.BaseURL = sources[0].BaseURL
	}
	runs, err := h.Runs.List(ctx, loadtest.RunFilter{ProjectID: p.ID, Limit: 1})
	if err != nil {
		return card, fmt.Errorf("list runs: %w", err)
	}
	if len(runs) > 0 {
		last := project.RunRowOf(runs[0], paths.Run(runs[0].ID))
		card.Last = &last
	}
	return card, nil
}

// Show shows a project's overview.
func (h *Projects) Show(c echo.Context) error {
	p, err := h.get(c)
	if err != nil {
		return err
	}
	return h.overview(c, http.StatusOK, project.OverviewModel{Project: p})
}

// get returns the project that the address names; NotFound if there is none.
func (h *Projects) get(c echo.Context) (domain.Project, error) {
	return h.Projects.Get(c.Request().Context(), domain.ProjectID(c.Param("project")))
}

func (h *Projects) overview(c echo.Context, status int, m project.OverviewModel) error {
	ctx, p := c.Request().Context(), m.Project
	stored, err := h.Projects.Get(ctx, p.ID)
	if err != nil {
		return err
	}
	if m.Frame, err = h.Frame.Model(c, Place{Title: stored.Name, Project: &stored, Tab: TabOverview}); err != nil {
		return err
	}
	sources, err := h.Sources.ListByProject(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	for _, s := range sources {
		m.Sources = append(m.Sources, h.sourceRow(ctx, s))
	}
	if m.Plans, err = h.Plans.ListByProject(ctx, p.ID); err != nil {
		return fmt.Errorf("list plans: %w", err)
	}
	for i, row := range m.Sources {
		m.Sources[i].Newer = slices.ContainsFunc(m.Plans, func(p loadtest.Plan) bool { return outdated(p, row.Source) })
	}
	m.Plans = m.Plans[:min(len(m.Plans), shownRuns)]
	runs, err := h.Runs.List(ctx, loadtest.RunFilter{ProjectID: p.ID, Limit: shownRuns})
	if err != nil {
		return fmt.Errorf("list runs: %w", err)
	}
	for _, r := range runs {
		m.Runs = append(m.Runs, project.RunRowOf(r, paths.Run(r.ID)))
	}
	m.Add.Action, m.Add.Compact = paths.Sources(p.ID), true
	if m.Add.Files, err = h.Intake.folder(ctx); err != nil {
		return fmt.Errorf("list the documents folder: %w", err)
	}
	return hx.Render(c, status, project.Overview(m))
}

func (h *Projects) sourceRow(ctx context.Context, s domain.Source) project.SourceRow {
	row := project.SourceRow{Source: s}
	index, err := h.Documents.Index(ctx, s.DocumentID)
	if err != nil {
		row.Problem = message(err)
		return row
	}
	row.Version, row.OpenAPI, row.Operations, row.Faults = index.Version, index.OpenAPI, len(index.Entries), len(index.Faults)
	return row
}
