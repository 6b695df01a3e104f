// Package web serves PLOG over HTTP: the server, its routes, and what every
// request goes through.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
)

// errStopped is why the contexts of open requests end at shutdown.
var errStopped = errors.New("the server is shutting down")

// Deps is what the web app works with. Fields without a note are required.
type Deps struct {
	Projects  handlers.ProjectStore
	Sources   handlers.SourceStore
	Documents handlers.DocumentStore
	Plans     handlers.PlanStore
	Runs      handlers.RunLister
	Users     handlers.UserStore
	Sessions  handlers.SessionStore
	Settings  handlers.SettingStore
	Finder    handlers.Finder
	Refresher handlers.Refresher
	Changes   handlers.Changes
	Starter   handlers.Starter
	Trier     handlers.Trier           // sends single requests; nil where nothing can be sent
	Checker   handlers.ResponseChecker // compares answers with documents; may be nil

	RefreshEvery time.Duration // how often a new source is fetched again by itself; 0 is never

	Limits    loadtest.Limits
	Script    func(loadtest.Plan) ([]byte, error) // a plan as one k6 script
	SampleURL string                              // of the sample shop's document; "" offers none
	Env       func(context.Context) loadtest.Environment
	Ready     func(context.Context) error // nil when the database and k6 are there

	RunPages     *handlers.Runs    // the pages of runs
	IngestRoutes func(*echo.Group) // registers what instances report to, below /ingest; may be nil

	Meters []prometheus.Collector // what /metrics shows besides the server's own

	Log          *slog.Logger // slog.Default() if nil
	Version      string
	BaseURL      string // as browsers reach PLOG; https makes cookies secure, see also handlers.Local
	MetricsToken string // a bearer token that may read /metrics from elsewhere; "" is none
}

// Server is PLOG's web app. It is an http.Handler; Serve runs it on a listener.
type Server struct {
	deps    Deps
	echo    *echo.Echo
	links   *handlers.SignInLinks
	metrics *meter
}

// New returns a Server. It fails when the message catalogues cannot be read.
func New(deps Deps) (*Server, error) {
	bundle, err := i18n.Load()
	if err != nil {
		return nil, fmt.Errorf("message catalogues: %w", err)
	}
	if deps.Log == nil {
		deps.Log = slog.Default()
	}
	s := &Server{deps: deps, echo: echo.New(), links: handlers.NewSignInLinks(), metrics: newMeter(deps)}
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor = echo.ExtractIPDirect()
	s.echo.HTTPErrorHandler = s.answerError
	s.middleware(bundle)
	s.routes()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// SignInLink returns a new address, below base such as http://127.0.0.1:8080,
// that signs one browser in, once, as the first administrator.
func (s *Server) SignInLink(base string) string {
	return base + paths.Login + "?token=" + s.links.New("", 0)
}

// Serve answers requests on the listener until ctx ends, then ends streams and
// waits up to ten seconds for the other requests. It closes the listener.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	requests, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(errStopped)
	server := &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	stop(errStopped)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		s.deps.Log.Warn("requests were cut off at shutdown", "error", err)
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	return nil
}

// rank orders roles: each may do what the ones before it may.
func rank(r domain.Role) int {
	switch r {
	case domain.Admin:
		return 3
	case domain.Runner:
		return 2
	case domain.Viewer:
		return 1
	}
	return 0
}
