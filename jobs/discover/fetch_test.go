package discover_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/discover"
)

const document = `{"openapi":"3.0.3","info":{"title":"주문","version":"1"},"servers":[{"url":"/v1"}],"paths":{"/orders":{"get":{"responses":{}}}}}`

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func find(t *testing.T, target string) (discover.Found, error) {
	t.Helper()
	return findWith(t, discover.NewFetcher(policy()), target)
}

func policy() target.Policy { return target.Policy{} }

func findWith(t *testing.T, f *discover.Fetcher, target string) (discover.Found, error) {
	t.Helper()
	return discover.NewFinder(f).Find(context.Background(), discover.Request{Target: target})
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// TestEveryBadAddressHasItsOwnSentence serves what people paste by mistake.
func TestEveryBadAddressHasItsOwnSentence(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/page", text("<!doctype html><html><body>Hello</body></html>"))
	mux.HandleFunc("/empty", text(""))
	mux.HandleFunc("/json", text(`{"hello":"world"}`))
	mux.HandleFunc("/data.json", text(`{"hello":"world"}`))
	mux.HandleFunc("/truncated", text(document[:60]))
	mux.HandleFunc("/binary", text("\x7fELF\x00\x01\x02"))
	mux.HandleFunc("/zeros", func(w http.ResponseWriter, _ *http.Request) {
		zeros := make([]byte, 1<<20)
		for range 50 {
			_, _ = w.Write(zeros)
		}
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		spaces := []byte(strings.Repeat(" ", 1<<20))
		for range 70 {
			if _, err := w.Write(spaces); err != nil {
				return
			}
		}
	})
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, strings.Repeat(" ", 1<<20))
	_ = z.Close()
	member := packed.Bytes() // a gzip file may have many of them
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for range 70 {
			_, _ = w.Write(member)
		}
	})
	mux.HandleFunc("/bad-gzip", text("\x1f\x8b\x08\x00broken"))
	mux.HandleFunc("/short", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "{")
	})
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop2", http.StatusFound) })
	mux.HandleFunc("/loop2", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/far/", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) })
	mux.HandleFunc("/to-file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/to-metadata", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
	})
	for _, status := range []int{401, 403, 404, 410, 418, 429, 500, 503} {
		mux.HandleFunc("/status/"+strconv.Itoa(status), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	base := serve(t, mux)
	for path, key := range map[string]string{
		"/page":        "discover.nothing",
		"/empty":       "openapi.empty",
		"/json":        "discover.nothing",
		"/data.json":   "openapi.not_openapi",
		"/truncated":   "openapi.truncated",
		"/binary":      "openapi.binary",
		"/zeros":       "openapi.binary",
		"/endless":     "discover.too_large",
		"/bomb":        "discover.too_large",
		"/bad-gzip":    "discover.compression",
		"/short":       "discover.closed",
		"/loop":        "discover.redirect_loop",
		"/far/x":       "discover.redirects",
		"/to-file":     "target.scheme",
		"/to-metadata": "target.never",
		"/status/401":  "discover.unauthorized",
		"/status/403":  "discover.unauthorized",
		"/status/404":  "discover.not_found",
		"/nowhere":     "discover.not_found",
		"/status/410":  "discover.not_found",
		"/status/418":  "discover.status",
		"/status/429":  "discover.limited",
		"/status/500":  "discover.server_error",
		"/status/503":  "discover.server_error",
	} {
		t.Run(path, func(t *testing.T) { wantKey(t, base+path, key) })
	}
	for address, key := range map[string]string{
		"":                          "discover.no_address",
		"http://":                   "discover.address",
		"http://[":                  "discover.address",
		"ftp://127.0.0.1/x":         "target.scheme",
		"file:///etc/passwd":        "discover.address",
		"http://169.254.169.254/":   "target.never",
		"http://0.0.0.0:80/":        "target.never",
		"http://8.8.8.8/":           "target.public",
		"http://name.invalid/":      "discover.dns",
		"http://" + closedPort(t):   "discover.refused",
		"https://" + base[7:] + "/": "discover.tls",
	} {
		t.Run(address, func(t *testing.T) { wantKey(t, address, key) })
	}
}

func wantKey(t *testing.T, address, key string) {
	t.Helper()
	_, err := find(t, address)
	var e *domain.Error
	if !errors.As(err, &e) || e.Message.Key != key {
		t.Fatalf("got %v, want %s", err, key)
	}
	if e.Code != domain.Invalid && e.Code != domain.Forbidden {
		t.Errorf("code %s", e.Code)
	}
	if s := e.Message.String(); strings.Contains(s, "<no value>") || strings.Contains(s, "{{") {
		t.Errorf("sentence: %s", s)
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func TestUntrustedCertificate(t *testing.T) {
	s := httptest.NewTLSServer(text(document))
	t.Cleanup(s.Close)
	wantKey(t, s.URL, "discover.tls")
}

// TestCancelEndsAFetch uses a server that answers only when it is left.
func TestCancelEndsAFetch(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	base := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	f := discover.NewFetcher(policy())
	if _, err := discover.NewFinder(f).Find(ctx, discover.Request{Target: base}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestEncodings(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, document)
		_ = z.Close()
	})
	mux.HandleFunc("/euc-kr", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=euc-kr")
		_, _ = io.WriteString(w, strings.ReplaceAll(document, "주문", "\xc1\xd6\xb9\xae"))
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/new/gzip", http.StatusMovedPermanently)
	})
	mux.HandleFunc("/new/gzip", text(document))
	base := serve(t, mux)
	for _, path := range []string{"/gzip", "/euc-kr", "/moved"} {
		found, err := find(t, base+path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if found.Document.Title != "주문" || found.Strategy != "direct" || found.BaseURL() != base+"/v1" {
			t.Errorf("%s: %q by %s, base %s", path, found.Document.Title, found.Strategy, found.BaseURL())
		}
	}
}
