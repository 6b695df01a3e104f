//go:build e2e

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// operation opens an operation where it stands in the list, and returns the
// selector of its form.
func operation(p *tab, name string) string {
	p.t.Helper()
	row := fmt.Sprintf(`document.querySelector('[name=op][value=%q]').closest('.operation-row')`, name)
	p.until(row + `.querySelector('details').hasAttribute('data-htmx-powered')`)
	p.do(chromedp.Evaluate[chromedp.Void](row + `.querySelector('summary').click()`))
	p.until(fmt.Sprintf(`document.querySelector('.trial-form input[name=operation][value=%q]') !== null`, name))
	return "#" + eval[string](p, fmt.Sprintf(`document.querySelector('.trial-form input[name=operation][value=%q]').form.id`, name))
}

// field returns the selector of a form's field.
func field(form, name string) string { return fmt.Sprintf(`%s [name="%s"]`, form, name) }

func TestTryAnOperation(t *testing.T) {
	s := sample(t)
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	addSample(p)

	// what is there is sent as it is, once, and fits
	form := operation(p, "GET /products/{productId}")
	result := `[id="` + form[1:len(form)-len("-form")] + `-result"]`
	p.click(form + ` [data-send]`)
	p.says(result, "200 OK")
	p.says(result, "Fits the document")
	p.is(fmt.Sprintf(`document.querySelector(%q).querySelectorAll('svg rect').length > 2`, result))
	if got := s.counts()["GET /products/{productId}"]; got != 1 {
		t.Errorf("the shop was asked %d times", got)
	}
	p.picture("try-answer")
	// an edited value, by the keyboard
	p.fill(field(form, "rows[0].value"), "9999999")
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector(%q).dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true}))`, field(form, "rows[0].value"))))
	p.says(result, "404")
	p.says(result, "{productId}")
	p.is(fmt.Sprintf(`document.querySelector(%q).value === '9999999'`, field(form, "rows[0].value")))

	// typing ticks, and broken JSON is told of while it is typed
	form = operation(p, "POST /cart/items")
	body := field(form, "body.text")
	p.fill(body, `{"product_id": }`)
	p.says(form+` .trial-syntax`, "line 1")
	p.expects(`status of 422`)
	p.click(form + ` [data-send]`)
	p.until(exists(form + ` .alert.bad`))
	p.is(fmt.Sprintf(`document.querySelector(%q).value === '{"product_id": }'`, body))
	p.fill(body, `{"product_id": 1, "quantity": -4}`)
	p.click(form + ` [data-send]`)
	result = `[id="` + form[1:len(form)-len("-form")] + `-result"]`
	p.says(result, "422")
	p.is(fmt.Sprintf(`document.querySelector(%q + ' .alert').textContent.length > 40`, result))
	p.is(fmt.Sprintf(`document.querySelector('%s .error-text, %s .alert') === null`, form, form))
	p.picture("try-refused")

	// the edited request becomes the plan's
	p.fill(body, `{"product_id": 3, "quantity": 2}`)
	p.click(form + ` button[value=use]`)
	p.until(`document.querySelector('[name=op][value="POST /cart/items"]').checked && document.querySelector('#plan-requests input').value.includes('"product_id": 3'.replaceAll('"', '\\"'))`)
	p.click(`.run-buttons button[value=save]`)
	p.until(`location.pathname.startsWith('/plans/')`)
	p.is(`document.querySelector('[name="scenarios[0].steps[0].body.text"]').value.includes('"product_id": 3')`)
}

func TestTryWithCredentials(t *testing.T) {
	s := sample(t)
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	addSample(p)
	form := operation(p, "GET /account")
	result := `[id="` + form[1:len(form)-len("-form")] + `-result"]`
	p.click(form + ` [data-send]`)
	p.says(result, "401")
	p.fill(field(form, "auth[0].value"), "demo-token")
	p.click(form + ` [data-send]`)
	p.says(result, "200 OK")
	p.is(`!document.body.textContent.includes('demo-token')`)

	// kept for the next operation of the project, on a page of its own
	apis := p.path()
	p.visit(plog.url(eval[string](p, fmt.Sprintf(`document.querySelector(%q).getAttribute('action')`, form))))
	p.says(`.trial-form`, "saved for this browser")
	p.click(`[data-send]`)
	p.says(`.trial-result`, "200 OK")
	// and its request goes to the plan on the page of the operations
	p.click(`button[value=use]`)
	p.until(fmt.Sprintf(`location.pathname === %q && document.querySelector('[name=op][value="GET /account"]').checked && document.querySelector('#plan-requests input') !== null`, apis))
}

func TestTryWithoutScript(t *testing.T) {
	s := sample(t)
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).tab()
	p.withoutScript()
	p.speaks("ko")
	p.visit(plog.link)
	p.leave(`#sample button`)
	p.visit(plog.url(eval[string](p, `document.querySelector('[name=op][value="GET /products/{productId}"]').closest('.operation-row').querySelector('[hx-get]').getAttribute('hx-get')`)))
	p.do(chromedp.SetValue(chromedp.CSS(`[name="rows[0].value"]`), "5"))
	p.leave(`[data-send]`)
	p.is(`document.querySelector('.trial-result').textContent.includes('200 OK') && document.querySelector('.trial-result').textContent.includes('문서와 일치')`)
	p.is(`document.querySelector('[name="rows[0].value"]').value === '5' && document.documentElement.lang === 'ko'`)
	p.leave(`button[value="row-add:query"]`)
	p.do(chromedp.SetValue(chromedp.CSS(`[name="rows[1].name"]`), "x"), chromedp.SetValue(chromedp.CSS(`[name="rows[1].value"]`), "한글"))
	p.leave(`[data-send]`)
	p.is(`document.querySelector('.trial-result').textContent.includes('x=%ED%95%9C%EA%B8%80')`)
	p.leave(`button[value=use]`)
	p.is(`document.querySelector('#plan-form [name="request.GET /products/{productId}"]').value.includes('한글')`)
}

