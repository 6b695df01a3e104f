package handlers

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/source"
)

// Refresh fetches a source's document again.
func (h *Sources) Refresh(c echo.Context) error {
	p, s, err := h.get(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), findLimit)
	defer cancel()
	changed, err := h.Refresher.Refresh(ctx, s)
	if err != nil {
		return h.refused(c, p, s, err)
	}
	return fetched(c, s, changed)
}

// fetched goes to the source's page, which says whether the document had changed.
func fetched(c echo.Context, s domain.Source, changed bool) error {
	what := "same"
	if changed {
		what = "changed"
	}
	return hx.Redirect(c, paths.Source(s.ProjectID, s.ID)+"?fetched="+what)
}

// Replace takes a new version of an uploaded document.
func (h *Sources) Replace(c echo.Context) error {
	p, s, err := h.get(c)
	if err != nil {
		return err
	}
	given, err := handedOver(c)
	if err == nil && given.Data == nil {
		err = domain.Errorf(domain.Invalid, "source.replace_missing", "Choose a file or paste the document.")
	}
	if err != nil {
		return h.refused(c, p, s, err)
	}
	ctx := c.Request().Context()
	given.Definition = s.Definition
	found, err := h.Finder.Read(ctx, given)
	if err != nil {
		return h.refused(c, p, s, err)
	}
	before := s.DocumentID
	if err := h.put(ctx, &s, found); err != nil {
		return h.refused(c, p, s, err)
	}
	return fetched(c, s, s.DocumentID != before)
}

// Save changes a source's settings. A new address, or new credentials, count
// only when the document is found with them.
func (h *Sources) Save(c echo.Context) error {
	p, s, err := h.get(c)
	if err != nil {
		return err
	}
	changed, access, err := settingsOf(c, s)
	if err == nil && s.Kind == domain.SourceURL && (changed.URL != s.URL || len(changed.Headers) != len(s.Headers) || !access.IsZero()) {
		err = h.move(c.Request().Context(), &changed, s.URL != changed.URL)
	} else if err == nil {
		err = h.Sources.Update(c.Request().Context(), &changed)
	}
	if err == nil {
		return hx.Redirect(c, paths.Source(p.ID, s.ID)+"?saved=1")
	}
	if !beside(err) {
		return err
	}
	m := source.Model{Settings: source.Settings{
		Name: changed.Name, URL: changed.URL, BaseURL: changed.BaseURL, Every: changed.RefreshEvery, Access: access,
		Problem: message(err), Field: fieldOf(err),
	}}
	return h.page(c, status(err), p, s, m)
}

// move fetches the document as the changed source says and stores both.
func (h *Sources) move(ctx context.Context, s *domain.Source, elsewhere bool) error {
	ctx, cancel := context.WithTimeout(ctx, findLimit)
	defer cancel()
	found, err := h.Finder.Find(ctx, FetchRequest{Target: s.URL, Definition: s.Definition, Headers: s.Headers})
	if err != nil {
		if elsewhere {
			return wrongField("url", err)
		}
		return wrongField("access", err)
	}
	return h.put(ctx, s, found)
}

// settingsOf returns the source as the posted form changes it; with an error, too.
func settingsOf(c echo.Context, s domain.Source) (domain.Source, source.Access, error) {
	access := accessOf(c)
	s.Name, s.BaseURL = strings.TrimSpace(c.FormValue("name")), strings.TrimSpace(c.FormValue("base_url"))
	if s.Kind == domain.SourceURL {
		s.URL = withoutLogin(strings.TrimSpace(c.FormValue("url")), &access)
	}
	every, badEvery := time.ParseDuration(c.FormValue("every"))
	if s.Kind != domain.SourceUpload && badEvery == nil {
		s.RefreshEvery = every
	}
	headers, badHeaders := headersOf(access)
	if c.FormValue("forget_access") != "" || len(headers) > 0 {
		s.Headers = headers
	}
	switch {
	case s.Name == "" || len([]rune(s.Name)) > longestName:
		return s, access, wrongField("name", domain.Errorf(domain.Invalid, "source.name_wrong", "Give the source a name of at most {{.Max}} characters.", "Max", longestName))
	case s.Kind == domain.SourceURL && s.URL == "":
		return s, access, wrongField("url", domain.Errorf(domain.Invalid, "source.url_wrong",
			"“{{.URL}}” is not an address. Write it like http://localhost:8080/openapi.json.", "URL", s.URL))
	case !isBase(s.BaseURL):
		return s, access, wrongField("base_url", domain.Errorf(domain.Invalid, "source.base_url_wrong",
			"“{{.URL}}” is not a base URL. Write it like http://localhost:8080.", "URL", s.BaseURL))
	case s.Kind != domain.SourceUpload && (badEvery != nil || every < 0 || every != 0 && every < time.Minute):
		return s, access, wrongField("every", domain.Errorf(domain.Invalid, "source.every_wrong", "Choose how often the document is fetched."))
	case badHeaders != nil:
		return s, access, wrongField("access", badHeaders)
	}
	return s, access, nil
}

// isBase reports whether requests can go to base; "" leaves it to the plans.
func isBase(base string) bool {
	if base == "" {
		return true
	}
	u, err := url.Parse(base)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// wrongField returns err as one about the field.
func wrongField(field string, err error) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	about := e.Because(err)
	about.Fields = []domain.FieldError{{Field: field, Message: e.Message}}
	return about
}

// fieldOf returns the field that err is about, "" for the form as a whole.
func fieldOf(err error) string {
	var e *domain.Error
	if errors.As(err, &e) && len(e.Fields) > 0 {
		return e.Fields[0].Field
	}
	return ""
}
