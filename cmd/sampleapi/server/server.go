// Package server serves the sample shop with its knobs, its truth, its document and its pages.
package server

import (
	"fmt"
	"net/http"

	"plog.dev/plog/cmd/sampleapi/knobs"
	"plog.dev/plog/cmd/sampleapi/shop"
	"plog.dev/plog/cmd/sampleapi/truth"
)

// Config is what a Server is made of.
type Config struct {
	// Knobs hold from the start; see knobs.Set.
	Knobs knobs.Set
	// Seed makes latencies and errors repeatable.
	Seed uint64
	// MemoryCap is the most that the memory knob keeps, in bytes.
	MemoryCap int64
	// Samples is how many raw samples are kept for exact percentiles.
	Samples int
}

// Server is the whole sample API as one http.Handler. It is safe for concurrent use.
type Server struct {
	mux    *http.ServeMux
	routes []shop.Route
	panel  *knobs.Panel
	truth  *truth.Recorder
}

// New returns a Server, or an error if the knobs are not valid.
func New(config Config) (*Server, error) {
	routes := shop.New().Routes()
	names := make([]string, len(routes))
	for i, route := range routes {
		names[i] = route.Name()
	}
	s := &Server{
		mux:    http.NewServeMux(),
		routes: routes,
		panel:  knobs.NewPanel(names, config.Seed, config.MemoryCap),
		truth:  truth.NewRecorder(names, config.Samples),
	}
	if err := s.panel.Replace(config.Knobs); err != nil {
		return nil, fmt.Errorf("set the knobs: %w", err)
	}
	for _, route := range routes {
		s.mux.Handle(route.Name(), s.measure(route))
	}
	s.mux.HandleFunc("GET /knobs", s.getKnobs)
	s.mux.HandleFunc("PUT /knobs", s.putKnobs)
	s.mux.HandleFunc("GET /truth", s.getTruth)
	s.mux.HandleFunc("DELETE /truth", s.deleteTruth)
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, "text/plain; charset=utf-8", []byte("ok\n"))
	})
	if err := s.mountDocument(); err != nil {
		return nil, err
	}
	s.mountDocs()
	if err := s.mountIndex(); err != nil {
		return nil, err
	}
	return s, nil
}

// ServeHTTP answers the request; what belongs to no route is counted as unmatched.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mux.ServeHTTP(w, r)
	if r.Pattern == "" {
		s.truth.Unmatched()
	}
}
