package ingest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/handlers/ingest"
)

type fakeHub struct {
	hash  string
	err   error
	got   []metrics.Batch
	gates []string
}

func (h *fakeHub) TokenHash(_ context.Context, run domain.RunID) (string, error) {
	if run != "r1" {
		return "", domain.Errorf(domain.NotFound, "x", "no such run")
	}
	return h.hash, nil
}

func (h *fakeHub) Ingest(_ context.Context, _ domain.RunID, b metrics.Batch) (metrics.Reply, error) {
	h.got = append(h.got, b)
	return metrics.Reply{Ack: b.Seq, Stop: true, Reason: "enough"}, h.err
}

func (h *fakeHub) Gate(_ context.Context, _ domain.RunID, instance string) (metrics.Reply, error) {
	h.gates = append(h.gates, instance)
	return metrics.Reply{Go: true, StartInMS: 12.5}, h.err
}

func server(t *testing.T) (*httptest.Server, *fakeHub) {
	t.Helper()
	sum := sha256.Sum256([]byte("right"))
	h := &fakeHub{hash: hex.EncodeToString(sum[:])}
	e := echo.New()
	e.HTTPErrorHandler = func(_ error, c echo.Context) { _ = c.NoContent(http.StatusTeapot) } // not the contract's statuses
	ingest.Register(e.Group("/ingest"), h)
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	return s, h
}

func encoded(t *testing.T, b metrics.Batch) string {
	t.Helper()
	var buf bytes.Buffer
	if err := metrics.EncodeBatch(&buf, b); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func post(t *testing.T, url, body string, headers map[string]string) (int, metrics.Reply) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if v := res.Header.Get(metrics.IngestVersionHeader); v != metrics.IngestVersion {
		t.Errorf("status %d says version %q", res.StatusCode, v)
	}
	var reply metrics.Reply
	_ = json.NewDecoder(res.Body).Decode(&reply) // an error's body is no Reply
	return res.StatusCode, reply
}

func TestABatchIsAnsweredByTheContract(t *testing.T) {
	good := encoded(t, metrics.Batch{Instance: "a", Seq: 7})
	headers := map[string]string{
		"Authorization": "Bearer right", "Content-Encoding": "gzip", metrics.IngestVersionHeader: metrics.IngestVersion,
	}
	with := func(k, v string) map[string]string {
		h := map[string]string{}
		for name, value := range headers {
			h[name] = value
		}
		h[k] = v
		return h
	}
	tests := []struct {
		name    string
		run     string
		body    string
		headers map[string]string
		err     error
		status  int
	}{
		{"taken", "r1", good, headers, nil, 200},
		{"wrong token", "r1", good, with("Authorization", "Bearer wrong"), nil, 401},
		{"no token", "r1", good, with("Authorization", ""), nil, 401},
		{"unknown run", "r2", good, headers, nil, 404},
		{"the run is over", "r1", good, headers, metrics.ErrOver, 410},
		{"not ready", "r1", good, headers, metrics.ErrNotReady, 503},
		{"other version", "r1", good, with(metrics.IngestVersionHeader, "9"), nil, 400},
		{"not gzipped", "r1", good, with("Content-Encoding", ""), nil, 415},
		{"garbage", "r1", "garbage", headers, nil, 400},
		{"too large", "r1", strings.Repeat("x", 17<<20), headers, nil, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, h := server(t)
			h.err = tt.err
			status, reply := post(t, s.URL+"/ingest/runs/"+tt.run+"/batches", tt.body, tt.headers)
			if status != tt.status {
				t.Fatalf("status %d, want %d", status, tt.status)
			}
			if status == 200 && (reply.Ack != 7 || !reply.Stop || reply.Reason != "enough" || h.got[0].Instance != "a") {
				t.Errorf("reply %+v", reply)
			}
		})
	}
}

func TestTheGateSaysGo(t *testing.T) {
	s, h := server(t)
	status, reply := post(t, s.URL+"/ingest/runs/r1/gate?instance=b", "", map[string]string{"Authorization": "Bearer right"})
	if status != 200 || !reply.Go || reply.StartInMS != 12.5 || len(h.gates) != 1 || h.gates[0] != "b" {
		t.Errorf("status %d, reply %+v, gates %v", status, reply, h.gates)
	}
	if status, _ := post(t, s.URL+"/ingest/runs/r1/gate", "", nil); status != 401 {
		t.Errorf("without a token: status %d, want 401", status)
	}
}
