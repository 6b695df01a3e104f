package web_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// manyOperations is a document with n operations of 20 tags.
func manyOperations(n int) string {
	var b strings.Builder
	b.WriteString(`{"openapi":"3.1.0","info":{"title":"Many","version":"1"},"servers":[{"url":"http://127.0.0.1:9"}],"components":{"securitySchemes":{"key":{"type":"http","scheme":"bearer"}}},"paths":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		method, security := "get", ""
		if i%3 == 1 {
			method = "post"
		}
		if i%6 == 0 {
			security = `"security":[{"key":[]}],`
		}
		fmt.Fprintf(&b, `"/groups/%d/things/{id}":{%q:{%s"tags":["tag %d"],"operationId":"thing%d","summary":"Thing number %d","deprecated":%t,"responses":{}}}`, i, method, security, i%20, i, i, i%10 == 9)
	}
	b.WriteString(`}}`)
	return b.String()
}

// stored makes a project of documents as they are in the store, without the
// work of adding them.
func (b *bundle) stored(documents ...string) (domain.ProjectID, []domain.Source) {
	b.t.Helper()
	ctx := b.t.Context()
	p := domain.Project{Name: "Many"}
	err := b.db.Projects().Create(ctx, &p)
	var sources []domain.Source
	for i, raw := range documents {
		s := domain.Source{ProjectID: p.ID, Kind: domain.SourceUpload, Name: fmt.Sprintf("API %d", i), BaseURL: "http://127.0.0.1:9"}
		err = errors.Join(err, b.db.Sources().Create(ctx, &s))
		d := domain.Document{SourceID: s.ID, Raw: []byte(raw)}
		err = errors.Join(err, b.db.Documents().Create(ctx, &d))
		s.DocumentID = d.ID
		err = errors.Join(err, b.db.Sources().Update(ctx, &s))
		sources = append(sources, s)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return p.ID, sources
}

func (b *bundle) fragment(path string) answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, map[string]string{"HX-Request": "true", "HX-Request-Type": "partial"})
}

var (
	rowName   = regexp.MustCompile(`type="checkbox" name="op" value="([^"]+)"`)
	rowTicked = regexp.MustCompile(`name="op" value="([^"]+)" form="plan-form" checked`)
	rowHidden = regexp.MustCompile(`type="hidden" name="op" value="([^"]+)"`)
	nextPart  = regexp.MustCompile(`class="further[^>]*><button[^>]*hx-get="([^"]+)"`)
)

func found(pattern *regexp.Regexp, body string) []string {
	names := []string{}
	for _, m := range pattern.FindAllStringSubmatch(body, -1) {
		names = append(names, strings.ReplaceAll(m[1], "&amp;", "&"))
	}
	return names
}

func TestOperationsComeBitByBit(t *testing.T) {
	b := signedIn(t)
	p, _ := b.stored(manyOperations(1000))
	page := b.get("/projects/" + string(p) + "/apis")
	wants(t, page, http.StatusOK, "1,000 operations", "tag 7")
	if size := len(page.body); size > 300<<10 {
		t.Errorf("the page has %d bytes", size)
	}
	seen := map[string]int{}
	parts := 0
	for body := page.body; ; parts++ {
		names := found(rowName, body)
		if len(names) != 100 {
			t.Fatalf("%d operations in part %d", len(names), parts)
		}
		for _, name := range names {
			seen[name]++
		}
		next := found(nextPart, body)
		if len(next) == 0 {
			break
		}
		res := b.fragment(next[0])
		wants(t, res, http.StatusOK)
		if body = res.body; strings.Contains(body, "<html") || strings.Contains(body, "<noscript") {
			t.Fatal("a part is a whole page, or has what is for pages without script")
		}
	}
	if len(seen) != 1000 || parts != 9 {
		t.Errorf("%d operations in %d parts", len(seen), parts+1)
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is there %d times", name, n)
		}
	}
}

