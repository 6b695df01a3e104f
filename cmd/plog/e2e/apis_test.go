//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// thousand is a document with a thousand operations of twenty tags.
func thousand() string {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","info":{"title":"A thousand","version":"1"},"paths":{`)
	for i := range 1000 {
		if i > 0 {
			b.WriteByte(',')
		}
		method := []string{"get", "post", "put", "delete"}[i%4]
		fmt.Fprintf(&b, `"/organisations/{organisation}/departments/%d/things/{thing}":{%q:{"tags":["tag %d"],"operationId":"thing%d","summary":"Thing number %d",
"description":"Does **something** with thing %d.<script>window.attacked = true</script>","parameters":[
{"name":"organisation","in":"path","required":true,"schema":{"type":"string","example":"acme"}},{"name":"thing","in":"path","required":true,"schema":{"type":"integer","example":7}}],"responses":{}}}`,
			i, method, i/50, i, i, i)
	}
	b.WriteString(`}}`)
	return b.String()
}

const (
	shownRows = `document.querySelectorAll('#operations .operation-row').length`
	foundText = `document.querySelector('#apis-found').textContent.replace(/\s+/g, ' ')`
	// What the plan's form would send.
	inPlan  = `new FormData(document.getElementById('plan-form')).getAll('op')`
	focused = `document.activeElement.closest('.operation-row')?.querySelector('input').value`
)

