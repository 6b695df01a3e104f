//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// The same API before and after: /old is gone, and /things wants a parameter.
const (
	thingsBefore = `{"openapi":"3.1.0","info":{"title":"Things","version":"1.0"},"paths":{
"/things":{"get":{"summary":"List things","parameters":[{"name":"limit","in":"query","schema":{"type":"integer","maximum":100}}],"responses":{"200":{"description":"ok"}}}},
"/old":{"get":{"summary":"What was","responses":{"200":{"description":"ok"}}}}}}`
	thingsAfter = `{"openapi":"3.1.0","info":{"title":"Things","version":"2.0"},"paths":{
"/things":{"get":{"summary":"List things","parameters":[{"name":"limit","in":"query","schema":{"type":"integer","maximum":50}},{"name":"page","in":"query","required":true,"schema":{"type":"integer","example":3}}],"responses":{"200":{"description":"ok"}}}}}}`
)

func TestTheAPIChanges(t *testing.T) {
	var changed atomic.Bool
	var paged atomic.Int64 // requests that carry the new parameter
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path != "/openapi.json":
			if r.URL.Query().Get("page") == "3" {
				paged.Add(1)
			}
			_, _ = w.Write([]byte(`{}`))
		case changed.Load():
			_, _ = w.Write([]byte(thingsAfter))
		default:
			_, _ = w.Write([]byte(thingsBefore))
		}
	}))
	t.Cleanup(api.Close)
	p := openBrowser(t).signedIn(serve(t, t.TempDir(), "127.0.0.1:0"))

	p.fill(`#f-target`, api.URL+"/openapi.json")
	p.click(`#add-form button[type=submit]:not(.visually-hidden)`)
	p.until(`location.pathname.endsWith('/apis') && document.querySelectorAll('[name=op]').length === 2`)
	project := strings.TrimSuffix(p.path(), "/apis")
	pick(p, "GET /things", "GET /old")
	p.until(`document.querySelectorAll('#plan-summary .chosen li').length === 2`)
	load(p, "1", "2s")
	start(p)
	p.until(finished)
	p.is(`document.querySelector('#run-drift') === null`)
	p.says(`.run-meta`, "v1")

	changed.Store(true)
	base := "http://" + eval[string](p, `location.host`)
	p.visit(base + project)
	p.click(`form[action$="/refresh"] button`)
	p.until(`location.search === '?fetched=changed'`)
	p.click(`#versions a[href*="/changes?"]`)
	p.until(`document.querySelectorAll('[data-change]').length === 2`)
	p.says(`[data-change=removed]`, "/old")
	p.says(`[data-change=changed]`, "page")
	p.is(`document.querySelector('[data-change=changed] del').textContent === '100' && document.querySelector('[data-change=changed] ins').textContent === '50'`)
	p.says(`#affected-plans`, "2 steps affected")
	p.picture("drift-changes")
	for _, width := range []int64{360, 1440} {
		p.looks(width, "dark")
		if wide := p.sideways(width); wide != "" {
			t.Errorf("at %d px: %s", width, wide)
		}
		p.picture(fmt.Sprintf("drift-changes-%d-dark", width))
	}
	p.looks(1440, "light")

	p.click(`#affected-plans a`)
	p.until(`document.querySelectorAll('#plan-drift [data-impact]').length === 2`)
	p.says(`#plan-drift [data-impact=gone]`, "GET /old")
	p.says(`#plan-drift [data-impact=misfit]`, "page")
	p.picture("drift-plan")
	p.looks(360, "dark")
	if wide := p.sideways(360); wide != "" {
		t.Errorf("the plan at 360 px: %s", wide)
	}
	p.picture("drift-plan-360-dark")
	p.looks(1440, "light")
	plan := p.path()
	p.click(`#plan-drift button[type=submit]`)
	p.until(`location.search === '?saved=1' && document.querySelector('#plan-drift') === null && document.querySelectorAll('.steps > li').length === 1`)

	p.visit(base + project + "/plans")
	p.click(`form[action="` + plan + `/run"] button`)
	p.until(`location.pathname.startsWith('/runs/')`)
	p.until(finished)
	p.says(`#run-drift`, "The API changed since run #1: 1 operation removed, 1 operation changed (2 breaking)")
	p.says(`.run-meta`, "v2")
	p.picture("drift-run")
	if paged.Load() == 0 {
		t.Error("no request carried the new parameter")
	}
	p.click(`#run-drift a[href*="/changes?"]`)
	p.until(`document.querySelectorAll('[data-change]').length === 2`)
}
