package local_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/jobs/local"
)

// ingest takes batches as PLOG does and counts the requests they report.
type ingest struct {
	*httptest.Server
	mu       sync.Mutex
	requests uint64
	last     map[string]uint64
	final    bool
	gated    bool
	first    chan struct{} // closed by the first requests
	once     sync.Once
}

func newIngest(t *testing.T) *ingest {
	t.Helper()
	in := &ingest{last: map[string]uint64{}, first: make(chan struct{})}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(metrics.IngestVersionHeader, metrics.IngestVersion)
		reply := metrics.Reply{Now: time.Now()}
		if r.Header.Get("Authorization") != "Bearer t" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch r.URL.Path {
		case "/ingest/runs/run/gate":
			reply.Go = true
			in.mu.Lock()
			in.gated = true
			in.mu.Unlock()
		case "/ingest/runs/run/batches":
			b, err := metrics.DecodeBatch(r.Body, 64<<20)
			if err != nil {
				t.Error(err)
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			reply.Ack = in.add(b)
		default:
			w.WriteHeader(http.StatusNotFound)
			return
		}
		if err := json.NewEncoder(w).Encode(reply); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(in.Close)
	return in
}

func (in *ingest) add(b metrics.Batch) (ack uint64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if b.Seq <= in.last[b.Instance] {
		return in.last[b.Instance]
	}
	in.last[b.Instance] = b.Seq
	in.final = in.final || b.Final
	for _, r := range b.Rollups {
		if r.Series.Metric == metrics.HTTP {
			in.requests += r.Count
			in.once.Do(func() { close(in.first) })
		}
	}
	return b.Seq
}

func (in *ingest) report() (requests uint64, final, gated bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.requests, in.final, in.gated
}

// real returns a Runner with this repository's k6, or with PLOG_K6.
func real(t *testing.T) *local.Runner {
	t.Helper()
	binary := os.Getenv("PLOG_K6")
	if binary == "" {
		binary = filepath.Join("..", "..", "bin", "k6")
	}
	r := local.New(local.Config{Dir: t.TempDir(), Binary: binary})
	if _, err := r.Version(t.Context()); err != nil {
		t.Skip("no k6 with PLOG's output, set PLOG_K6 or build bin/k6: ", err)
	}
	return r
}

func target(t *testing.T) (url string, served *atomic.Uint64) {
	t.Helper()
	served = &atomic.Uint64{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
	t.Cleanup(server.Close)
	return server.URL, served
}

func loaded(in *ingest, url string, d time.Duration) loadtest.Launch {
	l := launch("run")
	l.IngestURL = in.URL + "/ingest"
	l.Plan.BaseURL = url
	l.Plan.Scenarios[0].Duration = domain.Dur(d)
	l.Plan.Scenarios[0].ThinkTime = domain.Dur(5 * time.Millisecond)
	l.Plan.Scenarios[0].GracefulStop = domain.Dur(5 * time.Second)
	return l
}

func TestRealK6ReportsEveryRequest(t *testing.T) {
	r, in := real(t), newIngest(t)
	url, served := target(t)
	l := loaded(in, url, 2*time.Second)
	o, err := r.Run(t.Context(), l, none)
	if err != nil || o.ExitCode != 0 || o.Stopped || !o.Reason.IsZero() {
		t.Fatalf("outcome %+v, %v", o, err)
	}
	requests, final, gated := in.report()
	if requests == 0 || requests != served.Load() || !final || !gated {
		t.Errorf("%d requests reported, %d served; final %v, gated %v; log %q", requests, served.Load(), final, gated, o.LastLog)
	}
}

func TestRealK6StopsGracefully(t *testing.T) {
	r, in := real(t), newIngest(t)
	url, _ := target(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	done := inBackground(func() (loadtest.Outcome, error) { return r.Run(ctx, loaded(in, url, time.Hour), none) })
	await(t, "the first report", in.first)
	cancel(loadtest.ErrStoppedByUser)
	o := await(t, "the end", done)
	if o.err != nil || !o.Stopped || o.ExitCode != 105 {
		t.Errorf("outcome %+v", o)
	}
	if _, final, _ := in.report(); !final {
		t.Error("k6 did not report to the end")
	}
}

func TestRealK6RefusesSettings(t *testing.T) {
	r, in := real(t), newIngest(t)
	l := loaded(in, "http://127.0.0.1:1", time.Millisecond)
	o, err := r.Run(t.Context(), l, none)
	if err != nil || o.ExitCode != 104 || !strings.Contains(o.Reason.String(), "duration must be at least 1s") {
		t.Errorf("outcome %+v, %v", o, err)
	}
}

// A target may redirect anywhere; k6 must not follow to a blocked network.
func TestRealK6KeepsOutOfBlockedNetworks(t *testing.T) {
	r, in := real(t), newIngest(t)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.2:0")
	if err != nil {
		t.Skip("this system has one loopback address only: ", err)
	}
	var reached atomic.Uint64
	elsewhere := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	_ = elsewhere.Listener.Close()
	elsewhere.Listener = listener
	elsewhere.Start()
	t.Cleanup(elsewhere.Close)
	redirects := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusFound))
	t.Cleanup(redirects.Close)
	for name, blocked := range map[string][]netip.Prefix{"blocked": {netip.MustParsePrefix("127.0.0.2/32")}, "open": nil} {
		t.Run(name, func(t *testing.T) {
			reached.Store(0)
			l := loaded(in, redirects.URL, time.Second)
			l.Blocked = blocked
			if o, err := r.Run(t.Context(), l, none); err != nil || o.ExitCode != 0 {
				t.Fatalf("outcome %+v, %v", o, err)
			}
			if n := reached.Load(); (n == 0) != (blocked != nil) {
				t.Errorf("%d requests arrived there", n)
			}
		})
	}
}