func TestOperationsAreFound(t *testing.T) {
	b := signedIn(t)
	p, sources := b.stored(manyOperations(120))
	for query, want := range map[string]int{
		"":                                   120,
		"?q=number+77":                       1,
		"?q=POST+%2Fgroups%2F77":             0, // that one is a GET
		"?q=post+groups":                     40,
		"?method=post":                       40,
		"?method=GET&method=POST":            120,
		"?method=delete":                     0,
		"?tag=tag+3":                         6,
		"?tag=":                              0, // all have one
		"?q=thing&tag=tag+3&method=get":      4,
		"?open=1":                            100,
		"?current=1":                         108,
		"?q=%3Cscript%3Ealert(1)":            0,
		"?q=" + strings.Repeat("thing+", 90): 120,
	} {
		t.Run(query, func(t *testing.T) {
			at := "/projects/" + string(p) + "/apis" + query
			page, part := b.get(at), b.fragment(at)
			wants(t, page, http.StatusOK, "<html")
			wants(t, part, http.StatusOK, `hx-target="#apis-tree"`, `hx-target="#apis-found"`)
			for _, res := range []answer{page, part} {
				if got := len(found(rowName, res.body)); got != min(want, 100) {
					t.Errorf("%d operations, want %d", got, min(want, 100))
				}
				if strings.Contains(res.body, "<script>alert") {
					t.Error("what was typed is part of the page")
				}
			}
			var names []string
			res := b.get("/projects/" + string(p) + "/apis/" + string(sources[0].ID) + "/names" + query)
			if err := json.Unmarshal([]byte(res.body), &names); err != nil || len(names) != want {
				t.Errorf("%d names, want %d: %v", len(names), want, err)
			}
		})
	}
	wants(t, b.get("/projects/"+string(p)+"/apis?q=nonsense"), http.StatusOK, "Nothing matches", "0 of 120 operations", `value="nonsense"`)
	for _, odd := range []string{"?from=-7", "?from=99999999999999999999", "?size=-1", "?at=-2", "?at=120", "?from=120", "?tag=%00"} {
		wants(t, b.get("/projects/"+string(p)+"/apis"+odd), http.StatusOK)
		wants(t, b.fragment("/projects/"+string(p)+"/apis"+odd), http.StatusOK)
	}
}

func TestAnOperationIsReached(t *testing.T) {
	b := signedIn(t)
	p, _ := b.stored(manyOperations(400))
	page := b.get("/projects/" + string(p) + "/apis?at=319") // the last but one of its tag, the last tag
	wants(t, page, http.StatusOK, `id="op-319" data-at`, `hx-trigger="load"`)
	if n := strings.Count(page.body, "<details open"); n != 1 {
		t.Errorf("%d operations are open", n)
	}
}

func TestTreeOfOperations(t *testing.T) {
	b := signedIn(t)
	p, sources := b.stored(manyOperations(120), petsDocument)
	project := "/projects/" + string(p) + "/apis"
	many, pets := project+"/"+string(sources[0].ID), project+"/"+string(sources[1].ID)
	page := b.get(project)
	wants(t, page, http.StatusOK, "API 0", "API 1", `data-unfold="`+many+`/tree?tag=tag+3"`, `data-unfold="`+pets+`/tree"`)
	if strings.Contains(page.body, `class="twig"`) {
		t.Error("the tree is unfolded from the start")
	}
	branch := b.fragment(many + "/tree?tag=tag+3&method=GET")
	wants(t, branch, http.StatusOK, "things/{id}", `hx-target="#operations"`)
	if n := strings.Count(branch.body, `class="twig"`); n != 4 {
		t.Errorf("%d operations below the tag", n)
	}
	// Another API's operations are on another page.
	tags := b.fragment(pets + "/tree")
	wants(t, tags, http.StatusOK, "pets", "shop", pets+"/tree?foreign=1&amp;tag=shop")
	leaf := b.fragment(pets + "/tree?foreign=1&tag=shop")
	wants(t, leaf, http.StatusOK, "/orders", "source="+string(sources[1].ID))
	for _, res := range []answer{tags, leaf} {
		if strings.Contains(res.body, "#operations") {
			t.Error("the list would be swapped for another API's")
		}
	}
	// A search that leaves few shows them, and marks where the list is.
	wants(t, b.get(project+"?q=number+77"), http.StatusOK, `class="twig"`)
	wants(t, b.get(project+"?tag=tag+3"), http.StatusOK, `data-tag="tag 3" aria-current="true"`)
	other, _ := b.stored(petsDocument)
	if res := b.get("/projects/" + string(other) + "/apis/" + string(sources[0].ID) + "/tree"); res.status != http.StatusNotFound {
		t.Errorf("another project's source: %d", res.status)
	}
	if res := b.get(project + "/nothing/names"); res.status != http.StatusNotFound {
		t.Errorf("no source: %d", res.status)
	}
}

