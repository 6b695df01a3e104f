package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/project"
)

// findLimit is how long a person waits for a document to be found.
const findLimit = 30 * time.Second

// Create makes a project of the API at the given address, or in the file.
func (h *Projects) Create(c echo.Context) error {
	target, found, err := h.find(c)
	if err == nil {
		var p domain.Project
		if p, err = h.create(c.Request().Context(), target, found, false); err == nil {
			return hx.Redirect(c, paths.APIs(p.ID))
		}
	}
	if !beside(err) {
		return err
	}
	form := project.AddForm{Action: paths.Projects, Target: target, Problem: message(err)}
	if hx.IsFragment(c) {
		return hx.Render(c, status(err), project.Add(form))
	}
	return h.home(c, status(err), form, domain.Message{})
}

// CreateSample makes the sample shop's project.
func (h *Projects) CreateSample(c echo.Context) error {
	if h.Sample == nil {
		return echo.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), findLimit)
	defer cancel()
	found, err := h.Finder.Find(ctx, FetchRequest{Target: h.Sample.address})
	if err == nil {
		var p domain.Project
		if p, err = h.create(ctx, h.Sample.address, found, true); err == nil {
			return hx.Redirect(c, paths.APIs(p.ID))
		}
	}
	if !beside(err) {
		return err
	}
	if hx.IsFragment(c) {
		return hx.Render(c, status(err), project.SampleOffer(*h.offer(ctx, message(err))))
	}
	return h.home(c, status(err), project.AddForm{}, message(err))
}

// find returns the document of the posted form: of its file if there is one,
// else of its address.
func (h *Projects) find(c echo.Context) (target string, found Found, err error) {
	target = strings.TrimSpace(c.FormValue("target"))
	file, err := c.FormFile("file")
	switch {
	case err == nil && file.Filename != "":
		found, err = h.upload(c)
		return "", found, err
	case err != nil && !errors.Is(err, http.ErrMissingFile) && !errors.Is(err, http.ErrNotMultipart):
		return target, found, fmt.Errorf("uploaded file: %w", err)
	case target == "":
		return "", found, domain.Errorf(domain.Invalid, "home.target_missing", "Paste the address of the API's document or docs page, or choose a file.")
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), findLimit)
	defer cancel()
	found, err = h.Finder.Find(ctx, FetchRequest{Target: target})
	return target, found, err
}

func (h *Projects) upload(c echo.Context) (found Found, err error) {
	header, err := c.FormFile("file")
	if err != nil {
		return found, fmt.Errorf("uploaded file: %w", err)
	}
	f, err := header.Open()
	if err != nil {
		return found, fmt.Errorf("open uploaded file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(f)
	if err != nil {
		return found, fmt.Errorf("read uploaded file: %w", err)
	}
	return h.Finder.Read(c.Request().Context(), Upload{Name: header.Filename, Data: data})
}

// create stores a project with its first source; nothing remains of it when
// something goes wrong.
func (h *Projects) create(ctx context.Context, target string, found Found, sample bool) (domain.Project, error) {
	p := domain.Project{Name: titleOf(found, target), Sample: sample}
	if err := h.Projects.Create(ctx, &p); err != nil {
		return p, fmt.Errorf("create project: %w", err)
	}
	if err := h.addSource(ctx, p.ID, target, found); err != nil {
		return p, errors.Join(err, h.Projects.Delete(context.WithoutCancel(ctx), p.ID))
	}
	return p, nil
}

// addSource stores what was found as a new source of the project.
func (h *Projects) addSource(ctx context.Context, id domain.ProjectID, target string, found Found) error {
	s := domain.Source{
		ProjectID: id, Kind: domain.SourceURL, Name: titleOf(found, target), URL: target, DocumentURL: found.DocumentURL,
		BaseURL: openapi.BaseURL(found.Document, cmp.Or(found.DocumentURL, found.PageURL)),
	}
	if found.DocumentURL == "" && found.PageURL == "" {
		s.Kind = domain.SourceUpload
	}
	if err := h.Sources.Create(ctx, &s); err != nil {
		return fmt.Errorf("create source: %w", err)
	}
	return h.putDocument(ctx, &s, found)
}

// putDocument stores the found document as the source's current one.
func (h *Projects) putDocument(ctx context.Context, s *domain.Source, found Found) error {
	doc := domain.Document{
		SourceID: s.ID, Title: found.Document.Title, Version: found.Document.Version, OpenAPI: found.Document.OpenAPI,
		Strategy: found.Strategy, Raw: found.Raw,
	}
	if err := h.Stored.Create(ctx, &doc); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	s.DocumentID, s.FetchedAt = doc.ID, time.Now().UTC()
	if err := h.Sources.Update(ctx, s); err != nil {
		return fmt.Errorf("update source: %w", err)
	}
	return nil
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
