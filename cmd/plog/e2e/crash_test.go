//go:build e2e

package e2e

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"
)

// unreachable is how a page complains while PLOG is away.
const unreachable = `ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION_RESET)|network error|Failed to fetch`

// begin starts a run of GET /cart that lasts, and waits for its first figures.
func begin(p *tab, vus, duration string) (run string) {
	p.t.Helper()
	addSample(p)
	pick(p, "GET /cart")
	load(p, vus, duration)
	start(p)
	p.until(live)
	return p.path()
}

func TestKilledPLOGGoesOnWithItsRun(t *testing.T) {
	s := sample(t, "--latency", "20ms")
	dir, addr := t.TempDir(), freeAddr(t)
	first := serve(t, dir, addr, "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(first)
	p.expects(unreachable)
	run := begin(p, "3", "15s")
	p.do(chromedp.Evaluate[chromedp.Void](`window.stayed = true`))

	if code := first.end(syscall.SIGKILL); code != -1 {
		t.Errorf("killed, yet it ended with code %d", code)
	}
	p.until(`document.querySelector('[data-stale]').checkVisibility() && /\d/.test(document.querySelector('[data-stale-text]').textContent)`)
	p.is(live) // figures stay
	p.is(`document.querySelectorAll('[data-stale]').length === 1`)
	p.picture("connection-lost")
	s.busier(s.total()) // k6 goes on

	serve(t, dir, addr, "PLOG_SAMPLE_URL="+s.document())
	p.until(`!document.querySelector('[data-stale]').checkVisibility()`)
	p.until(finished)
	p.is(`window.stayed`)
	p.says(verdict, "Passed")
	if got, sent := exported(p, run), s.total(); got.Verdict != "passed" || got.Overall.Requests != sent {
		t.Errorf("%+v; the shop counted %d", got, sent)
	}
	seconds := eval[[]float64](p, `document.querySelector('plog-chart').data.times`)
	for i := 1; i < len(seconds); i++ {
		if seconds[i] != seconds[i-1]+1 {
			t.Errorf("no figures from %v to %v", seconds[i-1], seconds[i])
		}
	}
	if len(seconds) < 15 {
		t.Errorf("figures of %d seconds", len(seconds))
	}
	if left := workers(t, dir); len(left) > 0 {
		t.Errorf("still at work: %v", left)
	}
}

func TestKilledK6IsAnError(t *testing.T) {
	s := sample(t, "--latency", "20ms")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	run := begin(p, "3", "10m")
	k6, err := filepath.EvalSymlinks(program(t, "k6"))
	if err != nil {
		t.Fatal(err)
	}
	if err := worker(t, plog.dir, k6).KillWithContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.until(finished)
	p.is(`document.querySelector('#run-status .verdict').matches('.bad') && document.querySelector('.verdict-reason').textContent.length > 20`)
	t.Logf("%s %s", p.text(verdict), p.text(`.verdict-reason`))
	p.picture("killed-k6")
	if got := exported(p, run); got.Verdict != "error" || got.Overall.Requests == 0 || got.Overall.Requests > s.total() {
		t.Errorf("%+v; the shop counted %d", got, s.total())
	}
}

func TestPLOGEndsWithItsRun(t *testing.T) {
	s := sample(t, "--latency", "20ms")
	dir, addr := t.TempDir(), freeAddr(t)
	plog := serve(t, dir, addr, "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	p.expects(unreachable)
	run := begin(p, "3", "10m")
	if len(workers(t, dir)) == 0 {
		t.Error("nothing works for the run: the test looks in the wrong place")
	}
	if code := plog.end(syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d:\n%s", code, plog.said())
	}
	if left := workers(t, dir); len(left) > 0 {
		t.Errorf("still at work: %v", left)
	}
	sent := s.total()
	serve(t, dir, addr, "PLOG_SAMPLE_URL="+s.document())
	p.until(finished)
	p.says(verdict, "Aborted")
	p.picture("ended-plog")
	if got := exported(p, run); got.Verdict != "aborted" || got.Overall.Requests == 0 || sent-got.Overall.Requests > 3 {
		t.Errorf("%+v; the shop counted %d", got, sent)
	}
	if s.total() != sent {
		t.Error("the shop was asked after PLOG had ended")
	}
}