// TestChoosingWithoutScript goes through what the page's buttons send: nothing
// that was ticked or filled in is lost on the way.
func TestChoosingWithoutScript(t *testing.T) {
	b := signedIn(t)
	p, sources := b.stored(manyOperations(300))
	project := "/projects/" + string(p)
	form := quick("check", "source", string(sources[0].ID), "scenarios[0].vus", "77")
	choose := func(changes ...string) (ticked, hidden []string) {
		t.Helper()
		send := url.Values{}
		for k, v := range form {
			send[k] = v
		}
		for i := 0; i+1 < len(changes); i += 2 {
			send.Set(changes[i], changes[i+1])
		}
		res := b.post(project+"/apis", send)
		wants(t, res, http.StatusOK, `value="77"`, `value="Typical day"`)
		return found(rowTicked, res.body), found(rowHidden, res.body)
	}
	form["op"] = []string{"GET /groups/0/things/{id}", "POST /groups/22/things/{id}"}
	if ticked, hidden := choose("q", "number 22"); len(ticked) != 1 || len(hidden) != 1 {
		t.Errorf("filtered: %v %v", ticked, hidden)
	}
	if ticked, hidden := choose("q", "number 22", "pick", "found"); len(ticked) != 12 || len(hidden) != 1 {
		t.Errorf("all that was found: %d %d", len(ticked), len(hidden)) // 22 and 220 to 229, and 122, 222
	}
	if ticked, hidden := choose("pick", "get"); len(ticked)+len(hidden) != 152 {
		t.Errorf("all harmless: %d %d", len(ticked), len(hidden))
	}
	if ticked, hidden := choose("pick", "none"); len(ticked)+len(hidden) != 0 {
		t.Errorf("none: %d %d", len(ticked), len(hidden))
	}
	if ticked, _ := choose("size", "200"); len(ticked) != 2 {
		t.Errorf("a longer list: %v", ticked)
	}
	if res := b.post(project+"/apis", form); len(found(rowName, res.body)) != 100 {
		t.Error("the list is not as long as it was")
	}
	// What is not in the list is posted all the same.
	form.Set("action", "save")
	res := b.post(project+"/plans", form)
	if res.status != http.StatusSeeOther {
		t.Fatalf("save: %d\n%s", res.status, strip(res.body))
	}
}

func TestOperationsAreAddedToAPlan(t *testing.T) {
	b := signedIn(t)
	p, sources := b.stored(petsDocument, manyOperations(30))
	project := "/projects/" + string(p)
	first := b.post(project+"/plans", quick("save", "source", string(sources[0].ID)))
	if first.status != http.StatusSeeOther {
		t.Fatalf("save: %d\n%s", first.status, strip(first.body))
	}
	all, err := b.db.Plans().ListByProject(t.Context(), p)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	id := string(all[0].ID)
	wants(t, b.get(project+"/apis"), http.StatusOK, "Add to a plan", `hx-vals="{&#34;plan&#34;:&#34;`+id+`&#34;}"`)
	add := func(source domain.Source, names ...string) answer {
		return b.post(project+"/apis/add", url.Values{"plan": {id}, "source": {string(source.ID)}, "op": names})
	}
	if res := add(sources[0], "GET /orders", "GET /pets"); res.status != http.StatusSeeOther || !strings.HasPrefix(res.location(), "/plans/"+id) {
		t.Fatalf("%d %s\n%s", res.status, res.location(), strip(res.body))
	}
	if res := add(sources[1], "GET /groups/2/things/{id}"); res.status != http.StatusSeeOther {
		t.Fatalf("another API's: %d\n%s", res.status, strip(res.body))
	}
	plan, err := b.db.Plans().Get(t.Context(), domain.PlanID(id))
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, s := range plan.Scenarios[0].Steps {
		steps = append(steps, s.Label())
	}
	if got, want := strings.Join(steps, ", "), "GET /pets, GET /pets/{id}, GET /orders, GET /groups/2/things/{id}"; got != want {
		t.Errorf("steps are %s, want %s", got, want)
	}
	wants(t, add(sources[0], "GET /orders"), http.StatusUnprocessableEntity, "has all of these operations already")
	wants(t, add(sources[0]), http.StatusUnprocessableEntity, "Choose operations first")
	toast := b.post(project+"/apis/add", url.Values{"plan": {id}}, asFragment...)
	wants(t, toast, http.StatusUnprocessableEntity, "Choose operations first", "toast")
	if res := add(sources[0], "GET /nothing"); res.status == http.StatusSeeOther {
		t.Error("an operation that is not there was added")
	}
	other, _ := b.stored(petsDocument)
	if res := b.post("/projects/"+string(other)+"/apis/add", url.Values{"plan": {id}, "op": {"GET /orders"}}); res.status != http.StatusNotFound {
		t.Errorf("another project's plan: %d", res.status)
	}
}

