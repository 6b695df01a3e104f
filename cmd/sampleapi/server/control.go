package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"plog.dev/plog/cmd/sampleapi/knobs"
	"plog.dev/plog/cmd/sampleapi/truth"
)

const maxKnobsBody = 64 << 10

// getKnobs answers the set in force, in the shape that putKnobs takes.
func (s *Server) getKnobs(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.panel.Set())
}

// putKnobs replaces the whole set; one that is not valid changes nothing.
func (s *Server) putKnobs(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxKnobsBody))
	decoder.DisallowUnknownFields()
	var set knobs.Set
	err := decoder.Decode(&set)
	if err == nil && !errors.Is(func() error { _, err := decoder.Token(); return err }(), io.EOF) {
		err = errors.New("the body is more than one JSON value")
	}
	if err != nil {
		problem(w, http.StatusBadRequest, "The knobs cannot be read: "+err.Error())
		return
	}
	if set == nil {
		set = knobs.Set{}
	}
	if err := s.panel.Replace(set); err != nil {
		problem(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	s.getKnobs(w, r)
}

// state is the truth and what the knobs do at this moment.
type state struct {
	Seed     uint64 `json:"seed"`
	Waiting  int64  `json:"waiting"`
	GrownKiB int64  `json:"grown_kib"`
	truth.Report
}

// getTruth answers the report, or with raw=1 the durations of one operation as lines.
func (s *Server) getTruth(w http.ResponseWriter, r *http.Request) {
	s.truth.Settle(r.Context())
	query := r.URL.Query()
	if raw, _ := strconv.ParseBool(query.Get("raw")); !raw {
		writeJSON(w, http.StatusOK, state{s.panel.Seed(), s.panel.Waiting(), s.panel.Grown() >> 10, s.truth.Report()})
		return
	}
	operation := s.truth.Operation(query.Get("operation"))
	if operation == nil {
		problem(w, http.StatusNotFound, "raw=1 needs operation, one such as \"GET /products/{productId}\".")
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// The status is sent; a client that has gone cannot be told more.
	_ = operation.WriteRaw(w)
}

func (s *Server) deleteTruth(w http.ResponseWriter, r *http.Request) {
	s.truth.Settle(r.Context())
	s.truth.Reset()
	w.WriteHeader(http.StatusNoContent)
}

func problem(w http.ResponseWriter, status int, detail string) {
	title := http.StatusText(status)
	if title == "" {
		title = "Error"
	}
	body, err := json.Marshal(map[string]any{"title": title, "status": status, "detail": detail})
	if err != nil {
		http.Error(w, detail, status)
		return
	}
	write(w, status, "application/problem+json", body)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		problem(w, http.StatusInternalServerError, "The answer cannot be encoded.")
		return
	}
	write(w, status, "application/json", append(body, '\n'))
}

// write sends a whole answer; a client that has gone cannot be told.
func write(w http.ResponseWriter, status int, mediaType string, body []byte) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // #nosec G705 -- every caller names a media type; the one page is escaped by its template
}
