//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is a Chromium with a fresh profile.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// openBrowser starts a browser, which is closed with the test.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium on the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 900))
	for _, flag := range []string{
		"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &browser{t, ctx}
}

// tab is a page of the browser. Whatever the page complains about fails the
// test: errors in scripts, breaches of the content security policy, files that
// are not there.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	expected   []*regexp.Regexp
}

// tab opens another one.
func (b *browser) tab() *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	p := &tab{t: b.t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatal(err)
	}
	heard := make(chan struct{})
	console := chromedp.Console(ctx)
	go func() {
		defer close(heard)
		for m, err := range console {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.Type == chromedp.ConsoleException {
				p.mu.Lock()
				p.complaints = append(p.complaints, fmt.Sprintf("%s: %s (%s)", m.Type, m.Text, m.URL))
				p.mu.Unlock()
			}
		}
	}()
	b.t.Cleanup(func() {
		cancel()
		<-heard
		p.quiet()
	})
	return p
}

// signedIn opens a tab and signs in to PLOG by its link.
func (b *browser) signedIn(p *plog) *tab {
	b.t.Helper()
	page := b.tab()
	page.visit(p.link)
	page.until(`location.pathname === '/'`)
	return page
}

// expects says that the page will complain so, and that it is right to.
func (p *tab) expects(pattern string) { p.expected = append(p.expected, regexp.MustCompile(pattern)) }

// quiet fails the test with what the page complained about.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
next:
	for _, c := range p.complaints {
		for _, e := range p.expected {
			if e.MatchString(c) {
				continue next
			}
		}
		p.t.Errorf("the page complains: %s", c)
	}
	p.complaints = nil
}

// do runs steps one after the other.
func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.fail("%v", err)
	}
}

func (p *tab) visit(url string) { p.t.Helper(); p.do(chromedp.Navigate(url)) }
func (p *tab) reload()          { p.t.Helper(); p.do(chromedp.Reload()) }

// fill types a text over what is in a field.
func (p *tab) fill(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`(e => { e.focus(); e.select(); return document.activeElement === e })(document.querySelector(%q))`, selector))
	p.do(chromedp.KeyEvent(kb.Backspace), chromedp.KeyEvent(text))
}

// click clicks on an element as soon as it can be seen.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.until(shown(selector))
	p.do(chromedp.Click(chromedp.CSS(selector)))
}

// leave clicks on what leads to another page, and waits for that.
func (p *tab) leave(selector string) {
	p.t.Helper()
	p.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(selector)))(ctx, t)
		return chromedp.Void{}, err
	})
}

// text returns an element's text as people see it.
func (p *tab) text(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf(`document.querySelector(%q)?.innerText.trim() ?? ''`, selector))
}

// says waits until an element contains a text.
func (p *tab) says(selector, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q).textContent.replace(/\s+/g, ' ').includes(%q)`, selector, text))
}

// until waits for an expression to become true, on this page or on one that
// takes its place.
func (p *tab) until(expression string) {
	p.t.Helper()
	guarded := fmt.Sprintf(`(() => { try { return Boolean(%s) } catch { return false } })()`, expression)
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](guarded, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience)))
		switch {
		case err == nil:
			return
		case ctx.Err() != nil, errors.Is(err, chromedp.ErrPollingTimeout):
			p.fail("never so: %s: %v", expression, err)
		}
	}
}

// is fails unless an expression is true.
func (p *tab) is(expression string) {
	p.t.Helper()
	if !eval[bool](p, `Boolean(`+expression+`)`) {
		p.fail("not so: %s", expression)
	}
}

func exists(selector string) string {
	return fmt.Sprintf(`document.querySelector(%q) !== null`, selector)
}

func shown(selector string) string {
	return fmt.Sprintf(`document.querySelector(%q).checkVisibility({visibilityProperty: true, opacityProperty: true})`, selector)
}

// eval returns the value of an expression.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.fail("%s: %v", expression, err)
	}
	return v
}

// path returns where the page is, without host and query.
func (p *tab) path() string { p.t.Helper(); return eval[string](p, `location.pathname`) }

// withoutScript makes the page one of a browser that runs none.
func (p *tab) withoutScript() {
	p.t.Helper()
	p.call(func() error {
		_, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})
}

// speaks makes the browser ask for pages in a language.
func (p *tab) speaks(language string) {
	p.t.Helper()
	agent := eval[string](p, `navigator.userAgent`)
	p.call(func() error {
		_, err := chromedp.Call(p.ctx, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: language})
		return err
	})
}

// looks gives the page a width and a theme, light or dark.
func (p *tab) looks(width int64, theme string) {
	p.t.Helper()
	p.call(func() error {
		_, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600,
		})
		if err != nil {
			return err
		}
		_, err = chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			// Without motion, so that no colour is between two themes.
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
}

func (p *tab) call(f func() error) {
	p.t.Helper()
	if err := f(); err != nil {
		p.t.Fatal(err)
	}
}

// fail ends the test with what the page shows.
func (p *tab) fail(format string, args ...any) {
	p.t.Helper()
	p.picture("failed-" + strings.ReplaceAll(p.t.Name(), "/", "-"))
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	shows, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + '\n' + document.body.innerText.slice(0, 3000)`))
	if err != nil {
		shows = err.Error()
	}
	p.t.Fatalf("%s\nthe page shows: %s", fmt.Sprintf(format, args...), shows)
}

// picture keeps what the page looks like, if anybody wants to know.
func (p *tab) picture(name string) {
	p.t.Helper()
	dir := os.Getenv("PLOG_E2E_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, name+".png"), image, 0o644))
	}
	if err != nil {
		p.t.Logf("picture %s: %v", name, err)
	}
}
