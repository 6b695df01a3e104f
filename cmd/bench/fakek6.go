package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"time"

	"plog.dev/plog/domain/metrics"
)

// fakeK6Cmd stands for a k6 whose load needs no CPU: PLOG runs it as K6_BINARY
// and it reports the same series every second.
type fakeK6Cmd struct {
	Seconds int      `help:"How long the load lasts."`
	Series  int      `help:"Series reported each second."`
	Args    []string `arg:"" optional:"" help:"What PLOG tells a k6."`
}

// What each of a fake k6's requests series holds in each second.
const perSeries = 20

// settle is how long after a second's end k6's output reports it.
const settle = 100 * time.Millisecond

// Run answers as k6 does.
func (c *fakeK6Cmd) Run(ctx context.Context, b *bench) error {
	if len(c.Args) > 0 && c.Args[0] == "version" {
		_, err := io.WriteString(b.stdout, `{"version":"fake","extensions":[{"outputs":["plog"]}]}`+"\n")
		return err
	}
	f := &fakeK6{
		url:   strings.TrimSuffix(os.Getenv("K6_PLOG_INGEST_URL"), "/") + "/runs/" + os.Getenv("K6_PLOG_RUN"),
		token: os.Getenv("K6_PLOG_TOKEN"), instance: os.Getenv("K6_PLOG_INSTANCE"),
	}
	return f.run(ctx, c.Seconds, rollups(c.Series))
}

// rollups returns n series of one second: requests of several operations, VUs
// and iterations.
func rollups(n int) []metrics.Rollup {
	var all []metrics.Rollup
	for i := range n - 2 {
		h := metrics.NewHistogram()
		for range perSeries {
			h.RecordMS(20 + 15*rand.ExpFloat64()) //nolint:gosec // no secret
		}
		name := fmt.Sprintf("GET /things/%d/{id}", i)
		all = append(all, metrics.Rollup{
			Series: metrics.Series{Metric: metrics.HTTP, Scenario: "load", Name: name, Method: http.MethodGet, Status: "200", Expected: "true"},
			Kind:   metrics.Trend, Time: true, Count: perSeries, Sum: h.Sum(), Min: h.Min(), Max: h.Max(), Hist: h.Encode(),
			Phases: &metrics.Phases{Waiting: h.Sum()},
		})
	}
	return append(all,
		metrics.Rollup{Series: metrics.Series{Metric: "vus"}, Kind: metrics.Gauge, Last: 10, Min: 10, Max: 10},
		metrics.Rollup{Series: metrics.Series{Metric: "iterations", Scenario: "load"}, Kind: metrics.Counter, Sum: float64(perSeries * (n - 2))})
}

type fakeK6 struct {
	url, token, instance string
	seq                  uint64
}

func (f *fakeK6) run(ctx context.Context, seconds int, series []metrics.Rollup) error {
	for {
		r, err := f.post(ctx, "/gate", nil)
		if err != nil {
			return err
		}
		if r.Stop {
			return nil
		}
		if r.Go {
			break
		}
	}
	next := time.Now().Truncate(time.Second).Add(time.Second)
	for i := range seconds {
		at := next.Add(time.Duration(i) * time.Second)
		select {
		case <-ctx.Done():
			return f.report(context.WithoutCancel(ctx), metrics.Batch{Final: true})
		case <-time.After(time.Until(at.Add(time.Second + settle))):
		}
		for j := range series {
			series[j].Second = at.Unix()
		}
		if err := f.report(ctx, metrics.Batch{Rollups: series, Final: i == seconds-1}); err != nil {
			return err
		}
	}
	return nil
}

func (f *fakeK6) report(ctx context.Context, b metrics.Batch) error {
	f.seq++
	b.Instance, b.Seq, b.SentAt = f.instance, f.seq, time.Now()
	b.Heartbeat = &metrics.Heartbeat{At: b.SentAt, CPU: 0.1, CPUs: 1, MemoryBytes: 50 << 20}
	var body bytes.Buffer
	if err := metrics.EncodeBatch(&body, b); err != nil {
		return err
	}
	_, err := f.post(ctx, "/batches", &body)
	return err
}

func (f *fakeK6) post(ctx context.Context, path string, body io.Reader) (r metrics.Reply, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+path, body)
	if err != nil {
		return r, err
	}
	req.Header.Set("Authorization", "Bearer "+f.token)
	req.Header.Set(metrics.IngestVersionHeader, metrics.IngestVersion)
	req.Header.Set("Content-Encoding", "gzip")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode != http.StatusOK {
		return r, fmt.Errorf("PLOG answers %s", res.Status)
	}
	return r, json.NewDecoder(res.Body).Decode(&r)
}
