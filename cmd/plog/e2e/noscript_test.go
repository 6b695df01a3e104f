//go:build e2e

package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// TestWithoutScript goes from the link to the report in a browser that runs no
// script: forms post, pages come whole, charts are drawings.
func TestWithoutScript(t *testing.T) {
	s := sample(t, "--latency", "10ms")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).tab()
	p.withoutScript()
	p.visit(plog.link)
	p.leave(`#sample button`)
	p.is(`location.pathname.endsWith('/apis')`)
	p.is(`[...document.querySelectorAll('.script-only')].every(e => !e.checkVisibility())`)

	tick := func(operation string) { p.do(chromedp.Click(chromedp.CSS(`[name=op][value="` + operation + `"]`))) }
	apis := p.path()
	// filtering is a form, and keeps what is ticked
	tick("GET /products")
	p.do(chromedp.SendKeys(chromedp.CSS(`noscript [name=q]`), "report"))
	p.leave(`noscript .filter-bar button`)
	p.is(`(n => n > 0 && n < 10)(document.querySelectorAll('.operation-row').length) && document.querySelector('noscript [name=q]').value === 'report'`)
	p.is(`document.querySelector('[name=op][type=hidden]').value === 'GET /products'`)
	p.visit(plog.url(apis))
	tick("GET /cart")
	p.do(chromedp.Click(chromedp.CSS(`[name=preflight]`)))
	p.do(chromedp.SetValue(chromedp.CSS(`#f-scenarios-0-vus`), "0"))
	p.leave(`.run-buttons button[value=run]`)
	p.is(`document.querySelector('#f-scenarios-0-vus-error').checkVisibility() && document.querySelector('[value="GET /cart"]').checked`)
	p.expects(`status of 422`)
	tick("GET /products")
	p.do(chromedp.SetValue(chromedp.CSS(`#f-scenarios-0-vus`), "2"), chromedp.SetValue(chromedp.CSS(`#f-scenarios-0-duration`), "4s"))
	p.picture("noscript-apis")
	p.leave(`.run-buttons button[value=run]`)
	p.is(`location.pathname.startsWith('/runs/') && document.querySelector('#run').dataset.state !== 'finished'`)
	p.is(`document.querySelector('.no-script a').checkVisibility()`)

	// the page loads itself again until the report is there
	for !eval[bool](p, finished) {
		p.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Evaluate[chromedp.Void](`1`))(ctx, t)
			return chromedp.Void{}, err
		})
	}
	p.is(`document.querySelector("` + verdict + `").textContent.includes("Passed")`)
	p.is(`(charts => charts.length === 3 && charts.every(e => e.checkVisibility() && e.getBoundingClientRect().height > 80))([...document.querySelectorAll('#run-charts svg.chart')])`)
	if diff := cmp.Diff(s.counts(), operationCounts(p)); diff != "" {
		t.Errorf("what the shop counted (-) is not what the table says (+):\n%s", diff)
	}
	p.picture("noscript-final")
	p.do(chromedp.Click(chromedp.CSS(runMenu + ` summary`)))
	p.leave(runMenu + ` form[action$="/duplicate"] button`)
	p.is(`location.pathname.startsWith('/plans/')`)
}
