package discover_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/jobs/discover"
)

const other = `{"openapi":"3.1.0","info":{"title":"other","version":"1"},"paths":{}}`

// TestDocsPages serves the page of each tool in the ways its documentation
// shows, with the document where only that page says.
func TestDocsPages(t *testing.T) {
	const swaggerUI = `<!doctype html><div id="swagger-ui"></div><script src="./swagger-ui-bundle.js"></script>`
	for name, c := range map[string]struct {
		page, script, strategy string
		query                  string
		inline                 bool
	}{
		"swagger ui inline":       {page: swaggerUI + `<script>window.onload = () => { SwaggerUIBundle({url: "spec.json", dom_id: '#swagger-ui'}) }</script>`, strategy: "swagger-ui"},
		"swagger ui variable":     {page: swaggerUI + `<script>const base = window.location.origin; var u = base + "/docs/spec.json"; SwaggerUIBundle({url: u})</script>`, strategy: "swagger-ui"},
		"swagger ui template":     {page: swaggerUI + "<script>SwaggerUIBundle({url: `${location.origin}/docs/spec.json`})</script>", strategy: "swagger-ui"},
		"swagger ui initializer":  {page: swaggerUI + `<script src="./init.js"></script>`, script: `window.onload = function() { window.ui = SwaggerUIBundle({ url: "./spec.json", }); };`, strategy: "swagger-ui"},
		"swagger ui init":         {page: swaggerUI + `<script src="init.js"></script>`, script: `var options = {"swaggerDoc": ` + document + `, "customOptions": {}}; SwaggerUIBundle(options)`, strategy: "swagger-ui", inline: true},
		"swagger ui urls":         {page: swaggerUI + `<script>SwaggerUIBundle({urls: [{url: "other.json", name: "Other"}, {url: "spec.json", name: "주문"}], "urls.primaryName": "주문"})</script>`, strategy: "swagger-ui"},
		"swagger ui config":       {page: swaggerUI + `<script>SwaggerUIBundle({url: "", configUrl: "config.json"})</script>`, strategy: "swagger-ui"},
		"swagger ui query":        {page: swaggerUI + `<script>SwaggerUIBundle({url: "https://petstore.swagger.io/v2/swagger.json"})</script>`, query: "?url=/docs/spec.json", strategy: "swagger-ui"},
		"swagger ui module":       {page: swaggerUI + "<script type=module>\nimport x from './swagger-ui.js'\nSwaggerUIBundle({url: 'spec.json'})\n</script>", strategy: "swagger-ui"},
		"redoc element":           {page: `<!doctype html><redoc spec-url='spec.json'></redoc>`, strategy: "redoc"},
		"redoc init":              {page: `<!doctype html><body></body><script>Redoc.init("spec.json", {}, document.body)</script>`, strategy: "redoc"},
		"scalar attribute":        {page: `<!doctype html><script id="api-reference" data-url="spec.json"></script>`, strategy: "scalar"},
		"scalar configuration":    {page: `<!doctype html><script id="api-reference" data-configuration='{"spec":{"url":"spec.json"}}'></script>`, strategy: "scalar"},
		"scalar text":             {page: `<!doctype html><script id="api-reference" type="application/json">` + document + `</script>`, strategy: "scalar", inline: true},
		"scalar call":             {page: `<!doctype html><script>Scalar.createApiReference('#app', {sources: [{url: 'spec.json', title: 'A'}, {url: 'other.json', title: 'B'}]})</script>`, strategy: "scalar"},
		"scalar content":          {page: `<!doctype html><script>Scalar.createApiReference('#app', {content: ` + document + `})</script>`, strategy: "scalar", inline: true},
		"rapidoc":                 {page: `<!doctype html><rapi-doc spec-url = "spec.json"> </rapi-doc>`, strategy: "rapidoc"},
		"stoplight":               {page: "<!doctype html><elements-api\n apiDescriptionUrl=\"./spec.json\"></elements-api>", strategy: "stoplight"},
		"service-desc":            {page: `<!doctype html><link rel="service-desc" href="spec.json">`, strategy: "link"},
		"base element":            {page: `<!doctype html><base href="/docs/"><rapi-doc spec-url="spec.json"></rapi-doc>`, strategy: "rapidoc"},
		"page that links to docs": {page: `<!doctype html><a href="/elsewhere">x</a><a href="/docs/swagger/">API</a>`, strategy: "swagger-ui"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/docs/{$}", text(c.page))
			mux.HandleFunc("/docs/init.js", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/javascript")
				_, _ = io.WriteString(w, c.script)
			})
			mux.HandleFunc("/docs/spec.json", text(document))
			mux.HandleFunc("/docs/other.json", text(other))
			mux.HandleFunc("/docs/config.json", text(`{"urls":[{"url":"/docs/spec.json","name":"a"},{"url":"/docs/other.json","name":"b"}]}`))
			mux.HandleFunc("/docs/swagger/{$}", text(swaggerUI+`<script>SwaggerUIBundle({url: "../spec.json"})</script>`))
			base := serve(t, mux)
			found, err := find(t, base+"/docs/"+c.query)
			if err != nil {
				t.Fatalf("%v (tried %v)", err, found.Tried)
			}
			wantURL := base + "/docs/spec.json"
			if c.inline {
				wantURL = ""
			}
			if found.Document.Title != "주문" || found.Strategy != c.strategy || found.DocumentURL != wantURL || found.PageURL == "" {
				t.Errorf("found %q by %s at %q through %q", found.Document.Title, found.Strategy, found.DocumentURL, found.PageURL)
			}
			if got := found.BaseURL(); got != base+"/v1" {
				t.Errorf("base %s", got)
			}
		})
	}
}

