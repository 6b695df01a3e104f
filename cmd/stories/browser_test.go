package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"plog.dev/plog/static"
	"plog.dev/plog/views/chart"
	"plog.dev/plog/views/i18n"
)

type (
	step = chromedp.Action[chromedp.Void]
	css  = chromedp.CSS
)

// browse opens a page in a real browser and fails the test on whatever that complains about: an error in
// a script, a breach of the content security policy, a file that is not there.
func browse(t *testing.T, address string, steps ...step) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("needs chromium on the PATH")
	}
	allocator, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-quic", true), chromedp.UserDataDir(t.TempDir()),
		chromedp.WindowSize(1280, 900))...)
	defer stop()
	tab, closeTab := chromedp.NewContext(allocator)
	defer closeTab()
	if err := chromedp.Do(tab); err != nil { // starts the browser, outside the time limit of the steps
		t.Fatal(err)
	}
	console := chromedp.Console(tab)
	complaints := make(chan []string, 1)
	go func() {
		var all []string
		for m, err := range console {
			if err != nil {
				break
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.Type == chromedp.ConsoleException {
				all = append(all, fmt.Sprintf("%s: %s (%s)", m.Type, m.Text, m.URL))
			}
		}
		complaints <- all
	}()
	ctx, cancel := context.WithTimeout(tab, 40*time.Second)
	defer cancel()
	for i, s := range append([]step{chromedp.Navigate(address)}, steps...) {
		if err := chromedp.Do(ctx, s); err != nil {
			t.Errorf("%s: step %d: %v", address, i, err)
			break
		}
	}
	closeTab()
	for _, c := range <-complaints {
		t.Errorf("%s: %s", address, c)
	}
}

// until waits for an expression to become true.
func until(expression string) step {
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		void, err := chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(10*time.Second))(ctx, tab)
		if err != nil {
			err = fmt.Errorf("never so: %s: %w", expression, err)
		}
		return void, err
	}
}

// is fails unless an expression is true.
func is(expression string) step {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		ok, err := chromedp.Evaluate[bool](expression)(ctx, tab)
		if err == nil && !ok {
			err = fmt.Errorf("not so: %s", expression)
		}
		return err
	})
}

// do runs script.
func do(script string) step { return chromedp.Evaluate[chromedp.Void](script) }

func TestBrowserIsContentWithEveryStory(t *testing.T) {
	server, s := serve(t)
	var visits []step
	for _, story := range s.stories {
		visits = append(visits, chromedp.Navigate(server.URL+"/story/"+story.Family+"/"+story.Name+"?lang=ko&theme=dark"),
			is(`document.documentElement.scrollWidth <= innerWidth`))
	}
	browse(t, server.URL+"/", append([]step{chromedp.EmulateViewport(360, 800)}, visits...)...)
}

func TestLiveChartsGrowByTheStream(t *testing.T) {
	server, _ := serve(t)
	browse(t, server.URL+"/story/chart/live",
		until(`document.querySelector('#live').data.times.length >= 2`),
		until(`document.querySelector('#now b') !== null`),
		is(`!document.body.classList.contains('htmx-request') && document.querySelector('[data-stale]').hidden`),
		is(`document.querySelector('#live canvas') !== null`),
		is(`document.querySelector('#live2').data.series.map(s => s.label).join() === '200,429'`),
		is(`document.querySelector('#live').plot.scales.x.max === document.querySelector('#live2').plot.scales.x.max`),
	)
}

func TestChart(t *testing.T) {
	server, _ := serve(t)
	const el = `document.querySelector('#latency')`
	height := `Math.round(` + el + `.getBoundingClientRect().height)`
	browse(t, server.URL+"/story/chart/charts",
		until(`document.querySelectorAll('plog-chart canvas').length === 3`),
		// the drawing and the chart are of one height
		is(`(() => { const c = `+el+`, now = `+height+`; c.box.replaceChildren(c.drawing); const then = `+height+`; c.rebuild(); return now === then && `+height+` === now })()`),
		// gaps stay gaps, revised points replace
		is(el+`.data.series[0].values[75] === null`),
		is(`(() => { const c = `+el+`, n = c.data.times.length; c.push({t: [c.data.times[3]], series: {p95: [499]}}); return c.data.times.length === n && c.data.series[1].values[3] === 499 })()`),
		is(`(() => { const c = `+el+`; c.push({t: [c.data.times[3] + .5], series: {p95: [1]}}); return c.data.times[4] === c.data.times[3] + .5 && c.data.series[0].values[4] === null })()`),
		// an unknown series joins only where it was asked for
		is(`(() => { window.dispatchEvent(new CustomEvent('plog:points', {detail: {t: [`+el+`.data.times[0]], series: {'status:500': [7]}}})); return document.querySelector('#throughput').data.series.at(-1).label === '500' && `+el+`.data.series.length === 3 })()`),
		// arrow keys move one cursor over all charts
		chromedp.Focus(css(`#latency`)),
		chromedp.KeyEvent(kb.ArrowLeft),
		until(`document.querySelector('#errors').plot.cursor.left > 0`),
		until(el+`.querySelector('[aria-live]').textContent.includes('p95')`),
		// dragging chooses a range for all, in the URL
		drag(el+`.querySelector('.u-over')`),
		until(`new URLSearchParams(location.search).has('from')`),
		until(`document.querySelector('#errors').plot.scales.x.min === Number(new URLSearchParams(location.search).get('from'))`),
		do(el+`.whole.click()`),
		until(`!new URLSearchParams(location.search).has('from')`),
		// a series goes and comes back
		do(el+`.querySelector('.legend button').click()`),
		is(el+`.plot.series[1].show === false && `+el+`.querySelector('.legend button').ariaPressed === 'false'`),
		// the other theme's colours
		do(`document.documentElement.dataset.theme = 'dark'`),
		until(el+`.plot.series[2].stroke() === 'rgb(255, 154, 77)'`),
	)
}