// keys presses keys where the focus is.
func (p *tab) keys(keys ...string) {
	p.t.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

func thingName(i int) string {
	return fmt.Sprintf("%s /organisations/{organisation}/departments/%d/things/{thing}", []string{"GET", "POST", "PUT", "DELETE"}[i%4], i)
}

func TestAThousandOperations(t *testing.T) {
	document := thousand()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(document))
	}))
	t.Cleanup(api.Close)
	plog := serve(t, t.TempDir(), "127.0.0.1:0")
	p := openBrowser(t).signedIn(plog)
	p.fill(`#f-target`, api.URL+"/openapi.json")
	p.click(`#add-form .actions button`)
	p.until(`location.pathname.endsWith('/apis') && ` + shownRows + ` === 100`)
	apis := p.path()
	p.do(chromedp.Evaluate[chromedp.Void](`window.long = []; new PerformanceObserver(l => window.long.push(...l.getEntries().map(e => e.duration))).observe({type: 'longtask', buffered: true})`))

	// the page is small and has the whole count
	size := eval[int](p, `performance.getEntriesByType('navigation')[0].decodedBodySize`)
	if size > 300<<10 {
		t.Errorf("the page has %d bytes", size)
	}
	t.Logf("the page: %d bytes, %d on the wire, first byte after %.0f ms", size,
		eval[int](p, `performance.getEntriesByType('navigation')[0].transferSize`), eval[float64](p, `(e => e.responseStart - e.requestStart)(performance.getEntriesByType('navigation')[0])`))
	p.is(foundText + `.includes('1,000 operations')`)

	// searching as one types, by keyboard alone
	p.keys("/")
	p.until(`document.activeElement.matches('[data-search]')`)
	typed := time.Now()
	p.fill(`[data-search]`, "number 77")
	p.until(shownRows + ` === 19 && ` + foundText + `.includes('19 of 1,000')`)
	t.Logf("found %v after typing", time.Since(typed).Round(time.Millisecond))
	p.until(`new URLSearchParams(location.search).get('q') === 'number 77'`)
	p.until(`document.querySelectorAll('#apis-tree .twig').length === 19`)
	p.keys(kb.ArrowDown)
	p.until(fmt.Sprintf(`%s === %q`, focused, thingName(77)))
	p.keys("x", "j", "j")
	p.until(fmt.Sprintf(`%s === %q`, focused, thingName(277)))
	p.do(chromedp.KeyEvent(" ", chromedp.KeyModifiers(chromedp.ModifierShift)))
	p.until(inPlan + `.length === 3`)
	p.keys(kb.Enter)
	p.until(`(e => e.open && e.querySelector('.operation-body').textContent.includes('something'))(document.activeElement.closest('details'))`)
	p.is(`window.attacked === undefined`)
	p.keys(kb.ArrowLeft)
	p.until(`document.querySelector('#operations details[open]') === null`)
	p.keys(kb.End, kb.Home)
	p.until(fmt.Sprintf(`%s === %q`, focused, thingName(77)))
	p.keys("?")
	p.until(`document.querySelector('#apis-keys').open`)
	p.keys(kb.Escape)
	p.until(`!document.querySelector('#apis-keys').open`)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#operations summary').focus()`))
	p.keys(kb.Escape)

	// what is ticked outlives the search, and belongs to the plan without a row
	p.until(shownRows + ` === 100 && !new URLSearchParams(location.search).get('q')`)
	p.is(inPlan + `.length === 3`)
	p.says(`#picked`, "3 chosen")
	p.until(`document.querySelectorAll('#plan-summary .chosen li').length === 3`)

	// scrolling brings more, and marks the tag in the tree
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('#operations').lastElementChild.scrollIntoView()`))
	p.until(shownRows + ` >= 200`)
	p.until(`document.querySelector('#apis-tree .here') !== null`)

	// a tag is chosen with the rows that are not there
	p.do(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`))
	p.click(`#apis-tree a[data-tag="tag 7"]`)
	p.until(shownRows + ` === 50`)
	p.is(`new URLSearchParams(location.search).get('tag') === 'tag 7'`)
	p.click(`#apis-found [data-pick-names]`)
	p.says(`#picked`, "53 chosen")
	p.is(fmt.Sprintf(`%s.length === 53 && new Set(%s).size === 53`, inPlan, inPlan))
	p.click(`#operations [data-pick-group]`) // all of it is chosen: back
	p.says(`#picked`, "3 chosen")

	// nothing of all this kept the browser busy
	if long := eval[[]float64](p, `window.long`); len(long) > 0 {
		t.Logf("tasks of more than 50 ms: %.0f", long)
		if slices.Max(long) > 1000 {
			t.Errorf("the page stood still")
		}
	}

	// Back and reload lead to the same list
	p.reload()
	p.until(shownRows + ` === 50`)
	p.visit(plog.url(apis + "?" + url.Values{"q": {"number 99"}, "method": {"DELETE"}}.Encode()))
	p.is(shownRows + ` === 12 && document.querySelector('[data-search]').value === 'number 99' && document.querySelector('#apis-filter [value=DELETE]').checked`)
	p.click(`#apis-filter label:has([value=GET])`)
	p.until(shownRows + ` === 14`)
	p.do(chromedp.Evaluate[chromedp.Void](`history.back()`))
	p.until(`new URLSearchParams(location.search).get('tag') === 'tag 7' && ` + shownRows + ` === 50`)

	// an operation of the tree opens in the list
	p.visit(plog.url(apis))
	p.click(`#apis-tree .branch:has([data-tag="tag 19"]) [data-unfold]`)
	p.until(`document.querySelectorAll('#apis-tree .twig').length === 50`)
	p.click(`#apis-tree li:last-child > .twig`)
	p.until(fmt.Sprintf(`%s === %q && document.activeElement.closest('details').open`, focused, thingName(999)))
	p.until(`document.activeElement.closest('details').textContent.includes('something')`)

	// everything that is found becomes a plan
	p.fill(`[data-search]`, "number 33")
	p.until(shownRows + ` === 0`) // within the tag
	p.click(`#apis-found a.badge`)
	p.until(shownRows + ` === 19`)
	p.click(`#apis-found [data-pick-names]`)
	p.says(`#picked`, "19 chosen")
	p.fill(`#f-name`, "Nineteen")
	p.click(`.run-buttons button[value=save]`)
	p.until(`location.pathname.startsWith('/plans/') && document.querySelectorAll('.steps > li').length === 19`)
	plan := p.path()

	// and more of it is added
	p.visit(plog.url(apis + "?q=number+500"))
	p.click(`#operations [name=op]`)
	p.click(`#picked summary`)
	p.click(`#picked .menu-list button`)
	p.until(fmt.Sprintf(`location.pathname === %q && document.querySelectorAll('.steps > li').length === 20`, plan))
}

// TestOperationsLook looks at the list's states for all who use it.
func TestOperationsLook(t *testing.T) {
	document := thousand()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }))
	t.Cleanup(api.Close)
	plog := serve(t, t.TempDir(), "127.0.0.1:0")
	p := openBrowser(t).signedIn(plog)
	p.fill(`#f-target`, api.URL+"/openapi.json")
	p.click(`#add-form .actions button`)
	p.until(`location.pathname.endsWith('/apis')`)
	apis := p.path()
	script := axe(t)
	for _, lang := range []string{"en", "ko"} {
		p.speaks(lang)
		for _, s := range []screen{
			{name: "apis-thousand", path: apis, open: `#operations [name=op]`, then: shownRows + ` >= 100 && !document.querySelector('#picked').hidden`},
			{name: "apis-thousand-tag", path: apis + "?tag=tag+7&q=number&method=GET", open: `#operations summary`, then: `document.querySelector('details[open] .operation-body').textContent.length > 40`},
			{name: "apis-thousand-keys", path: apis, open: `[data-dialog="apis-keys"]`, then: `document.querySelector('#apis-keys').open`},
		} {
			p.look(plog, s, lang, script)
		}
	}
}