func TestPreflightInABrowser(t *testing.T) {
	s := sample(t)
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	addSample(p)
	pick(p, "GET /account", "GET /products", "GET /cart")
	load(p, "1", "3s")
	p.is(`document.querySelector('[name=preflight]').checked`)
	p.click(`.run-buttons button[value=run]`)
	p.until(exists(`#preflight .alert.warn`))
	p.is(`document.activeElement.id === 'preflight' && location.pathname.endsWith('/apis')`)
	p.says(`#preflight`, "1 of 3 requests")
	p.says(`#preflight`, "401")
	p.picture("preflight")
	p.is(`document.querySelector('#f-scenarios-0-duration').value === '3s' && document.querySelectorAll('[name=op]:checked').length === 3`)
	if n := s.total(); n != 3 {
		t.Errorf("the shop was asked %d times", n)
	}
	p.click(`#preflight button[value=run-without]`)
	p.until(`location.pathname.startsWith('/runs/')`)
	p.until(finished)
	if counts := operationCounts(p); len(counts) != 2 || counts["GET /account"] != 0 {
		t.Errorf("counts %v", counts)
	}

	// what is fine starts by itself, and the choice is remembered
	p.do(chromedp.NavigateBack())
	p.until(`location.pathname.endsWith('/apis')`)
	p.reload()
	pick(p, "GET /cart")
	load(p, "1", "2s")
	before := s.total()
	p.click(`.run-buttons button[value=run]`)
	p.until(`location.pathname.startsWith('/runs/')`)
	p.until(finished)
	if counts := operationCounts(p); s.total() != before+1+counts["GET /cart"] {
		t.Errorf("the shop was asked %d times, the run did %v", s.total()-before, counts)
	}
	p.do(chromedp.NavigateBack())
	p.until(exists(`[name=preflight]`))
	p.click(`[name=preflight]`)
	p.reload()
	p.until(`document.querySelector('[name=preflight]').checked === false`)
}

// TestTryFitsAPhone looks at a form with its answer at 360 px.
func TestTryFitsAPhone(t *testing.T) {
	s := sample(t)
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	p := openBrowser(t).signedIn(plog)
	p.looks(360, "dark")
	p.speaks("ko")
	addSample(p)
	form := operation(p, "PUT /products/{productId}")
	p.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector('%s [data-send]').click()`, form)))
	p.says(`.trial-result`, "401")
	p.is(`document.documentElement.scrollWidth <= innerWidth`)
	p.is(`[...document.querySelectorAll('.trial, .trial *')].every(e => !e.checkVisibility() || e.closest('pre, .visually-hidden, .choice input') || e.getBoundingClientRect().right <= innerWidth + 1)`)
	p.picture("try-phone")
	pick(p, "GET /account", "POST /products/{productId}/picture", "GET /products")
	p.click(`.preflight-choice button[value=preflight]`)
	p.until(exists(`#preflight .alert.warn`))
	p.is(`document.documentElement.scrollWidth <= innerWidth`)
	p.picture("preflight-phone")
}
