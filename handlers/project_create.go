package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
	"plog.dev/plog/views/source"
)

// findLimit is how long a person waits for a document to be found.
const findLimit = 30 * time.Second

// Create makes a project of the API, or the APIs, that the form leads to.
func (h *Projects) Create(c echo.Context) error {
	form, all, err := h.Intake.take(c)
	if err == nil && len(all) > 0 {
		var p domain.Project
		if p, err = h.create(c.Request().Context(), all, false); err == nil {
			return hx.Redirect(c, paths.APIs(p.ID))
		}
	}
	code := http.StatusOK // choose among several
	if err != nil {
		if !beside(err) {
			return err
		}
		form.Problem, code = message(err), status(err)
	}
	form.Action = paths.Projects
	if hx.IsFragment(c) {
		return hx.Render(c, code, source.Add(form))
	}
	return h.home(c, code, form, domain.Message{})
}

// CreateSample makes the sample shop's project.
func (h *Projects) CreateSample(c echo.Context) error {
	if h.Sample == nil {
		return echo.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), findLimit)
	defer cancel()
	found, err := h.Intake.Finder.Find(ctx, FetchRequest{Target: h.Sample.address})
	if err == nil {
		var p domain.Project
		first := taken{domain.Source{Kind: domain.SourceURL, URL: h.Sample.address, RefreshEvery: h.Intake.Every}, found}
		if p, err = h.create(ctx, []taken{first}, true); err == nil {
			return hx.Redirect(c, paths.APIs(p.ID))
		}
	}
	if !beside(err) {
		return err
	}
	if hx.IsFragment(c) {
		return hx.Render(c, status(err), project.SampleOffer(*h.offer(ctx, message(err))))
	}
	return h.home(c, status(err), source.AddForm{}, message(err))
}

// create stores a project with its first sources; nothing remains of it when
// something goes wrong.
func (h *Projects) create(ctx context.Context, all []taken, sample bool) (domain.Project, error) {
	p := domain.Project{Name: titleOf(all[0].found, all[0].source.URL), Sample: sample}
	if err := h.Projects.Create(ctx, &p); err != nil {
		return p, fmt.Errorf("create project: %w", err)
	}
	if err := h.Intake.storeAll(ctx, p.ID, all); err != nil {
		return p, errors.Join(err, h.Projects.Delete(context.WithoutCancel(ctx), p.ID))
	}
	return p, nil
}

// titleOf returns a name for what was found: the document's title, else its host.
func titleOf(found Found, target string) string {
	if title := strings.TrimSpace(found.Document.Title); title != "" {
		return shorten(title)
	}
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		return u.Host
	}
	return "API"
}

const longestName = 200

func shorten(s string) string {
	if runes := []rune(s); len(runes) > longestName {
		return string(runes[:longestName])
	}
	return s
}
