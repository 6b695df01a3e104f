package web

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers"
)

// meter counts what the server does, for Prometheus.
type meter struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMeter(deps Deps) *meter {
	m := &meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "plog_http_request_duration_seconds", Help: "Time to answer a request, by route; streams count until they end.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60},
		}, []string{"route", "method", "status"}),
	}
	m.registry.MustRegister(m.requests, runStates{deps.Runs},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(deps.Meters...)
	return m
}

func (m *meter) request(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// runStates counts the runs that are not finished, by state, when asked.
type runStates struct{ runs handlers.RunLister }

var runsDesc = prometheus.NewDesc("plog_runs", "Runs that are not finished, by state.", []string{"state"}, nil)

// Describe tells Prometheus what Collect sends.
func (r runStates) Describe(ch chan<- *prometheus.Desc) { ch <- runsDesc }

// Collect sends the number of runs in each active state.
func (r runStates) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	states := []loadtest.State{loadtest.Queued, loadtest.Starting, loadtest.Running, loadtest.Stopping}
	runs, err := r.runs.List(ctx, loadtest.RunFilter{States: states})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(runsDesc, err)
		return
	}
	count := map[loadtest.State]float64{}
	for _, run := range runs {
		count[run.State]++
	}
	for _, state := range states {
		ch <- prometheus.MustNewConstMetric(runsDesc, prometheus.GaugeValue, count[state], string(state))
	}
}

// serveMetrics answers Prometheus on this machine, and elsewhere with the token.
func (s *Server) serveMetrics(c echo.Context) error {
	given := strings.TrimPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
	token := s.deps.MetricsToken
	known := token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1
	if !known && !handlers.Local(c, s.deps.BaseURL) {
		return domain.Errorf(domain.Forbidden, "errors.metrics", "Metrics are for this machine only, or for those with the token.")
	}
	promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true}).ServeHTTP(c.Response(), c.Request())
	return nil
}

// serveHealth says that the process answers.
func serveHealth(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }

// serveReady says whether runs can be started: the database answers and k6 is there.
func (s *Server) serveReady(c echo.Context) error {
	if s.deps.Ready == nil {
		return serveHealth(c)
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
	defer cancel()
	if err := s.deps.Ready(ctx); err != nil {
		var known = asDomain(err)
		return (&domain.Error{Code: domain.Unavailable, Message: sentence(known), Err: err})
	}
	return serveHealth(c)
}
