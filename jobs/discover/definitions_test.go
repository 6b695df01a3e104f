package discover_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/jobs/discover"
)

// several serves documents that are offered together in different ways.
func several(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/specs/a.json", text(document))
	mux.HandleFunc("/specs/b.json", text(other))
	const urls = `[{url: "/specs/a.json", name: "공개"}, {url: "/specs/b.json", name: "관리"}]`
	mux.HandleFunc("/urls", text(ui(`SwaggerUIBundle({urls: `+urls+`})`)))
	mux.HandleFunc("/primary", text(ui(`SwaggerUIBundle({urls: `+urls+`, "urls.primaryName": "관리"})`)))
	mux.HandleFunc("/config", text(ui(`SwaggerUIBundle({url: "", configUrl: "/swagger-config"})`)))
	mux.HandleFunc("/swagger-config", text(`{"urls":[{"url":"/specs/a.json","name":"공개"},{"url":"/specs/b.json","name":"관리"}]}`))
	mux.HandleFunc("/sources", text(scalarPage+`<script>Scalar.createApiReference('#a', {sources: [{title: "공개", url: "/specs/a.json"}, {title: "관리", content: `+strings.Replace(other, `"paths":{}`, `"paths":{"/x":{"get":{}}}`, 1)+`}]})</script>`))
	mux.HandleFunc("/elements", text(`<!doctype html><redoc spec-url="/specs/a.json"></redoc><redoc spec-url="/specs/b.json"></redoc>`))
	mux.HandleFunc("/same", text(ui(`SwaggerUIBundle({urls: [{url: "/specs/a.json", name: "API"}, {url: "/specs/b.json", name: "API"}]})`)))
	mux.HandleFunc("/portal", text(`<!doctype html><a href="/orders/docs">주문</a><a href="/other/docs">other</a><a href="/orders/docs/">again</a>`))
	mux.HandleFunc("/orders/docs", text(`<!doctype html><redoc spec-url="/specs/a.json"></redoc>`))
	mux.HandleFunc("/other/docs", text(`<!doctype html><redoc spec-url="/specs/b.json"></redoc>`))
	return serve(t, mux)
}

func TestDefinitions(t *testing.T) {
	base := several(t)
	for _, c := range []struct {
		path, want  string
		definitions string // all names, the page's own choice first
		title       string
	}{
		{"/urls", "", "공개 관리", "주문"},
		{"/urls", "관리", "공개 관리", "other"},
		{"/urls?urls.primaryName=관리", "", "관리 공개", "other"},
		{"/primary", "", "관리 공개", "other"},
		{"/primary", "공개", "관리 공개", "주문"},
		{"/config", "", "공개 관리", "주문"},
		{"/config", "관리", "공개 관리", "other"},
		{"/config?urls.primaryName=관리", "", "관리 공개", "other"},
		{"/swagger-config", "관리", "공개 관리", "other"},
		{"/sources", "", "공개 관리", "주문"},
		{"/sources", "관리", "공개 관리", "other"},
		{"/elements", "/specs/b.json", "/specs/a.json /specs/b.json", "other"},
		{"/same", "API 2", "API|API 2", "other"},
		{"/portal", "", "주문 other", "주문"},
		{"/portal", "other", "주문 other", "other"},
		{"/specs/a.json", "", "", "주문"},
	} {
		t.Run(c.path+" "+c.want, func(t *testing.T) {
			found, err := discover.NewFinder(discover.NewFetcher(policy())).Find(t.Context(), discover.Request{Target: base + c.path, Definition: c.want})
			if err != nil {
				t.Fatalf("%v (tried %v)", err, found.Tried)
			}
			var names []string
			for _, d := range found.Definitions {
				names = append(names, d.Name)
				if (d.URL == "") != d.Inline {
					t.Errorf("%+v", d)
				}
				if taken := d.Name == found.Definition; taken && (d.Operations == nil || *d.Operations != len(found.Document.Operations)) {
					t.Errorf("the one taken: %+v", d)
				}
			}
			want := strings.Split(c.definitions, " ")
			if strings.Contains(c.definitions, "|") {
				want = strings.Split(c.definitions, "|")
			}
			if found.Document.Title != c.title || !slices.Equal(names, want) {
				t.Errorf("%q of %q, want %q of %q", found.Document.Title, names, c.title, want)
			}
		})
	}
}

func TestDefinitionThatIsGone(t *testing.T) {
	base := several(t)
	for _, path := range []string{"/urls", "/config", "/portal", "/specs/a.json"} {
		_, err := discover.NewFinder(discover.NewFetcher(policy())).Find(t.Context(), discover.Request{Target: base + path, Definition: "없음"})
		var e *domain.Error
		if !errors.As(err, &e) || e.Message.Key != "discover.no_definition" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestCatalogsAndLinks finds what hosts say about themselves.
func TestCatalogsAndLinks(t *testing.T) {
	for name, set := range map[string]func(*http.ServeMux){
		"catalog": func(mux *http.ServeMux) {
			mux.HandleFunc("/.well-known/api-catalog", text(`{"linkset":[{"anchor":"/orders","service-desc":[{"href":"/specs/a.json","type":"application/json"}]},{"anchor":"/other","service-desc":[{"href":"/specs/b.json","title":"둘"}]}]}`))
		},
		"catalog in header syntax": func(mux *http.ServeMux) {
			mux.HandleFunc("/.well-known/api-catalog", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/linkset")
				_, _ = io.WriteString(w, `</specs/a.json>; rel="service-desc"; title="a, b; c",
					</specs/b.json>; rel=service-desc`)
			})
		},
		"catalog of pages": func(mux *http.ServeMux) {
			mux.HandleFunc("/.well-known/api-catalog", text(`{"linkset":[{"anchor":"/","service-doc":[{"href":"/handbook"}]}]}`))
			mux.HandleFunc("/handbook", text(`<!doctype html><redoc spec-url="/specs/a.json"></redoc>`))
		},
		"header of an error": func(mux *http.ServeMux) {
			mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Add("Link", `</style.css>; rel=preload`)
				w.Header().Add("Link", `</x>; rel="next", </specs/a.json>; type="application/json"; rel="describedby service-desc"`)
				w.WriteHeader(http.StatusNotFound)
			})
		},
		"header to a page": func(mux *http.ServeMux) {
			mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Link", `</handbook>; rel="service-doc"`)
				_, _ = io.WriteString(w, `{}`)
			})
			mux.HandleFunc("/handbook", text(`<!doctype html><redoc spec-url="/specs/a.json"></redoc>`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("/specs/a.json", text(document))
			mux.HandleFunc("/specs/b.json", text(other))
			set(mux)
			found, err := find(t, serve(t, mux))
			if err != nil || found.Document.Title != "주문" {
				t.Errorf("%q: %v, tried %v", found.Document.Title, err, found.Tried)
			}
		})
	}
}
