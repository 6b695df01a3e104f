package discover

import (
	"bytes"
	"net/http"
	"net/url"
	"testing"
)

// where is the page that is fuzzed.
var where = &url.URL{Scheme: "http", Host: "api.example.test", Path: "/docs/index.html"}

// sound checks that whatever a page says leads to no other address than one
// that may be asked for.
func sound(t *testing.T, offers []offer) {
	t.Helper()
	for _, o := range offers {
		for _, c := range o.distinct().named() {
			if (c.url == nil) == (c.inline == nil) {
				t.Errorf("%+v is neither an address nor a document, or both", c)
			}
			for _, u := range append([]*url.URL{c.url}, c.also...) {
				if u != nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil) {
					t.Errorf("leads to %s", u)
				}
			}
		}
	}
}

// FuzzPage reads pages by all strategies.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`<!doctype html><base href="//x/"><div id="swagger-ui" data-url="a.json"></div><script>SwaggerUIBundle({urls: [{url: "b", name: "B"}]})</script>`))
	f.Add([]byte(`<html><redoc spec-url="a"></redoc><rapi-doc spec-url=b></rapi-doc><elements-api apiDescriptionDocument='{"openapi":"3.0.0"}'></elements-api>`))
	f.Add([]byte(`<html><script id="api-reference" data-configuration='{"sources":[{"url":"a"}]}'></script><a href="/docs">API docs</a><meta http-equiv=refresh content="0;url=x">`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := response{URL: where, Status: http.StatusOK, Type: "text/html", Header: http.Header{"Link": {string(body[:min(len(body), 200)])}}, Body: body}
		p, ok := readPage(r)
		if !ok {
			p = dataPage(r)
		}
		p.readInline()
		sound(t, p.offers())
		for _, u := range append(p.docsLinks(), p.scripts()...) {
			if u.Host != where.Host {
				t.Errorf("leads to %s", u)
			}
		}
	})
}

// FuzzScript reads scripts, as Swagger UI's page has them.
func FuzzScript(f *testing.F) {
	f.Add("window.onload = () => { const u = `${location.origin}/x`; SwaggerUIBundle({url: u, ...JSON.parse('{\"urls\":[]}')}) }")
	f.Add("import {\n a } from 'b'\nexport default {openapi: '3.0.0', info: {title: 'x'}, paths: {'/a': {get: {}}}}")
	f.Add("var a = {x: b}, b = {x: a}; location.href = a || new URL('c', location).href; Redoc.init(a?.b ?? [1, -2, !0])")
	f.Fuzz(func(t *testing.T, source string) {
		p := page{url: where, base: where}
		p.read("swaggerui redoc scalar rapidoc elements-api\n" + source)
		p.read(source)
		sound(t, p.offers())
		for _, raw := range p.said.documents {
			if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
				t.Errorf("a document begins %q", raw[:min(len(raw), 20)])
			}
		}
	})
}

// FuzzConfig reads configurations that are served as JSON.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"urls":[{"url":"/a","name":"관리"},{"url":"b","name":"b"}],"urls.primaryName":"b","url":""}`))
	f.Add([]byte(`[{"location":"/v2/api-docs","name":"default"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p := page{url: where, base: where}
		sound(t, configured(p, response{URL: where, Body: body}))
		sound(t, p.with(readJSON(body)).offers())
	})
}

// FuzzCatalog reads API catalogs in both of their forms, and Link headers.
func FuzzCatalog(f *testing.F) {
	f.Add([]byte(`{"linkset":[{"anchor":"/","service-desc":[{"href":"/a.json"}],"item":[{"href":"/b"}]}]}`))
	f.Add([]byte(`<a.json>; rel="service-desc"; title="x, \"y\"", </b>;rel=service-doc;title*=UTF-8'ko'%EA%B0%80`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p := page{url: where, base: where}
		for _, kind := range []string{"application/linkset", "application/linkset+json"} {
			sound(t, []offer{readCatalog(p, response{URL: where, Type: kind, Body: body}).documents})
		}
	})
}

// FuzzUpload reads files and archives that people hand over.
func FuzzUpload(f *testing.F) {
	f.Add([]byte("openapi: 3.0.3\ninfo:\n  title: x\n"))
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		peek(data)
		found, err := ReadUpload(Upload{Name: "x", Data: data})
		if (err == nil) != (len(found.Definitions) > 0) {
			t.Errorf("%v beside %v", err, found.Definitions)
		}
	})
}
