package web_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/web"
)

type noRuns struct{}

func (noRuns) List(context.Context, loadtest.RunFilter) ([]loadtest.Run, error) { return nil, nil }

// A stream reaches its reader piece by piece, uncompressed, and ends when the server does.
func TestShutdownEndsStreams(t *testing.T) {
	ended := make(chan error, 1)
	server, err := web.New(web.Deps{Runs: noRuns{}, IngestRoutes: func(g *echo.Group) {
		g.GET("/events", func(c echo.Context) error {
			if _, err := io.WriteString(c.Response(), "data: 1\n\n"); err != nil {
				return err
			}
			c.Response().Flush()
			<-c.Request().Context().Done()
			ended <- context.Cause(c.Request().Context())
			return domain.Errorf(domain.Internal, "", "too late to be shown")
		})
	}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, l) }()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/ingest/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body := bufio.NewReader(res.Body)
	if line, err := body.ReadString('\n'); err != nil || line != "data: 1\n" {
		t.Fatalf("%q %v", line, err)
	}
	stop()
	if cause := <-ended; cause == nil || cause.Error() != "the server is shutting down" {
		t.Errorf("the stream ended by %v", cause)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(body); err != nil || string(rest) != "\n" {
		t.Errorf("after the end: %q %v", rest, err)
	}
}

func TestMetricsFromElsewhereNeedTheToken(t *testing.T) {
	for name, c := range map[string]struct {
		token, from, sent string
		want              int
	}{
		"this machine":              {"", "127.0.0.1:5", "", http.StatusOK},
		"elsewhere":                 {"", "203.0.113.7:5", "", http.StatusForbidden},
		"elsewhere, an empty token": {"", "203.0.113.7:5", "Bearer ", http.StatusForbidden},
		"elsewhere, a wrong token":  {"scrape", "203.0.113.7:5", "Bearer x", http.StatusForbidden},
		"elsewhere, the token":      {"scrape", "203.0.113.7:5", "Bearer scrape", http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			own := prometheus.NewCounter(prometheus.CounterOpts{Name: "plog_test_total", Help: "A counter of another part."})
			server, err := web.New(web.Deps{Runs: noRuns{}, MetricsToken: c.token, Meters: []prometheus.Collector{own}})
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)
			req.Host, req.RemoteAddr = "localhost:8080", c.from
			if c.sent != "" {
				req.Header.Set("Authorization", c.sent)
			}
			rec := httptest.NewRecorder()
			server.ServeHTTP(rec, req)
			if shown := strings.Contains(rec.Body.String(), "plog_test_total 0"); rec.Code != c.want || shown != (c.want == http.StatusOK) {
				t.Errorf("status %d, want %d; shown %t", rec.Code, c.want, shown)
			}
		})
	}
}

// A proxy on this machine makes everyone's requests come from this machine.
func TestBehindAProxyNobodyIsLocal(t *testing.T) {
	for _, c := range []struct {
		name, base string
		header     map[string]string
		local      bool
	}{
		{"none", "", nil, true},
		{"none, an address of its own", "http://127.0.0.1:8080", nil, true},
		{"none, IPv6", "http://[::1]:8080", nil, true},
		{"none, by name", "http://localhost:8080", nil, true},
		{"says for whom", "", map[string]string{"X-Forwarded-For": "203.0.113.7"}, false},
		{"says for whom, the standard way", "", map[string]string{"Forwarded": "for=203.0.113.7"}, false},
		{"says for itself", "", map[string]string{"X-Forwarded-For": "127.0.0.1"}, false},
		{"says nothing", "https://plog.example", nil, false},
		{"says nothing, another machine's address", "http://192.0.2.8:8080", nil, false},
		{"passes the name on", "", map[string]string{"Host": "plog.example"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := setupAt(t, c.base)
			get := func(path string) *httptest.ResponseRecorder {
				req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:8080"+path, nil)
				req.RemoteAddr = "127.0.0.1:5"
				for name, value := range c.header {
					req.Header.Set(name, value)
				}
				if host := req.Header.Get("Host"); host != "" {
					req.Host = host
				}
				rec := httptest.NewRecorder()
				b.server.ServeHTTP(rec, req)
				return rec
			}
			metrics, link := http.StatusOK, http.StatusSeeOther
			if !c.local {
				metrics, link = http.StatusForbidden, http.StatusOK // a page with a button
			}
			if rec := get("/metrics"); rec.Code != metrics {
				t.Errorf("metrics: %d, want %d", rec.Code, metrics)
			}
			rec := get(b.server.SignInLink(""))
			if rec.Code != link || c.local != (rec.Header().Get("Location") == "/") || c.local == strings.Contains(rec.Body.String(), `name="token"`) {
				t.Errorf("link: %d %v, want %d\n%s", rec.Code, rec.Header(), link, strip(rec.Body.String()))
			}
		})
	}
}
