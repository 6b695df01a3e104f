package discover_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/jobs/discover"
)

const secret = "s3cr3t-value"

// guard serves next to those who bring the credentials, and remembers who
// brought any.
type guard struct {
	mu   sync.Mutex
	with []string // paths
	next http.Handler
}

func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(fmt.Sprint(r.Header), secret) || r.Header.Get("Authorization") != "" {
		g.mu.Lock()
		g.with = append(g.with, r.URL.Path)
		g.mu.Unlock()
	}
	g.next.ServeHTTP(w, r)
}

func protected(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Team-Token") != secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// TestCredentialsStayWithTheirOrigin leads searches to another host in every
// way a page or server can.
func TestCredentialsStayWithTheirOrigin(t *testing.T) {
	foreign := &guard{}
	foreignURL := serve(t, foreign)
	mux := http.NewServeMux()
	mux.HandleFunc("/openapi.json", text(document))
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, foreignURL+"/openapi.json", http.StatusFound)
	})
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, foreignURL+"/back", http.StatusFound)
	})
	mux.HandleFunc("/page", text(`<!doctype html><script src="`+foreignURL+`/init.js"></script><redoc spec-url="`+foreignURL+`/openapi.json"></redoc>`))
	mux.HandleFunc("/parts", text(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a":{"$ref":"`+foreignURL+`/a.json"},"/b":{"get":{"responses":{}}}}}`))
	own := &guard{next: protected(mux)}
	ownURL := serve(t, own)
	others := http.NewServeMux()
	others.HandleFunc("/openapi.json", text(document))
	others.HandleFunc("/back", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, ownURL+"/openapi.json", http.StatusFound)
	})
	foreign.next = others

	var log bytes.Buffer
	for path, ok := range map[string]bool{"/openapi.json": true, "/away": true, "/page": true, "/parts": true, "/round": false, "/nowhere.json": false} {
		fetcher := discover.NewFetcher(policy(), discover.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
		found, err := discover.NewFinder(fetcher).Find(t.Context(), discover.Request{
			Target: ownURL + path, Headers: []domain.FetchHeader{{Name: "X-Team-Token", Value: secret}, {Name: "Cookie", Value: "id=" + secret}},
		})
		if (err == nil) != ok {
			t.Errorf("%s: %v", path, err)
		}
		if said := fmt.Sprintf("%v %+v", err, found); strings.Contains(said, secret) {
			t.Errorf("%s: a secret is shown: %s", path, said)
		}
	}
	if len(foreign.with) > 0 {
		t.Errorf("another origin was given credentials at %v", foreign.with)
	}
	if !slices.Contains(own.with, "/openapi.json") || strings.Contains(log.String(), secret) {
		t.Errorf("own origin saw them at %v; log:\n%s", own.with, log.String())
	}
}

func TestPasswordInAddress(t *testing.T) {
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, ok := r.BasicAuth(); !ok || name != "kim" || password != secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		text(document)(w, r)
	}))
	found, err := find(t, strings.Replace(base, "http://", "http://kim:"+secret+"@", 1)+"/openapi.json")
	if err != nil || found.DocumentURL != base+"/openapi.json" || strings.Contains(fmt.Sprintf("%+v", found.Tried), secret) {
		t.Errorf("found at %q: %v", found.DocumentURL, err)
	}
}

func TestHeadersThatCannotBeSent(t *testing.T) {
	never := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }))
	defer never.Close()
	for _, h := range []domain.FetchHeader{{Name: "", Value: secret}, {Name: "A B", Value: secret}, {Name: "Host", Value: secret}, {Name: "X-A", Value: secret + "\r\nX-B: 1"}} {
		_, err := discover.NewFinder(discover.NewFetcher(policy())).Find(t.Context(), discover.Request{Target: never.URL, Headers: []domain.FetchHeader{h}})
		if domain.CodeOf(err) != domain.Invalid || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", h.Name, err)
		}
	}
}
