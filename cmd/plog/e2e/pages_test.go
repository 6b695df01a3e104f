//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// untranslated matches a message key that is shown in place of its text; files
// such as plan.yaml are no keys.
var untranslated = regexp.MustCompile(`\b(auth|discover|engine|errors|finding|home|k6|openapi|plan|planrules|project|report|runs?|settings|store|ui|word)\.[a-z_]+(\.[a-z0-9_]+)*\b`)

// words are what a page says, apart from what people and programs wrote.
const words = `(() => {
	const page = document.body.cloneNode(true);
	for (const e of page.querySelectorAll('pre, code, textarea, script, .mono, .path, .log')) e.remove();
	for (const e of page.querySelectorAll('*')) e.append(' '); // neighbours are not one word
	const marked = [...page.querySelectorAll('[aria-label], [title], [placeholder]')];
	return [document.title, page.textContent, ...marked.flatMap(e => [e.ariaLabel, e.title, e.placeholder])].join(' ');
})()`

var fileName = regexp.MustCompile(`\.(ya?ml|js|json|html|csv|xml|txt|io)$`)

// screen is a page as people come to it.
type screen struct {
	name string
	path string
	then string // an expression that is true when the page is complete; "" for the load event
	open string // what to click on then
}

// TestScreens looks at every page in both languages, both themes and three
// widths: nothing scrolls sideways, nothing is left untranslated, nothing is
// out of reach, and the browser does not complain.
func TestScreens(t *testing.T) {
	s := sample(t, "--latency", "lognormal(10ms, 0.4)", "--error-rate", "0.05")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document())
	b := openBrowser(t)
	p := b.signedIn(plog)
	screens := prepare(p, plog, s)
	script := axe(t)

	p.expects(`status of 404`)
	for _, lang := range []string{"en", "ko"} {
		p.speaks(lang)
		for _, screen := range screens {
			p.look(plog, screen, lang, script)
		}
	}
	stranger := openBrowser(t).tab()
	stranger.expects(`status of 401`)
	for _, lang := range []string{"en", "ko"} {
		stranger.speaks(lang)
		stranger.look(plog, screen{name: "login", path: "/login"}, lang, script)
		stranger.look(plog, screen{name: "login-used", path: "/login?token=nonsense"}, lang, script)
	}
}

// prepare makes a project with a finished run that has errors and a running
// one, and an empty project.
func prepare(p *tab, plog *plog, s *shop) []screen {
	p.t.Helper()
	p.fill(`#f-target`, s.document())
	p.click(`#add-form .actions button`)
	p.until(`location.pathname.endsWith('/apis')`)
	empty := strings.TrimSuffix(p.path(), "/apis")
	p.visit(plog.url("/"))
	addSample(p)
	project := strings.TrimSuffix(p.path(), "/apis")
	pick(p, "GET /products", "GET /products/{productId}", "GET /orders", "POST /cart/items")
	load(p, "4", "4s")
	start(p)
	final := p.path()
	p.until(finished)
	p.visit(plog.url(project + "/plans"))
	p.click(`tbody th a`)
	p.until(`location.pathname.startsWith('/plans/')`)
	plan := p.path()
	p.visit(plog.url(project + "/apis"))
	pick(p, "GET /search")
	load(p, "2", "30m")
	start(p)
	running := p.path()
	p.until(live)
	charts := `document.querySelectorAll('plog-chart canvas').length === 3`
	return []screen{
		{name: "home", path: "/"},
		{name: "overview", path: project},
		{name: "overview-empty", path: empty},
		{name: "apis", path: project + "/apis"},
		{name: "apis-open", path: project + "/apis?q=cart", open: `.operation-row summary`, then: `document.querySelector('details[open] .operation-body').textContent.length > 40`},
		{name: "apis-none", path: project + "/apis?q=nonsense"},
		{name: "plans", path: project + "/plans"},
		{name: "plans-empty", path: empty + "/plans"},
		{name: "plan", path: plan},
		{name: "script", path: plan + "/script.js"},
		{name: "runs", path: project + "/runs"},
		{name: "runs-empty", path: empty + "/runs"},
		{name: "run-live", path: running, then: charts},
		{name: "run-final", path: final, then: charts},
		{name: "settings", path: "/settings"},
		{name: "not-found", path: "/projects/nothing"},
	}
}

func (p *tab) look(plog *plog, s screen, lang, axe string) {
	p.t.Helper()
	started := time.Now()
	p.looks(1440, "light")
	p.visit(plog.url(s.path))
	if s.open != "" {
		p.click(s.open)
	}
	if s.then != "" {
		p.until(s.then)
	}
	p.is(fmt.Sprintf(`document.documentElement.lang === %q`, lang))
	for _, key := range untranslated.FindAllString(eval[string](p, words), -1) {
		if !fileName.MatchString(key) {
			p.t.Errorf("%s in %s: untranslated %s", s.name, lang, key)
		}
	}
	for _, width := range []int64{360, 1440, 1920} {
		for _, theme := range []string{"light", "dark"} {
			name := fmt.Sprintf("%s-%s-%s-%d", s.name, lang, theme, width)
			p.looks(width, theme)
			if wide := p.sideways(width); wide != "" {
				p.t.Errorf("%s scrolls sideways: %s", name, wide)
			}
			if (theme == "dark") == (width == 360) && width != 1920 {
				p.accessible(axe, name)
			}
			p.picture(name)
		}
	}
	p.t.Logf("%s in %s: %v", s.name, lang, time.Since(started).Round(10*time.Millisecond))
}

// sideways waits until the page has the width and returns what stands over its
// edge, "" when nothing does.
func (p *tab) sideways(width int64) string {
	p.t.Helper()
	p.until(fmt.Sprintf(`innerWidth === %d`, width))
	const fits = `document.documentElement.scrollWidth <= document.documentElement.clientWidth`
	ctx, cancel := context.WithTimeout(p.ctx, 3*time.Second)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](fits, chromedp.WithPollingInterval(50*time.Millisecond))); err == nil {
		return ""
	}
	return eval[string](p, `[...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map(e => e.tagName + '.' + e.className).join(', ') || 'something'`)
}

func TestTheReaderChooses(t *testing.T) {
	plog := serve(t, t.TempDir(), "127.0.0.1:0")
	p := openBrowser(t).signedIn(plog)
	english := p.text(`h1`)
	p.click(`button[name=lang][value=ko]`)
	p.until(`document.documentElement.lang === 'ko'`)
	if korean := p.text(`h1`); korean == english || !regexp.MustCompile(`\p{Hangul}`).MatchString(korean) {
		t.Errorf("in Korean: %s", korean)
	}
	p.reload()
	p.is(`document.documentElement.lang === 'ko' && location.pathname === '/'`)
	p.click(`[data-theme-toggle]`)
	theme := eval[string](p, `document.documentElement.dataset.theme`)
	p.reload()
	p.is(fmt.Sprintf(`document.documentElement.dataset.theme === %q`, theme))
	p.click(`button[name=lang][value=en]`)
	p.until(`document.documentElement.lang === 'en'`)

	// a link signs in once, and signing out ends it
	p.click(`summary[aria-label^="Account"]`)
	p.click(`form[action="/logout"] button`)
	p.until(`location.pathname === '/login'`)
	p.expects(`status of 401`)
	p.visit(plog.link)
	p.is(`document.querySelector('[role=alert]') !== null && location.pathname === '/login'`)
	if status, _ := get(t, plog.url("/login")); status != http.StatusOK {
		t.Errorf("/login: status %d", status)
	}
}
