package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"plog.dev/plog/static"
	"plog.dev/plog/views/chart"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/project"
	runpages "plog.dev/plog/views/run"
	"plog.dev/plog/views/search"
	"plog.dev/plog/views/settings"
	"plog.dev/plog/views/trial"
	"plog.dev/plog/views/ui"
)

// all lists the stories of every family of screens.
func all() []ui.Story {
	return slices.Concat(kit(), project.Stories(), plan.Stories(), runpages.Stories(), search.Stories(), settings.Stories(), trial.Stories())
}

type site struct {
	bundle  *i18n.Bundle
	stories []ui.Story
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.HandleFunc("GET /{$}", s.index)
	mux.HandleFunc("GET /story/{family}/{name}", s.story)
	mux.HandleFunc("POST /locale", changeLanguage)
	mux.HandleFunc("GET /search", found)
	mux.HandleFunc("GET /stream", stream)
	mux.HandleFunc("GET /swap", func(w http.ResponseWriter, r *http.Request) { s.render(w, r, swap()) })
	return mux
}

func (s *site) index(w http.ResponseWriter, r *http.Request) {
	s.render(w, r, index(s.stories))
}

func (s *site) story(w http.ResponseWriter, r *http.Request) {
	for _, story := range s.stories {
		if story.Family == r.PathValue("family") && story.Name == r.PathValue("name") {
			if width := r.FormValue("width"); width != "" {
				s.render(w, r, framed(r.URL, width))
				return
			}
			s.render(w, r, inFrame(story, frameModel(story.Family+" / "+story.Name, r)))
			return
		}
	}
	http.NotFound(w, r)
}

func frameModel(title string, r *http.Request) layout.Model {
	m := sampleFrame(title)
	m.Theme = r.FormValue("theme")
	m.Path = r.URL.RequestURI()
	return m
}

func (s *site) render(w http.ResponseWriter, r *http.Request, view templ.Component) {
	lang, _ := r.Cookie("lang")
	chosen := ""
	if lang != nil {
		chosen = lang.Value
	}
	ctx := i18n.With(r.Context(), s.bundle.Localizer(r.FormValue("lang"), chosen, r.Header.Get("Accept-Language")))
	var page bytes.Buffer
	if err := view.Render(ui.WithCSRF(ctx, "fixture"), &page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'")
	_, _ = page.WriteTo(w) // a reader who went away
}

func changeLanguage(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: "lang", Value: r.FormValue("lang"), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // a language, on loopback
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func found(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, `<a href="/">shop</a><a href="/">Typical day</a>`)
}

// stream feeds the live chart's story: a point each second, and a figure as HTML.
func stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for out := http.NewResponseController(w); ; {
		now := time.Now().Unix()
		wave := math.Sin(float64(now) / 7)
		points, err := json.Marshal(chart.Points{T: []float64{float64(now)}, Series: map[string]chart.Values{
			"p50": {80 + 20*wave}, "p95": {180 + 60*wave}, "p99": {260 + 90*wave}, "status:200": {400 + 40*wave}, "status:429": {10 - 8*wave},
		}})
		if err != nil {
			return
		}
		fmt.Fprintf(w, "event: points\ndata: %s\n\ndata: <b>%.0f ms</b>\n\n", points, 180+60*wave)
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-tick.C:
		}
	}
}
