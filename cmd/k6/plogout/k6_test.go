package plogout_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"plog.dev/plog/domain/metrics"
)

// binary is k6 with this output: PLOG_K6, or built once.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("PLOG_K6"); path != "" {
		return path, nil
	}
	dir, err := os.MkdirTemp("", "plog-k6-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "k6")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", path, "..").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil && os.Getenv("PLOG_K6") == "" {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// target counts what it is asked for.
type target struct {
	srv *httptest.Server
	mu  sync.Mutex
	got map[string]int
}

func newTarget(t *testing.T) *target {
	t.Helper()
	x := &target{got: map[string]int{}}
	x.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := "/" + strings.Split(r.URL.Path, "/")[1]
		x.mu.Lock()
		x.got[path]++
		x.mu.Unlock()
		if path == "/missing" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte("hello"))
	}))
	t.Cleanup(x.srv.Close)
	return x
}

func (x *target) count(path string) uint64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return uint64(x.got[path])
}

type k6 struct {
	cmd *exec.Cmd
	out *bytes.Buffer
}

func startK6(t *testing.T, p *plog, x *target, script string) k6 {
	t.Helper()
	if testing.Short() {
		t.Skip("runs k6")
	}
	path, err := binary()
	if err != nil {
		t.Skipf("k6 cannot be built here: %v", err)
	}
	file := filepath.Join(t.TempDir(), "script.js")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--quiet", "--no-summary", "--no-thresholds", "--no-usage-report", "--address", "", "--out", "plog", file}
	run := k6{exec.CommandContext(t.Context(), path, args...), &bytes.Buffer{}} //nolint:gosec // our own binary
	run.cmd.Env = append(os.Environ(), "TARGET="+x.srv.URL)
	for k, v := range p.environment() {
		run.cmd.Env = append(run.cmd.Env, k+"="+v)
	}
	run.cmd.Stdout, run.cmd.Stderr = run.out, run.out
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return run
}

// wait returns k6's exit code.
func (k k6) wait(t *testing.T) int {
	t.Helper()
	err := k.cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return k.cmd.ProcessState.ExitCode()
}

const mixedScript = `
import http from 'k6/http';
import { check, group } from 'k6';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';
export const options = { scenarios: { main: { executor: 'shared-iterations', vus: 5, iterations: 400 } } };
const orders = new Counter('orders'), depth = new Gauge('depth'), luck = new Rate('luck'), size = new Trend('size');
export function setup() { http.get(__ENV.TARGET + '/setup'); }
export default function () {
  const i = __ITER;
  check(http.get(__ENV.TARGET + '/pets/' + __VU + '/' + i, { tags: { name: 'GET /pets/{id}' } }), { ok: (r) => r.status === 200 });
  group('inner', () => {
    const r = http.get(__ENV.TARGET + '/missing', { tags: { name: 'GET /missing' } });
    if (i === 0) console.warn('plog:sample ' + JSON.stringify({ name: 'GET /missing', status: r.status, body: r.body }));
  });
  http.get('http://127.0.0.1:1/', { tags: { name: 'GET /refused' } });
  orders.add(2); depth.add(7); luck.add(i % 2 === 0); size.add(1e6);
  if (i === 0 && __VU === 1) console.log('안녕하세요');
}
export function teardown() { http.get(__ENV.TARGET + '/teardown'); }
`

