package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"plog.dev/plog/domain/metrics"
)

// maxBatch bounds what a batch may hold, compressed or not.
const maxBatch = 64 << 20

// sink stands for the servers that k6's outputs report to: PLOG's ingest, which
// it decodes and adds up as PLOG does, and an InfluxDB that discards.
type sink struct {
	url    string
	server *http.Server
	served chan error

	mu  sync.Mutex
	agg *metrics.Aggregate
	err error // the first batch that could not be read
}

// startSink listens on loopback. The caller closes it.
func startSink(ctx context.Context) (*sink, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{url: "http://" + l.Addr().String(), served: make(chan error, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ingest/runs/{run}/gate", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, metrics.Reply{Now: time.Now(), Go: true})
	})
	mux.HandleFunc("POST /ingest/runs/{run}/batches", s.batch)
	mux.HandleFunc("/query", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"results":[{}]}`) })
	mux.HandleFunc("POST /write", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(l) }()
	return s, s.reset()
}

func (s *sink) close() error {
	err := s.server.Close()
	if end := <-s.served; !errors.Is(end, http.ErrServerClosed) {
		err = errors.Join(err, end)
	}
	return err
}

// reset forgets what was reported.
func (s *sink) reset() error {
	agg, err := metrics.NewAggregate(nil)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.agg, s.err = agg, nil
	return nil
}

// requests returns how many requests were reported since reset.
func (s *sink) requests() (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.agg.Snapshot(time.Now()).Overall.Requests, s.err
}

func (s *sink) batch(w http.ResponseWriter, r *http.Request) {
	b, err := metrics.DecodeBatch(r.Body, maxBatch)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.err = errors.Join(s.err, err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.agg.Add(b)
	reply(w, metrics.Reply{Ack: b.Seq, Now: time.Now()})
}

// reply answers an instance; one that has gone cannot be told.
func reply(w http.ResponseWriter, r metrics.Reply) {
	w.Header().Set(metrics.IngestVersionHeader, metrics.IngestVersion)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(r)
}

// influx is the address for k6's --out influxdb.
func (s *sink) influx() string { return "influxdb=" + s.url + "/k6" }

// ingest is the address for k6's plog output.
func (s *sink) ingest() string { return strings.TrimSuffix(s.url, "/") + "/ingest" }
