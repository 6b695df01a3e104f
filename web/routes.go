package web

import (
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers"
	"plog.dev/plog/static"
	"plog.dev/plog/views/paths"
)

// What is not a page. The pages' addresses are spelled in views/paths.
const (
	healthPath   = "/healthz"
	readyPath    = "/readyz"
	metricsPath  = "/metrics"
	ingestPrefix = "/ingest"
)

// routes is every address of PLOG.
func (s *Server) routes() {
	d, e := s.deps, s.echo
	frame := handlers.Frame{Projects: d.Projects, Version: d.Version}
	documents := handlers.NewDocuments(d.Documents)
	sessions := &handlers.Sessions{
		Frame: frame, Users: d.Users, Sessions: d.Sessions, Links: s.links,
		Cookie: s.cookie("plog_session"), Secure: s.secure(), BaseURL: d.BaseURL,
	}
	sources := &handlers.Sources{
		Frame: frame, Projects: d.Projects, Sources: d.Sources, Stored: d.Documents, Documents: documents,
		Finder: d.Finder, Refresher: d.Refresher, Changes: d.Changes, Plans: d.Plans, Every: d.RefreshEvery,
	}
	projects := &handlers.Projects{
		Frame: frame, Projects: d.Projects, Sources: d.Sources, Documents: documents,
		Plans: d.Plans, Runs: d.Runs, Intake: sources, Sample: handlers.NewSample(d.SampleURL),
	}
	operations := &handlers.Operations{Frame: frame, Projects: d.Projects, Sources: d.Sources, Documents: documents, Plans: d.Plans, Limits: d.Limits}
	trials := &handlers.Trials{
		Operations: operations, Stored: d.Documents, Trier: d.Trier, Checker: d.Checker,
		Logins: handlers.NewLogins(), Session: sessions.Key,
	}
	plans := &handlers.Plans{
		Frame: frame, Projects: d.Projects, Sources: d.Sources, Stored: d.Documents, Documents: documents, Changes: d.Changes, Plans: d.Plans,
		Starter: d.Starter, Trier: d.Trier, Operations: operations, Limits: d.Limits, Script: d.Script,
	}
	runs := d.RunPages
	search := &handlers.Search{Frame: frame, Projects: d.Projects, Sources: d.Sources, Documents: documents, Plans: d.Plans, Runs: d.Runs}
	settings := &handlers.Settings{Frame: frame, Settings: d.Settings, Links: s.links, Env: d.Env}

	// For machines.
	e.GET(healthPath, serveHealth)
	e.GET(readyPath, s.serveReady)
	e.GET(metricsPath, s.serveMetrics)
	e.GET(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	e.HEAD(static.Prefix+"*", echo.WrapHandler(static.Handler()))
	e.GET("/favicon.ico", func(c echo.Context) error { return c.Redirect(301, static.Path("favicon.svg")) })
	if d.IngestRoutes != nil {
		d.IngestRoutes(e.Group(ingestPrefix))
	}

	// For everyone.
	open := e.Group("", middleware.BodyLimit(maxBody), s.csrf())
	open.GET(paths.Login, sessions.LoginPage)
	open.POST(paths.Login, sessions.Login)
	open.POST(paths.Logout, sessions.Logout)
	open.POST(paths.Locale, handlers.SetLocale)

	// For those who are signed in; unsafe requests are for runners and administrators.
	app := open.Group("", signedIn(sessions))
	app.GET(paths.Home, projects.Home)
	app.GET(paths.Search, search.Find)
	app.POST(paths.Projects, projects.Create)
	app.POST(paths.Sample, projects.CreateSample)
	app.GET("/projects/:project", projects.Show)
	app.POST("/projects/:project/rename", projects.Rename)
	app.POST("/projects/:project/delete", projects.Delete)
	app.POST("/projects/:project/sources", projects.AddSource)
	app.GET("/projects/:project/sources/:source", sources.Show)
	app.POST("/projects/:project/sources/:source", sources.Save)
	app.GET("/projects/:project/sources/:source/changes", sources.ShowChanges)
	app.POST("/projects/:project/sources/:source/refresh", sources.Refresh)
	app.POST("/projects/:project/sources/:source/replace", sources.Replace)
	app.POST("/projects/:project/sources/:source/delete", sources.Delete)

	app.GET("/projects/:project/apis", operations.Show)
	app.POST("/projects/:project/apis", operations.Choose)
	app.POST("/projects/:project/apis/add", operations.Add)
	app.GET("/projects/:project/apis/:source/names", operations.Names)
	app.GET("/projects/:project/apis/:source/tree", operations.Tree)
	app.GET("/projects/:project/apis/:source/:operation", trials.Show)
	app.POST("/projects/:project/apis/:source/:operation", trials.Send)
	app.POST("/projects/:project/apis/:source/:operation/syntax", trials.Syntax)

	app.GET("/projects/:project/plans", plans.List)
	app.POST("/projects/:project/plans", plans.Create)
	app.POST("/projects/:project/plans/import", plans.Import)
	app.POST(paths.Estimate, plans.Estimate)
	app.GET("/plans/:plan", plans.Show)
	app.POST("/plans/:plan", plans.Save)
	app.POST("/plans/:plan/run", plans.Run)
	app.POST("/plans/:plan/update", plans.Update)
	app.POST("/plans/:plan/duplicate", plans.Duplicate)
	app.POST("/plans/:plan/delete", plans.Delete)
	app.GET("/plans/:plan/plan.yaml", plans.YAML)
	app.GET("/plans/:plan/script.js", plans.ShowScript)

	app.GET("/projects/:project/runs", runs.History)
	app.GET("/runs/:run", runs.Page)
	app.GET("/runs/:run/events", runs.Events)
	app.GET("/runs/:run/export.:file", runs.Export)
	app.POST("/runs/:run/stop", runs.Stop)
	app.POST("/runs/:run/rename", runs.Rename)
	app.POST("/runs/:run/again", runs.Again)
	app.POST("/runs/:run/duplicate", runs.Duplicate)
	app.POST("/runs/:run/delete", runs.Delete)

	app.GET(paths.Settings, settings.Show)
	app.POST(paths.SettingsLink(), settings.NewLink)
	app.POST(paths.SettingsHosts(), settings.SaveHosts, only(domain.Admin))
}