func TestOtherDocumentsOfAPage(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/docs", text(`<!doctype html><script src="swagger-ui-bundle.js"></script><script>SwaggerUIBundle({urls: [{url: "/a.json", name: "A"}, {url: "/b.json", name: "관리"}]})</script>`))
	mux.HandleFunc("/a.json", text(document))
	mux.HandleFunc("/b.json", text(other))
	base := serve(t, mux)
	found, err := find(t, base+"/docs")
	if err != nil {
		t.Fatal(err)
	}
	one := 1
	if diff := cmp.Diff([]discover.Definition{{Name: "A", URL: base + "/a.json", Operations: &one}, {Name: "관리", URL: base + "/b.json"}}, found.Definitions); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
}

func TestBareHost(t *testing.T) {
	for _, path := range []string{"/openapi.json", "/v3/api-docs", "/swagger/doc.json", "/api-json"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc(path, text(document))
			base := serve(t, mux)
			found, err := find(t, base[len("http://"):])
			if err != nil {
				t.Fatal(err)
			}
			if found.Strategy != "well-known" || found.DocumentURL != base+path {
				t.Errorf("found by %s at %s", found.Strategy, found.DocumentURL)
			}
		})
	}
}

// TestProbesArePolite counts what a host is asked for, and how much of it at once.
func TestProbesArePolite(t *testing.T) {
	var mu sync.Mutex
	now, most, asked := 0, 0, map[string]int{}
	count := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			now++
			most = max(most, now)
			asked[r.Method+" "+r.URL.String()]++
			mu.Unlock()
			next.ServeHTTP(w, r)
			mu.Lock()
			now--
			mu.Unlock()
		})
	}
	early := http.NewServeMux()
	early.HandleFunc("/openapi.json", text(document))
	if _, err := find(t, serve(t, count(early))); err != nil || len(asked) > 5 {
		t.Errorf("asked for %d places, %v", len(asked), err)
	}
	asked = map[string]int{}
	if _, err := find(t, serve(t, count(text("<!doctype html><a href=/docs>docs</a>")))); err == nil || len(asked) > 150 {
		t.Errorf("asked for %d places, %v", len(asked), err)
	}
	if most > 4 {
		t.Errorf("%d requests at once", most)
	}
	for what, times := range asked {
		if times > 1 || !strings.HasPrefix(what, "GET ") {
			t.Errorf("%s %d times", what, times)
		}
	}
}

func TestNothingToFind(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", text("<!doctype html><title>An app that answers for everything</title>"))
	wantKey(t, serve(t, mux), "discover.nothing")
	wantKey(t, serve(t, http.NotFoundHandler()), "discover.nothing")
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, body string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	found, err := discover.ReadFile(write("a.json", document), "")
	if err != nil || found.Document.Title != "주문" || found.Strategy != "file" {
		t.Errorf("%+v: %v", found, err)
	}
	for path, want := range map[string]domain.Code{
		filepath.Join(dir, "none"): domain.NotFound,
		dir:                        domain.Invalid,
		write("empty", ""):         domain.Invalid,
	} {
		if _, err := discover.ReadFile(path, ""); domain.CodeOf(err) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func ExampleFinder() {
	fetcher := discover.NewFetcher(policy())
	_, err := discover.NewFinder(fetcher).Find(nil, discover.Request{}) //nolint:staticcheck // refused before it is used
	fmt.Println(err)
	// Output: Give the address of your API's document or docs page.
}
