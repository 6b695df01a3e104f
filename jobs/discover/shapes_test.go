package discover_test

import (
	"net/http"
	"strings"
	"testing"
)

const (
	swaggerPage = `<!doctype html><div id="swagger-ui"></div><script src="./swagger-ui-bundle.js"></script>`
	scalarPage  = `<!doctype html><script src="https://cdn.example.test/@scalar/api-reference"></script>`
)

// TestPagesOfFrameworks serves pages in the shapes that frameworks and their
// integrations write, below /tool/, with the document where only they say.
func TestPagesOfFrameworks(t *testing.T) {
	for name, c := range map[string]struct {
		page  string
		files map[string]string // what else there is below /tool/
		want  string            // the strategy
	}{
		"configuration in a text": {ui(`var configObject = JSON.parse('{"urls":[{"url":"spec/v1.json","name":"V1"}]}'); SwaggerUIBundle(configObject)`), nil, "swagger-ui"},
		"settings as data": {swaggerPage + `<script type="application/json" id="swagger-settings">{"layout":"BaseLayout","url":"/tool/spec/v1.json"}</script>` +
			`<script src="init.js"></script>`, map[string]string{"init.js": `const c = JSON.parse(document.getElementById("swagger-settings").textContent); SwaggerUIBundle(c)`}, "swagger-ui"},
		"document as data":          {swaggerPage + `<script type="application/json" id="swagger-data">{"format":"x","spec":` + document + `}</script>`, nil, "swagger-ui"},
		"function resolves address": {swaggerPage + `<script src="./swagger-initializer.js"></script>`, map[string]string{"swagger-initializer.js": `function resolveUrl(u) { const a = document.createElement('a'); a.href = u; return a.href } const cfg = {dom_id: '#x'}; SwaggerUIBundle(Object.assign({}, cfg, {url: resolveUrl('./spec/v1.json')}))`}, "swagger-ui"},
		"address set later":         {ui(`let url = location.search.match(/url=([^&]+)/); if (url) { url = decodeURIComponent(url[1]) } else { url = "spec/v1.json" } SwaggerUIBundle({url: url})`), nil, "swagger-ui"},
		"spread":                    {ui(`const shared = {url: "spec/v1.json", deepLinking: !0}; SwaggerUIBundle({...shared, dom_id: '#swagger-ui'})`), nil, "swagger-ui"},
		"new URL":                   {ui(`SwaggerUIBundle({url: new URL('spec/v1.json', window.location.href).href})`), nil, "swagger-ui"},
		"path replaced":             {ui(`SwaggerUIBundle({url: location.pathname.replace('/tool/', '/tool/spec/v1.json')})`), nil, "swagger-ui"},
		"address of another time":   {ui(`SwaggerUIBundle({url: "http:\/\/127.0.0.1:1\/tool\/spec\/v1.json"})`), nil, "swagger-ui"},
		"attribute of the element":  {`<!doctype html><div id="swagger-ui" data-source="/tool/spec/v1.json"></div><script src="/assets/app.js"></script>`, nil, "swagger-ui"},
		"imports over lines":        {swaggerPage + "<script type=module>\nimport {\n a,\n b\n} from './x.js'\nconst c = await import('./y.js')\nexport default SwaggerUIBundle({url: 'spec/v1.json'})\n</script>", nil, "swagger-ui"},
		"document as a text":        {ui(`SwaggerUIBundle({spec: JSON.parse('` + document + `')})`), nil, "swagger-ui"},
		"document with bare keys":   {ui(`const spec = {openapi: '3.0.3', info: {title: "주문", version: '1'}, servers: [{url: '/v1'}], paths: {'/orders': {get: {responses: {}}}}}; SwaggerUIBundle({spec})`), nil, "swagger-ui"},
		"address of a sample first": {ui(`SwaggerUIBundle({url: "https://petstore.swagger.io/v2/swagger.json"}); const real = {url: "spec/v1.json"}`), nil, "swagger-ui"},
		"sample within a tool":      {scalarPage + `<script>const example = {openapi: "3.1.0", info: {title: "", version: "1"}, paths: {}}; Scalar.createApiReference('#app', {url: './spec/v1.json'})</script>`, nil, "scalar"},
		"redoc state":               {`<!doctype html><div id="redoc"></div><script>const __redoc_state = {"menu": {}, "spec": {"data": ` + document + `}}; Redoc.hydrate(__redoc_state)</script>`, nil, "redoc"},
		"redoc object":              {`<!doctype html><script>Redoc.init(` + document + `, {}, document.body)</script>`, nil, "redoc"},
		"scalar, several":           {scalarPage + `<script>Scalar.createApiReference('#app', [{title: 'A', url: 'spec/v1.json'}, {title: 'B', url: 'spec/other.json'}])</script>`, nil, "scalar"},
		"scalar, default":           {scalarPage + `<script>Scalar.createApiReference('#app', {sources: [{title: 'B', url: 'spec/other.json'}, {title: 'A', url: 'spec/v1.json', default: true}]})</script>`, nil, "scalar"},
		"scalar, other start":       {scalarPage + `<script>initialize('/tool/', false, {"sources": [{"title": "v1", "url": "/tool/spec/v1.json"}]}, '')</script>`, nil, "scalar"},
		"scalar, content as text":   {scalarPage + `<script id="api-reference" data-configuration='{"content": ` + quoted(document) + `}'></script>`, nil, "scalar"},
		"scalar, sources inline":    {scalarPage + `<script>Scalar.createApiReference('#app', {sources: [{title: 'A', content: ` + document + `}, {title: 'B', url: 'spec/other.json'}]})</script>`, nil, "scalar"},
		"elements set by script":    {`<!doctype html><elements-api id="docs"></elements-api><script>(async () => { const docs = document.getElementById('docs'); docs.apiDescriptionDocument = ` + document + `; })();</script>`, nil, "stoplight"},
		"elements address by script": {`<!doctype html><elements-api id="docs"></elements-api><script>document.getElementById('docs').apiDescriptionUrl = 'spec/v1.json'</script>`, nil,
			"stoplight"},
		"elements attribute document": {`<!doctype html><elements-api apiDescriptionDocument='` + document + `'></elements-api>`, nil, "stoplight"},
		"rapidoc by script":           {`<!doctype html><rapi-doc id="r"></rapi-doc><script>document.getElementById('r').loadSpec('spec/v1.json')</script>`, nil, "rapidoc"},
		"openapi-explorer":            {`<!doctype html><openapi-explorer spec-url="spec/v1.json"></openapi-explorer>`, nil, "rapidoc"},
		"link element, other words":   {`<!doctype html><link rel="alternate service-desc" type="application/openapi+json" href="spec/v1.json">`, nil, "link"},
		"frame":                       {`<!doctype html><iframe src="inner.html"></iframe>`, map[string]string{"inner.html": `<!doctype html><redoc spec-url="spec/v1.json"></redoc>`}, "redoc"},
		"moved by refresh":            {`<!doctype html><meta http-equiv="refresh" content="0; url=inner.html">`, map[string]string{"inner.html": `<!doctype html><redoc spec-url="spec/v1.json"></redoc>`}, "redoc"},
		"moved by script":             {`<!doctype html><script>window.location.href = "inner.html"</script>`, map[string]string{"inner.html": `<!doctype html><redoc spec-url="spec/v1.json"></redoc>`}, "redoc"},
		"link by its text":            {`<!doctype html><a href="inner.html">API 문서</a>`, map[string]string{"inner.html": `<!doctype html><redoc spec-url="spec/v1.json"></redoc>`}, "redoc"},
		"links as data":               {`{"status":"ok","_links":{"documentation":{"href":"/tool/swagger/v1.json"}}}`, map[string]string{"swagger/v1.json": document}, "link"},
		"resources":                   {`[{"name":"default","location":"/tool/spec/v1.json","swaggerVersion":"2.0"}]`, nil, "swagger-ui"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mux := http.NewServeMux()
			mux.HandleFunc("/tool/{$}", text(c.page))
			mux.HandleFunc("/tool/spec/v1.json", text(document))
			mux.HandleFunc("/tool/spec/other.json", text(other))
			for name, body := range c.files {
				mux.HandleFunc("/tool/"+name, func(w http.ResponseWriter, r *http.Request) {
					if strings.HasSuffix(name, ".js") {
						w.Header().Set("Content-Type", "text/javascript")
					}
					text(body)(w, r)
				})
			}
			base := serve(t, mux)
			found, err := find(t, base+"/tool/")
			if err != nil {
				t.Fatalf("%v (tried %v)", err, found.Tried)
			}
			if found.Document.Title != "주문" || found.Strategy != c.want || found.PageURL == "" || found.BaseURL() != base+"/v1" {
				t.Errorf("found %q by %s at %q through %q, base %s", found.Document.Title, found.Strategy, found.DocumentURL, found.PageURL, found.BaseURL())
			}
		})
	}
}

func ui(script string) string { return swaggerPage + "<script>" + script + "</script>" }

// quoted returns a text as a string of JSON.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }
