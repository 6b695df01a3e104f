//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// forget takes an element off the page, so that the next one like it is a new one.
func forget(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q)?.remove()`, selector))
}

// report is the JSON of a finished run, as its page offers it.
type report struct {
	Verdict string
	Overall struct{ Requests int }
}

func exported(p *tab, run string) report {
	p.t.Helper()
	return eval[report](p, fmt.Sprintf(`fetch(%q).then(r => r.json())`, run+"/export.json"))
}

func TestStopARun(t *testing.T) {
	s := sample(t, "--latency", "50ms")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	addSample(p)
	pick(p, "GET /cart")
	load(p, "3", "10m")
	start(p)
	run := p.path()
	p.until(live)

	// the same plan cannot run twice at once
	p.expects(`status of 409`)
	p.click(`.tabs a[href$="/plans"]`)
	p.click(`tbody th a`)
	p.until(`location.pathname.startsWith('/plans/')`)
	plan := p.path()
	p.click(`button[form=plan-form][value=run]`)
	p.until(fmt.Sprintf(`document.querySelector('#plan-form .alert.bad a').pathname === %q`, run))
	p.is(fmt.Sprintf(`location.pathname === %q`, plan))
	p.picture("conflict")
	// only after a question, and not deleted while it goes on
	p.visit(plog.url(run))
	p.until(live)
	p.is(`document.querySelector('#run form[action$="/delete"]') === null`)
	p.click(`#run form[action$="/stop"] button`)
	p.click(`dialog[open] button[value=""]`)
	p.until(`document.querySelector('dialog[open]') === null`)
	p.until(live)
	p.click(`#run form[action$="/stop"] button`)
	p.click(`dialog[open] button[value=yes]`)
	p.until(finished)
	p.says(verdict, "Aborted")
	p.picture("stopped")
	// k6 does not count the request that each of its users had in flight.
	if got, sent := exported(p, run), s.total(); got.Verdict != "aborted" || got.Overall.Requests == 0 || sent-got.Overall.Requests < 0 || sent-got.Overall.Requests > 3 {
		t.Errorf("%+v; the shop counted %d", got, sent)
	}
	t.Logf("of %d requests that the shop answered, %d are in the report", s.total(), exported(p, run).Overall.Requests)
	if left := workers(t, plog.dir); len(left) > 0 {
		t.Errorf("still at work: %v", left)
	}
}

func TestAQueuedRunWaitsInLine(t *testing.T) {
	s := sample(t, "--latency", "5ms")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	b := openBrowser(t)
	p := b.signedIn(plog)
	addSample(p)
	apis := p.path()
	pick(p, "GET /cart")
	load(p, "1", "10m")
	start(p)
	p.until(live)

	q := b.tab()
	q.visit(plog.url(apis))
	pick(q, "GET /products")
	load(q, "1", "2s")
	start(q)
	q.says(`#run-status .run-why`, "Next in line")
	q.picture("queued")
	p.click(`#run form[action$="/stop"] button`)
	p.click(`dialog[open] button[value=yes]`)
	q.until(finished)
	q.says(verdict, "Passed")
}

func TestWhatIsWrongStandsBesideTheField(t *testing.T) {
	s := sample(t)
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	p.expects(`status of (422|403)`)
	addSample(p)

	run := func() { p.click(`.run-buttons button[value=run]`) }
	run()
	p.until(`document.querySelector('#plan-form .alert.bad') !== null`)
	pick(p, "GET /cart", "GET /products")
	p.fill(`#f-name`, `한글 "따옴표" <b>`)
	for _, bad := range []struct{ field, value string }{
		{"f-scenarios-0-vus", "0"},
		{"f-scenarios-0-vus", "-3"},
		{"f-scenarios-0-vus", "1000000000"},
		{"f-scenarios-0-vus", "many"},
		{"f-scenarios-0-duration", "1y"},
		{"f-scenarios-0-duration", "0s"},
		{"f-p95", "quick"},
		{"f-error_rate", "-1"},
		{"f-base_url", "127.0.0.1:8090"},
		{"f-base_url", "http://169.254.169.254"},
	} {
		field := "#" + bad.field
		good := eval[string](p, fmt.Sprintf(`document.querySelector(%q).value`, field))
		p.fill(field, bad.value)
		run()
		p.until(fmt.Sprintf(`(e => e && e.checkVisibility() && e.textContent.trim().length > 8)(document.querySelector(%q))`, field+"-error"))
		p.is(fmt.Sprintf(`document.querySelector(%q).value === %q`, field, bad.value))
		p.is(`document.querySelector('#f-name').value === '한글 "따옴표" <b>' && document.querySelectorAll('[name=op]:checked').length === 2`)
		t.Logf("%s %q: %s", bad.field, bad.value, p.text(field+"-error"))
		p.fill(field, good)
		p.do(forget(field + "-error"))
	}
	p.is(`location.pathname.endsWith('/apis')`)
	p.picture("invalid")

	// rows for thresholds and headers come and go, and what is typed stays
	p.do(chromedp.Focus(chromedp.CSS(`#f-p95`)))
	p.is(`(box => document.elementFromPoint(box.x + 20, box.y + box.height / 2) === document.activeElement)(document.activeElement.getBoundingClientRect())`)
	p.click(`button[value="threshold-add"]`)
	p.fill(`#f-thresholds-0-expression`, "p(99)~5")
	run()
	p.until(exists(`#f-thresholds-0-expression-error`))
	p.fill(`#f-thresholds-0-expression`, "p(99)<5000")
	p.click(`#plan-form details.more > summary:has(+ div .rows)`)
	p.click(`button[value="header-add"]`)
	p.until(exists(`#f-headers-0-name`))
	p.fill(`#f-headers-0-name`, "X-Bad")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#f-headers-0-value').value = 'a\r\nb'`))
	p.is(`document.querySelector('#f-headers-0-value').value === 'ab'`)
	p.fill(`#f-headers-0-name`, "X Bad")
	run()
	p.until(exists(`#f-headers-0-name-error`))
	p.fill(`#f-headers-0-name`, "X-Good")
	load(p, "1", "1s")
	start(p)
	p.until(finished)
	p.says(verdict, "Passed")
	p.is(`document.querySelector('h1').textContent.trim() === '한글 "따옴표" <b>'`)
}
