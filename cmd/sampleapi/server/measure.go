package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"plog.dev/plog/cmd/sampleapi/knobs"
	"plog.dev/plog/cmd/sampleapi/shop"
	"plog.dev/plog/cmd/sampleapi/truth"
)

// statusClientGone is recorded for a request whose client left before the answer (nginx's number for it).
const statusClientGone = 499

var blank = bytes.Repeat([]byte(" "), 4096)

// measure puts the knobs before the operation and records what came of each request.
func (s *Server) measure(route shop.Route) http.Handler {
	name := route.Name()
	operation := s.truth.Operation(name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		operation.Arrive()
		fate := s.panel.Next(name)
		sample := truth.Sample{Status: http.StatusInternalServerError, Injected: fate.Latency}
		answering := false
		defer func() {
			sample.Duration = time.Since(begin)
			operation.Finish(sample)
			if answering {
				operation.Answered()
			}
		}()
		answer := func(h http.Handler) {
			answering = true
			operation.Answer()
			out := &writer{ResponseWriter: w, least: fate.PayloadBytes}
			h.ServeHTTP(out, r)
			sample.Status = out.finish()
		}

		err := fate.Gate.Enter(r.Context())
		if fate.Gate != nil {
			sample.Queued = time.Since(begin)
		}
		if errors.Is(err, knobs.ErrFull) {
			sample.Injected = 0
			answer(failing(http.StatusServiceUnavailable, "The queue is full."))
			return
		}
		if err != nil {
			sample.Status, sample.Injected = statusClientGone, 0
			return
		}
		defer fate.Gate.Leave()
		if err := wait(r.Context(), fate.Latency); err != nil {
			sample.Status = statusClientGone
			return
		}
		if fate.ErrorStatus > 0 {
			answer(failing(fate.ErrorStatus, "This error was asked for."))
			return
		}
		answer(route.Handler)
	})
}

// wait returns nil after d, or the cause of ctx when that ends first.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the latency: %w", context.Cause(ctx))
	}
}

func failing(status int, detail string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		problem(w, status, detail)
	})
}

// writer remembers the status and fills a JSON body up with white space, which JSON allows after a value.
type writer struct {
	http.ResponseWriter
	status int
	least  int // bytes a JSON body has at least
	owed   int // bytes of it that are still to be written
}

// WriteHeader announces the filled-up length.
func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		header := w.Header()
		length, err := strconv.Atoi(header.Get("Content-Length"))
		if err == nil && length < w.least && strings.Contains(header.Get("Content-Type"), "json") {
			header.Set("Content-Length", strconv.Itoa(w.least))
			w.owed = w.least - length
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes the body as it is; finish adds what is owed.
func (w *writer) Write(body []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(body)
	if err != nil {
		return n, fmt.Errorf("write the body: %w", err)
	}
	return n, nil
}

// Unwrap lets http.ResponseController reach the connection.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// finish completes the body and returns the status.
func (w *writer) finish() int {
	for w.owed > 0 {
		n, err := w.ResponseWriter.Write(blank[:min(w.owed, len(blank))])
		if err != nil {
			break
		}
		w.owed -= n
	}
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
