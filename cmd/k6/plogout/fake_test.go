package plogout_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/output"

	"plog.dev/plog/cmd/k6/plogout"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// plog is a PLOG that remembers what it was told.
type plog struct {
	t   *testing.T
	srv *httptest.Server

	mu       sync.Mutex
	batches  []metrics.Batch
	attempts int
	stranger bool                                                                 // answers are another server's
	answer   func(attempt int, b metrics.Batch) (status int, reply metrics.Reply) // nil takes everything
	changed  chan struct{}                                                        // closed and replaced at each batch
}

func newPLOG(t *testing.T) *plog {
	t.Helper()
	p := &plog{t: t, changed: make(chan struct{})}
	p.srv = httptest.NewServer(p)
	t.Cleanup(p.srv.Close)
	return p
}

func (p *plog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(metrics.IngestVersionHeader, metrics.IngestVersion)
	if r.Method != http.MethodPost || r.URL.Path != "/ingest/runs/run-1/batches" ||
		r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get(metrics.IngestVersionHeader) != metrics.IngestVersion {
		http.Error(w, "not the contract", http.StatusUnauthorized)
		return
	}
	b, err := metrics.DecodeBatch(r.Body, 64<<20)
	if err != nil {
		p.t.Errorf("batch: %v", err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts++
	status, reply := http.StatusOK, metrics.Reply{}
	if p.answer != nil {
		status, reply = p.answer(p.attempts, b)
	}
	if p.stranger {
		w.Header().Del(metrics.IngestVersionHeader)
		w.WriteHeader(status)
		_, _ = w.Write([]byte("{}"))
		return
	}
	if status != http.StatusOK {
		http.Error(w, "not now", status)
		return
	}
	p.batches = append(p.batches, b)
	close(p.changed)
	p.changed = make(chan struct{})
	if reply.Now.IsZero() {
		reply.Now = time.Now()
	}
	reply.Ack = b.Seq
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		p.t.Error(err)
	}
}

func (p *plog) setAnswer(f func(int, metrics.Batch) (int, metrics.Reply)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = f
}

func (p *plog) taken() []metrics.Batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]metrics.Batch(nil), p.batches...)
}

// waitFor returns once ok holds for what was taken.
func (p *plog) waitFor(ok func([]metrics.Batch) bool) {
	p.t.Helper()
	limit := time.After(30 * time.Second)
	for {
		p.mu.Lock()
		changed, batches := p.changed, p.batches
		p.mu.Unlock()
		if ok(batches) {
			return
		}
		select {
		case <-changed:
		case <-limit:
			p.t.Fatalf("it never came; %d batches did", len(batches))
		}
	}
}

// snapshot adds up everything taken, and checks that it came once and in order.
func (p *plog) snapshot(thresholds ...loadtest.Threshold) metrics.Snapshot {
	p.t.Helper()
	a, err := metrics.NewAggregate(thresholds)
	if err != nil {
		p.t.Fatal(err)
	}
	for i, b := range p.taken() {
		if b.Seq != uint64(i+1) {
			p.t.Fatalf("batch %d came as number %d", b.Seq, i+1)
		}
		a.Add(b)
	}
	return a.Snapshot(time.Now())
}

func (p *plog) environment() map[string]string {
	return map[string]string{
		"K6_PLOG_INGEST_URL": p.srv.URL + "/ingest", "K6_PLOG_RUN": "run-1", "K6_PLOG_TOKEN": "secret",
		"K6_PLOG_INSTANCE": "one", "K6_PLOG_FLUSH_TIMEOUT": "20s",
	}
}

func quietLogger() *logrus.Logger {
	l := logrus.New()
	l.SetOutput(io.Discard)
	return l
}

func newOutput(t testing.TB, env map[string]string) *plogout.Output {
	t.Helper()
	o, err := plogout.New(output.Params{Logger: quietLogger(), Environment: env})
	if err != nil {
		t.Fatal(err)
	}
	return o
}
