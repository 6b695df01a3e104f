package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/source"
)

// Refresher fetches a source's document again and stores what has changed.
type Refresher interface {
	// Refresh returns whether the document had changed. Why it failed is kept as
	// the source's problem, too.
	Refresh(ctx context.Context, s domain.Source) (changed bool, err error)
	// Next returns when the source is due to be fetched by itself; zero for never.
	Next(s domain.Source) time.Time
}

// Sources answers for where a project's documents come from.
type Sources struct {
	Frame     Frame
	Projects  ProjectStore
	Sources   SourceStore
	Stored    DocumentStore
	Documents *Documents
	Finder    Finder
	Refresher Refresher
	Changes   Changes
	Plans     PlanStore
	Every     time.Duration // how often a new source is fetched again by itself; 0 is never
}

// Show shows one source.
func (h *Sources) Show(c echo.Context) error {
	p, s, err := h.get(c)
	if err != nil {
		return err
	}
	m := source.Model{Settings: source.Settings{Saved: c.QueryParam("saved") != ""}}
	if v := c.QueryParam("fetched"); v != "" {
		changed := v == "changed"
		m.Fetched = &changed
	}
	return h.page(c, http.StatusOK, p, s, m)
}

// get returns the project and the source of it that the address names.
func (h *Sources) get(c echo.Context) (domain.Project, domain.Source, error) {
	ctx := c.Request().Context()
	p, err := h.Projects.Get(ctx, domain.ProjectID(c.Param("project")))
	if err != nil {
		return p, domain.Source{}, err
	}
	s, err := h.Sources.Get(ctx, domain.SourceID(c.Param("source")))
	if err == nil && s.ProjectID != p.ID {
		err = echo.ErrNotFound
	}
	return p, s, err
}

// page shows the source's page; m holds what the request adds to it.
func (h *Sources) page(c echo.Context, status int, p domain.Project, s domain.Source, m source.Model) error {
	ctx := c.Request().Context()
	m.Project, m.Source = p, s
	var err error
	if m.Frame, err = h.Frame.Model(c, Place{
		Title: s.Name, Project: &p, Tab: TabOverview, Crumbs: []layout.Link{{Label: s.Name}},
	}); err != nil {
		return err
	}
	if m.Settings.Problem.IsZero() {
		m.Settings.Name, m.Settings.URL, m.Settings.BaseURL, m.Settings.Every = s.Name, s.URL, s.BaseURL, s.RefreshEvery
	}
	m.Next = h.Refresher.Next(s)
	siblings, err := h.Sources.ListByProject(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	m.Lone = len(siblings) <= 1
	stored, err := h.Stored.ListBySource(ctx, s.ID)
	if err != nil {
		return fmt.Errorf("list versions: %w", err)
	}
	m.Versions = source.VersionsOf(stored, s.DocumentID)
	for _, d := range stored {
		if d.ID == s.DocumentID {
			m.Title, m.Version, m.OpenAPI, m.Strategy = d.Title, d.Version, d.OpenAPI, d.Strategy
		}
	}
	if index, err := h.Documents.Index(ctx, s.DocumentID); err != nil {
		m.Unreadable = message(err)
	} else {
		m.Operations, m.Faults = len(index.Entries), index.Faults
	}
	return hx.Render(c, status, source.Page(m))
}

// store stores what was taken as a new source of the project.
func (h *Sources) store(ctx context.Context, id domain.ProjectID, t taken) error {
	s := t.source
	s.ProjectID, s.DocumentURL = id, t.found.DocumentURL
	s.Name = nameOf(t)
	s.BaseURL = openapi.BaseURL(t.found.Document, cmp.Or(t.found.DocumentURL, t.found.PageURL))
	if err := h.Sources.Create(ctx, &s); err != nil {
		return fmt.Errorf("create source: %w", err)
	}
	return h.put(ctx, &s, t.found)
}

// put stores the found document as the source's current one, with all else
// that changed of the source.
func (h *Sources) put(ctx context.Context, s *domain.Source, found Found) error {
	doc := domain.Document{
		SourceID: s.ID, Title: found.Document.Title, Version: found.Document.Version, OpenAPI: found.Document.OpenAPI,
		Strategy: found.Strategy, Raw: found.Raw,
	}
	if err := h.Stored.Create(ctx, &doc); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	if err := h.Documents.Keep(ctx, doc.ID, &found.Document, len(found.Raw)); err != nil {
		return err
	}
	s.DocumentID, s.DocumentURL, s.Problem = doc.ID, found.DocumentURL, domain.Message{}
	s.FetchedAt = time.Now().UTC()
	s.CheckedAt = s.FetchedAt
	if err := h.Sources.Update(ctx, s); err != nil {
		return fmt.Errorf("update source: %w", err)
	}
	return nil
}

// nameOf returns a name for a source: its document's title, else its host, with
// the definition where there are several.
func nameOf(t taken) string {
	name := titleOf(t.found, t.source.URL)
	if d := t.source.Definition; d != "" && !strings.Contains(strings.ToLower(name), strings.ToLower(d)) {
		name = shorten(name + " · " + d)
	}
	return name
}

// storeAll stores everything that was taken, or nothing.
func (h *Sources) storeAll(ctx context.Context, id domain.ProjectID, all []taken) error {
	before, err := h.Sources.ListByProject(ctx, id)
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	for _, t := range all {
		if err := h.store(ctx, id, t); err != nil {
			return errors.Join(err, h.undo(context.WithoutCancel(ctx), id, before))
		}
	}
	return nil
}

// undo deletes the project's sources but those of before.
func (h *Sources) undo(ctx context.Context, id domain.ProjectID, before []domain.Source) error {
	now, err := h.Sources.ListByProject(ctx, id)
	if err != nil {
		return err
	}
	known := map[domain.SourceID]bool{}
	for _, s := range before {
		known[s.ID] = true
	}
	for _, s := range now {
		if !known[s.ID] {
			err = errors.Join(err, h.Sources.Delete(ctx, s.ID))
		}
	}
	return err
}

// refused shows on the source's page why something could not be done.
func (h *Sources) refused(c echo.Context, p domain.Project, s domain.Source, err error) error {
	if !beside(err) || hx.IsFragment(c) {
		return err
	}
	return h.page(c, status(err), p, s, source.Model{Problem: message(err)})
}

// Delete takes an API out of a project; plans made of it stay.
func (h *Sources) Delete(c echo.Context) error {
	p, s, err := h.get(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if !confirmed(c) {
		question := i18n.T(ctx, "project.source_delete_confirm", "Name", s.Name)
		return h.Frame.ask(c, Place{Title: i18n.T(ctx, "project.source_delete"), Project: &p, Tab: TabOverview}, question, paths.Source(p.ID, s.ID))
	}
	if err := h.Sources.Delete(ctx, s.ID); err != nil {
		return h.refused(c, p, s, err)
	}
	return hx.Redirect(c, paths.Project(p.ID))
}
