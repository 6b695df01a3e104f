package handlers

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
)

// Cookies that pages read.
const (
	ThemeCookie  = "theme"
	LocaleCookie = "lang"
)

type userKey struct{}

// WithUser returns a context of a request by u.
func WithUser(ctx context.Context, u domain.User) context.Context {
	return context.WithValue(ctx, userKey{}, u)
}

// UserFrom returns who makes the request, and false when nobody is signed in.
func UserFrom(ctx context.Context) (domain.User, bool) {
	u, ok := ctx.Value(userKey{}).(domain.User)
	return u, ok
}

// Tab is a section of a project.
type Tab string

// The sections of a project.
const (
	TabOverview Tab = "overview"
	TabAPIs     Tab = "apis"
	TabPlans    Tab = "plans"
	TabRuns     Tab = "runs"
)

// Place is where in PLOG a page stands.
type Place struct {
	Title   string
	Project *domain.Project // nil outside a project
	Tab     Tab
	Crumbs  []layout.Link // after the project; the page itself is last
	Wide    bool
	Charts  bool
	Live    bool
}

// Frame makes the frame around pages.
type Frame struct {
	Projects ProjectStore
	Version  string
}

// Model returns the frame of a page at p.
func (f Frame) Model(c echo.Context, p Place) (layout.Model, error) {
	ctx := c.Request().Context()
	m := f.Bare(c, p.Title)
	m.Crumbs, m.Wide, m.Charts, m.Live = p.Crumbs, p.Wide, p.Charts, p.Live
	m.Search = paths.Search
	m.AllURL, m.NewURL = paths.Home, paths.Home+"#add-api"
	if u, ok := UserFrom(ctx); ok {
		m.User = &layout.User{Name: u.Name, Role: i18n.T(ctx, "settings.role."+string(u.Role)), URL: paths.Settings}
		m.SignOut = paths.Logout
	}
	all, err := f.Projects.List(ctx)
	if err != nil {
		return layout.Model{}, fmt.Errorf("list projects: %w", err)
	}
	for _, project := range all {
		m.Projects = append(m.Projects, layout.Link{Label: project.Name, URL: paths.Project(project.ID)})
	}
	if p.Project != nil {
		m.Project = layout.Link{Label: p.Project.Name, URL: paths.Project(p.Project.ID)}
		m.Tabs = tabs(ctx, p.Project.ID, p.Tab)
	}
	return m, nil
}

// Bare returns the frame of a page without navigation: signing in, errors.
func (f Frame) Bare(c echo.Context, title string) layout.Model {
	m := layout.Model{Title: title, Locale: paths.Locale, Path: c.Request().URL.RequestURI(), Version: f.Version, NoIndex: true}
	if c.Request().Method != "GET" {
		m.Path = paths.Home
	}
	if theme, err := c.Cookie(ThemeCookie); err == nil && (theme.Value == "dark" || theme.Value == "light") {
		m.Theme = theme.Value
	}
	return m
}

func tabs(ctx context.Context, id domain.ProjectID, active Tab) []layout.Tab {
	return []layout.Tab{
		{Label: i18n.T(ctx, "ui.tab.overview"), URL: paths.Project(id), Active: active == TabOverview},
		{Label: i18n.T(ctx, "ui.tab.apis"), URL: paths.APIs(id), Active: active == TabAPIs},
		{Label: i18n.T(ctx, "ui.tab.plans"), URL: paths.Plans(id), Active: active == TabPlans},
		{Label: i18n.T(ctx, "ui.tab.runs"), URL: paths.Runs(id), Active: active == TabRuns},
	}
}