// TestALargeDocumentIsListedAtOnce proves that neither the page nor the search
// reads a document whose operations were listed before.
func TestALargeDocumentIsListedAtOnce(t *testing.T) {
	b := signedIn(t)
	p, sources := b.stored(manyOperations(50))
	// From here on reading the document would fail.
	index := openapi.Index{Entries: []openapi.Entry{{Method: "GET", Path: "/listed", Summary: "From the list"}}}
	broken := domain.Document{SourceID: sources[0].ID, Raw: []byte("no document")}
	err := b.db.Documents().Create(t.Context(), &broken)
	err = errors.Join(err, b.db.Documents().PutIndex(t.Context(), broken.ID, index))
	sources[0].DocumentID = broken.ID
	if err = errors.Join(err, b.db.Sources().Update(t.Context(), &sources[0])); err != nil {
		t.Fatal(err)
	}
	wants(t, b.get("/projects/"+string(p)+"/apis"), http.StatusOK, "From the list")
	wants(t, b.get("/search?q=listed"), http.StatusOK, "/listed")
	wants(t, b.get("/projects/"+string(p)), http.StatusOK)
}

// TestAHugeIndexIsAPageLikeOthers shows 100,000 operations, each with a tag and
// a method of its own.
func TestAHugeIndexIsAPageLikeOthers(t *testing.T) {
	b := signedIn(t)
	p, sources := b.stored(petsDocument, petsDocument)
	for i, name := range []string{"one tag", "all different"} {
		t.Run(name, func(t *testing.T) {
			doc := &openapi.Document{Operations: make([]openapi.Operation, 100_000)}
			for j := range doc.Operations {
				o := openapi.Operation{Method: "GET", Path: fmt.Sprintf("/things/%d", j), Summary: strings.Repeat("long ", 100)}
				if i == 1 {
					scheme := openapi.Requirement{Scheme: fmt.Sprintf("scheme %d", j), Type: "http", HTTP: "bearer"}
					o.Method, o.Tags, o.Security = fmt.Sprintf("M%d", j), []string{fmt.Sprintf("tag %d", j)}, [][]openapi.Requirement{{scheme}}
				}
				doc.Operations[j] = o
			}
			if err := b.db.Documents().PutIndex(t.Context(), sources[i].DocumentID, openapi.IndexOf(doc)); err != nil {
				t.Fatal(err)
			}
			at := "/projects/" + string(p) + "/apis?source=" + string(sources[i].ID)
			page := b.get(at)
			wants(t, page, http.StatusOK, "100 k operations")
			if len(page.body) > 500<<10 {
				t.Errorf("the page has %d bytes", len(page.body))
			}
			if names := found(rowName, b.fragment(at+"&from=99990").body); len(names) != 10 {
				t.Errorf("%d operations at the end", len(names))
			}
			if names := found(rowName, b.get(at+"&q=things/99999").body); len(names) != 1 {
				t.Errorf("%d operations found", len(names))
			}
			wants(t, b.get(at+"&at=99999"), http.StatusOK)
		})
	}
}
