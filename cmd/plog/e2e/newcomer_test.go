//go:build e2e

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// Parts of the run page.
const (
	live     = `document.querySelector('.run-clock') !== null && Number(document.querySelector('#run-tiles .tile-figure').title.replace(/[^0-9.]/g, '')) > 0`
	finished = `document.querySelector('#run').dataset.state === 'finished'`
	clock    = `document.querySelector('.run-clock').textContent`
	verdict  = `#run-status .verdict-text`
	runMenu  = `header.head details.menu:last-of-type`
)

// addSample makes the sample shop's project from the home page.
func addSample(p *tab) {
	p.t.Helper()
	p.click(`#sample button`)
	p.until(`location.pathname.endsWith('/apis') && document.querySelectorAll('#operations [name=op]').length > 20`)
}

// pick ticks operations.
func pick(p *tab, operations ...string) {
	p.t.Helper()
	for _, o := range operations {
		p.click(fmt.Sprintf(`[name=op][value=%q]`, o))
	}
}

// load sets the quick form's virtual users and duration.
func load(p *tab, vus, duration string) {
	p.t.Helper()
	p.fill(`#f-scenarios-0-vus`, vus)
	p.fill(`#f-scenarios-0-duration`, duration)
}

// start presses Run, so that nothing is sent before the load, and waits for the
// run's page.
func start(p *tab) {
	p.t.Helper()
	p.until(`(box => { if (box?.checked) box.click(); return true })(document.querySelector('[name=preflight]'))`)
	p.click(`.run-buttons button[value=run]`)
	p.until(`location.pathname.startsWith('/runs/')`)
}

// operationCounts reads the requests of each operation from the run page's
// table: the exact figures, not the rounded ones.
func operationCounts(p *tab) map[string]int {
	p.t.Helper()
	return eval[map[string]int](p, `Object.fromEntries([...document.querySelectorAll('#operations tbody tr')].map(row => {
		const name = [...row.querySelector('th').querySelectorAll('.method, .path')].map(e => e.textContent.trim()).join(' ');
		const count = row.querySelector('td.num'), exact = count.querySelector('[title]')?.title ?? count.textContent;
		return [name, Number(exact.replace(/[^0-9]/g, ''))];
	}))`)
}

func TestNewcomer(t *testing.T) {
	s := sample(t, "--latency", "lognormal(15ms, 0.4)")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	b := openBrowser(t)
	p := b.signedIn(plog)

	addSample(p)
	apis := p.path()
	p.is(`document.querySelector('.run-buttons button[value=run]').getBoundingClientRect().bottom <= innerHeight`)
	p.do(chromedp.SendKeys(chromedp.CSS(`[data-search]`), "products get"))
	p.until(`(rows => rows.length > 2 && rows.length < 10 && rows.every(row => /product/i.test(row.textContent)))([...document.querySelectorAll('.operation-row')])`)
	pick(p, "GET /products", "GET /products/{productId}")
	p.fill(`[data-search]`, "cart")
	pick(p, "GET /cart")
	p.until(`document.querySelectorAll('#plan-summary .chosen li').length === 3`)
	load(p, "4", "6s")
	p.fill(`#f-p95`, "2000")
	p.says(`#plan-summary .estimate`, "6 s")
	p.picture("newcomer-apis")

	pressed := time.Now()
	start(p)
	run := p.path()
	p.until(live)
	t.Logf("figures %v after pressing Run", time.Since(pressed).Round(10*time.Millisecond))
	p.until(shown(`#run form[action$="/stop"] button`))
	before := eval[string](p, clock)
	p.until(fmt.Sprintf(`%s !== %q`, clock, before))
	p.do(chromedp.Evaluate[chromedp.Void](`window.stayed = true`))
	p.picture("newcomer-live")

	second := b.tab()
	second.visit(plog.url(run))
	second.until(live)
	second.reload()
	second.until(live)

	p.until(finished)
	p.is(`window.stayed && document.querySelector('#run [hx-sse\\:connect]') === null`)
	p.says(verdict, "Passed")
	second.until(finished)
	p.picture("newcomer-final")
	if diff := cmp.Diff(s.counts(), operationCounts(p)); diff != "" {
		t.Errorf("what the shop counted (-) is not what the table says (+):\n%s", diff)
	}
	p.is(`document.querySelectorAll('plog-chart canvas').length === 3`)

	p.do(chromedp.NavigateBack())
	p.until(fmt.Sprintf(`location.pathname === %q && document.querySelector('[data-search]').value === 'cart' && document.querySelectorAll('.operation-row').length > 3`, apis))
	p.click(`.tabs a[href$="/runs"]`)
	p.until(fmt.Sprintf(`document.querySelector('.run-link').pathname === %q`, run))
	p.picture("newcomer-history")
	p.click(`.run-link`)
	p.until(finished)

	p.click(runMenu + ` summary`)
	p.fill(runMenu+` #f-name`, "첫 번째 실행 🎉")
	p.click(runMenu + ` .menu-form button`)
	p.until(`document.querySelector('h1').textContent.includes('첫 번째 실행 🎉')`)
	p.click(runMenu + ` summary`)
	p.click(runMenu + ` form[action$="/duplicate"] button`)
	p.until(`location.pathname.startsWith('/plans/') && document.querySelector('h1').textContent.includes('첫 번째 실행 🎉')`)
	p.is(`document.querySelector('#f-scenarios-0-vus').value === '4' && document.querySelectorAll('.steps > li').length === 3`)

	p.visit(plog.url(run))
	remove := func(answer string) {
		p.click(runMenu + ` summary`)
		p.click(runMenu + ` form[action$="/delete"] button`)
		p.click(`dialog[open] button[value="` + answer + `"]`)
	}
	remove("")
	p.until(`document.querySelector('dialog[open]') === null`)
	p.is(fmt.Sprintf(`location.pathname === %q`, run))
	p.reload()
	remove("yes")
	p.until(`location.pathname.endsWith('/runs') && document.querySelector('.run-link') === null`)
}
