//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAddYourOwnAPI(t *testing.T) {
	s := sample(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!doctype html><title>Welcome</title><p>Nothing to see here"))
		case "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		case "/binary":
			_, _ = w.Write([]byte{0, 1, 2, 0xff, 0xfe})
		case "/empty":
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(web.Close)
	plog := serve(t, t.TempDir(), "127.0.0.1:0")
	p := openBrowser(t).signedIn(plog)
	p.expects(`status of (422|403)`)
	nobody := "http://" + freeAddr(t) + "/openapi.json"
	for _, bad := range []struct{ target, says string }{
		{"", "Paste the address"},
		{"ftp://127.0.0.1/openapi.json", "ftp"},
		{web.URL + "/nowhere.json", "404"},
		{web.URL + "/page", "No API document was found"},
		{web.URL + "/broken", "500"},
		{web.URL + "/circle", "redirects in a circle"},
		{web.URL + "/binary", ""},
		{web.URL + "/empty", ""},
		{nobody, "Nothing listens"},
		{"http://169.254.169.254/latest", ""},
		{"http://plog.invalid/openapi.json", ""},
	} {
		p.fill(`#f-target`, bad.target)
		p.click(`#add-form button[type=submit]:not(.visually-hidden)`)
		p.until(fmt.Sprintf(`(e => e && e.checkVisibility() && e.textContent.trim().length > 20 && e.textContent.includes(%q))(document.querySelector('#f-target-error'))`, bad.says))
		p.is(fmt.Sprintf(`location.pathname === '/' && document.querySelector('#f-target').value === %q`, bad.target))
		p.is(`document.querySelector('#f-target').getAttribute('aria-invalid') === 'true' && document.querySelector('#f-target').getAttribute('aria-describedby').includes('f-target-error')`)
		t.Logf("%q: %s", bad.target, p.text(`#f-target-error`))
		p.do(forget(`#f-target-error`))
	}
	p.fill(`#f-target`, s.url+"/docs")
	p.click(`#add-form button[type=submit]:not(.visually-hidden)`)
	p.until(`location.pathname.endsWith('/apis') && document.querySelectorAll('[name=op]').length > 20`)

	// an operation opens in place
	p.click(`.operation-row summary`)
	p.until(`document.querySelector('.operation-row .operation-body').textContent.length > 40 && document.querySelector('.operation-row details[open] .skeleton') === null`)
}
