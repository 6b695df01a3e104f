package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strconv"

	"golang.org/x/text/language"

	"plog.dev/plog/cmd/sampleapi/knobs"
	"plog.dev/plog/cmd/sampleapi/shop"
)

// indexLanguages are those of pages/messages; the first is for everyone else.
var indexLanguages = []language.Tag{language.English, language.Korean}

// index is what the index page shows.
type index struct {
	Lang string
	T    map[string]string // texts by key
	Host string

	Rows    []indexRow
	Count   int64
	Waiting int64
	Grown   int64 // KiB
	Seed    uint64
}

type indexRow struct {
	Name, Latency, Errors, Concurrency, Growth, Payload string
	Count                                               int64
}

func (s *Server) mountIndex() error {
	page, err := template.ParseFS(pages, "pages/index.html")
	if err != nil {
		return fmt.Errorf("parse the index page: %w", err)
	}
	texts := make([]map[string]string, len(indexLanguages))
	for i, tag := range indexLanguages {
		body, err := pages.ReadFile("pages/messages/" + tag.String() + ".json")
		if err != nil {
			return fmt.Errorf("read the texts: %w", err)
		}
		if err := json.Unmarshal(body, &texts[i]); err != nil {
			return fmt.Errorf("read the texts in %s: %w", tag, err)
		}
	}
	matcher := language.NewMatcher(indexLanguages)
	css, err := pages.ReadFile("pages/index.css")
	if err != nil {
		return fmt.Errorf("read the style sheet: %w", err)
	}
	s.mux.HandleFunc("GET /index.css", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "text/css; charset=utf-8", css)
	})
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		// A header that cannot be parsed asks for nothing.
		wanted, _, _ := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
		_, at, _ := matcher.Match(wanted...)
		view := s.index(r.Host)
		view.Lang, view.T = indexLanguages[at].String(), texts[at]
		var body bytes.Buffer
		if err := page.Execute(&body, view); err != nil {
			problem(w, http.StatusInternalServerError, "The page cannot be drawn.")
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		w.Header().Set("Vary", "Accept-Language")
		write(w, http.StatusOK, "text/html; charset=utf-8", body.Bytes())
	})
	return nil
}

func (s *Server) index(host string) index {
	view := index{Host: host, Waiting: s.panel.Waiting(), Grown: s.panel.Grown() >> 10, Seed: s.panel.Seed()}
	set := s.panel.Set()
	for _, route := range s.routes {
		row := describe(route, set.For(route.Name()))
		row.Count = s.truth.Operation(row.Name).Count()
		view.Count += row.Count
		view.Rows = append(view.Rows, row)
	}
	return view
}

// describe says an operation's knobs as text; what is off stays empty.
func describe(route shop.Route, k knobs.Knobs) indexRow {
	row := indexRow{Name: route.Name()}
	if k.Latency != nil && k.Latency.Distribution != nil {
		row.Latency = k.Latency.String()
	}
	if k.ErrorRate != nil && *k.ErrorRate > 0 {
		status := http.StatusInternalServerError
		if k.ErrorStatus != nil {
			status = *k.ErrorStatus
		}
		row.Errors = strconv.FormatFloat(*k.ErrorRate*100, 'g', 4, 64) + "% → " + strconv.Itoa(status)
	}
	if k.Concurrency != nil && *k.Concurrency > 0 {
		row.Concurrency = strconv.Itoa(*k.Concurrency)
		if k.QueueLimit != nil {
			row.Concurrency += " + " + strconv.Itoa(*k.QueueLimit)
		}
	}
	if k.MemoryGrowthKiB != nil && *k.MemoryGrowthKiB > 0 {
		row.Growth = strconv.Itoa(*k.MemoryGrowthKiB) + " KiB"
	}
	if k.PayloadBytes != nil && *k.PayloadBytes > 0 {
		row.Payload = strconv.Itoa(*k.PayloadBytes) + " B"
	}
	return row
}