func drag(element string) step {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		box, err := chromedp.Evaluate[struct{ X, Y, Width, Height float64 }](element+`.getBoundingClientRect().toJSON()`)(ctx, tab)
		if err != nil {
			return err
		}
		y := box.Y + box.Height/2
		_, err = chromedp.DragAndDropXY(box.X+box.Width*.3, y, box.X+box.Width*.6, y, 4)(ctx, tab)
		return err
	})
}

func TestPageScripts(t *testing.T) {
	server, _ := serve(t)
	browse(t, server.URL+"/story/ui/overlays",
		chromedp.Click(css(`[data-dialog="one"]`)),
		until(`document.querySelector('#one').open`),
		chromedp.Click(css(`#one [data-close]`)),
		until(`!document.querySelector('#one').open`),
		chromedp.Click(css(`.tip`)),
		until(`document.querySelector('.tip-text').matches(':popover-open.placed')`),
		chromedp.Click(css(`[data-theme-toggle]`)),
		is(`document.cookie.includes('theme=') && document.documentElement.dataset.theme !== undefined`),
		chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)),
		until(`document.querySelector('#palette').open`),
		chromedp.SendKeys(css(`#palette input`), "sh"),
		until(`document.querySelectorAll('#palette-results a').length === 2`),
	)
	browse(t, server.URL+"/story/ui/filter",
		chromedp.KeyEvent("/"),
		until(`document.activeElement.matches('[data-filter]')`),
		chromedp.KeyEvent("cart post"),
		until(`[...document.querySelectorAll('#operations li')].filter(li => !li.hidden).length === 1`),
		is(`document.querySelector('[data-filter-empty]').hidden`),
	)
	browse(t, server.URL+"/story/ui/buttons",
		do(`document.addEventListener('click', e => { if (e.target.closest('.danger[data-confirm]')) window.deleted = true })`),
		chromedp.Click(css(`.button.danger`)),
		until(`document.querySelector('dialog[open]') !== null`),
		is(`!window.deleted`),
		chromedp.Click(css(`dialog[open] button[value=yes]`)),
		until(`window.deleted && document.querySelector('dialog[open]') === null`),
	)
}

// TestBothSidesWriteTheSame compares figures as the page's script writes them with those of the server.
func TestBothSidesWriteTheSame(t *testing.T) {
	server, _ := serve(t)
	type sample struct {
		Unit  chart.Unit
		Value float64
		Lang  string
	}
	var samples []sample
	var want []string
	for _, lang := range i18n.Languages() {
		for _, unit := range []chart.Unit{chart.None, chart.Millis, chart.PerSec, chart.Ratio, chart.MiB, chart.Cores, chart.Percent} {
			for v := 0.00001; v < 1e7; v *= 1.37 {
				if unit == chart.Cores && int(math.Round(v))%10 == 5 {
					continue // exactly between two figures: the sides choose differently
				}
				samples = append(samples, sample{unit, v, lang.String()})
				want = append(want, unit.Write(lang, v).String())
			}
		}
	}
	input, err := json.Marshal(samples)
	if err != nil {
		t.Fatal(err)
	}
	browse(t, server.URL+"/", chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		got, err := chromedp.Evaluate[[]string](`import('`+static.Path("js/chart-format.js")+`').then(m => `+string(input)+
			`.map(s => m.write(s.Unit, s.Value, s.Lang)))`, chromedp.EvalAwaitPromise)(ctx, tab)
		if err != nil {
			return err
		}
		for i, s := range samples {
			if got[i] != want[i] {
				t.Errorf("%g %q in %s: the script writes %q, the server %q", s.Value, s.Unit, s.Lang, got[i], want[i])
			}
		}
		return nil
	}))
}

func TestSwapsLeaveChartsAlone(t *testing.T) {
	server, _ := serve(t)
	browse(t, server.URL+"/story/chart/swaps",
		until(`document.querySelector('#latency canvas') !== null`),
		do(`window.before = document.querySelector('#latency canvas')`),
		chromedp.Click(css(`[hx-get="/swap"]`)),
		until(`document.querySelector('#swapped h2').textContent.trim() === '204 ms'`),
		until(`document.querySelectorAll('#toasts > .toast').length === 1`),
		is(`document.querySelector('#latency canvas') === window.before`),
		do(`document.querySelector('#toasts [data-dismiss]').click()`),
		is(`document.querySelectorAll('#toasts > .toast').length === 0`),
	)
}