func TestK6ReportsWhatTheTargetCounted(t *testing.T) {
	p, x := newPLOG(t), newTarget(t)
	run := startK6(t, p, x, mixedScript)
	if code := run.wait(t); code != 0 {
		t.Fatalf("exit %d: %s", code, run.out)
	}
	s := p.snapshot()
	byName := map[string]metrics.Operation{}
	for _, op := range s.Operations {
		byName[op.Name] = op
	}
	if n := byName["GET /pets/{id}"].Requests; n != x.count("/pets") || n != 400 {
		t.Errorf("pets: %d, the target counted %d", n, x.count("/pets"))
	}
	if op := byName["GET /missing"]; op.Requests != x.count("/missing") || op.Failed != 400 || op.Statuses["404"] != 400 {
		t.Errorf("missing: %+v", op)
	}
	if op := byName["GET /refused"]; op.Failed != 400 || op.Statuses["0"] != 400 {
		t.Errorf("refused: %+v", op)
	}
	if len(s.Operations) != 3 || s.Overall.Requests != 1200 || s.Overall.Iterations != 400 {
		t.Errorf("%d operations, %+v", len(s.Operations), s.Overall)
	}
	if len(s.Checks) != 1 || s.Checks[0].Passes != 400 {
		t.Errorf("%+v", s.Checks)
	}
	want := map[string]float64{"orders": 800, "depth": 7, "luck": 0.5, "size": 1e6}
	for _, c := range s.Custom {
		if diff := c.Value - want[c.Name]; diff < -0.02 || diff > 0.02 || c.Count != 400 {
			t.Errorf("%+v", c)
		}
		delete(want, c.Name)
	}
	if len(want) != 0 {
		t.Errorf("missing: %v", want)
	}
	sampled := false
	for _, e := range s.Errors {
		sampled = sampled || e.Sample != nil && e.Sample.Body == "hello" && e.Operation == "GET /missing"
	}
	if !sampled || strings.Contains(run.out.String(), "plog:sample") {
		t.Errorf("%+v", s.Errors)
	}
	if !logged(p.taken(), "info", "안녕하세요") {
		t.Error("the console's line did not come")
	}
}

const longScript = `
import http from 'k6/http';
export const options = { scenarios: { main: { executor: 'constant-arrival-rate', rate: 200, timeUnit: '1s', duration: '60s', preAllocatedVUs: 10 } } };
export default function () { http.get(__ENV.TARGET + '/pets', { tags: { name: 'GET /pets' } }); }
`

func TestPLOGsStopEndsK6(t *testing.T) {
	p, x := newPLOG(t), newTarget(t)
	p.setAnswer(func(_ int, b metrics.Batch) (int, metrics.Reply) {
		return http.StatusOK, metrics.Reply{Stop: b.Seq >= 3, Reason: "a person stopped it"}
	})
	run := startK6(t, p, x, longScript)
	if code := run.wait(t); code != 105 || !strings.Contains(run.out.String(), "a person stopped it") {
		t.Fatalf("exit %d: %s", code, run.out)
	}
	assertFinal(t, p, x)
}

func TestASignalFlushes(t *testing.T) {
	p, x := newPLOG(t), newTarget(t)
	run := startK6(t, p, x, longScript)
	p.waitFor(func(bs []metrics.Batch) bool { return count(bs) > 200 })
	if err := run.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := run.wait(t); code != 105 {
		t.Fatalf("exit %d: %s", code, run.out)
	}
	assertFinal(t, p, x)
}

// assertFinal checks the end of a run that was cut off: requests on their way
// then may have reached the target without counting for k6.
func assertFinal(t *testing.T, p *plog, x *target) {
	t.Helper()
	bs := p.taken()
	if !bs[len(bs)-1].Final {
		t.Error("the last batch is not final")
	}
	s := p.snapshot()
	if n := x.count("/pets"); s.Overall.Requests > n || s.Overall.Requests+10 < n {
		t.Errorf("%d requests, the target counted %d", s.Overall.Requests, n)
	}
	if rate := s.Overall.TPS; s.Last.Sub(s.First) >= 3*time.Second && (rate < 150 || rate > 250) {
		t.Errorf("%v requests per second instead of 200", rate)
	}
}

func TestNothingIsLostWhilePLOGIsAway(t *testing.T) {
	p, x := newPLOG(t), newTarget(t)
	p.setAnswer(func(attempt int, _ metrics.Batch) (int, metrics.Reply) {
		if attempt >= 3 && attempt < 9 {
			return http.StatusBadGateway, metrics.Reply{}
		}
		return http.StatusOK, metrics.Reply{}
	})
	run := startK6(t, p, x, strings.Replace(longScript, "'60s'", "'5s'", 1))
	if code := run.wait(t); code != 0 {
		t.Fatalf("exit %d: %s", code, run.out)
	}
	s := p.snapshot()
	if s.Overall.Requests != x.count("/pets") || s.Generator.Final != 1 || s.Generator.LostSamples != 0 {
		t.Fatalf("%d requests, the target counted %d", s.Overall.Requests, x.count("/pets"))
	}
	for _, point := range s.Points[1:] { // k6 counts VUs from its second second on
		if point.VUs == nil {
			t.Errorf("second %d says nothing of VUs", point.Second)
		}
	}
}
