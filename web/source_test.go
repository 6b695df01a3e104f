package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/handlers"
)

// lone returns the only source of the project.
func (b *bundle) lone(p domain.Project) domain.Source {
	b.t.Helper()
	all, err := b.db.Sources().ListByProject(b.t.Context(), p.ID)
	if err != nil || len(all) != 1 {
		b.t.Fatalf("%d sources: %v", len(all), err)
	}
	return all[0]
}

func TestSeveralDefinitionsAreChosenFrom(t *testing.T) {
	b := signedIn(t)
	const page = "http://127.0.0.1:8090/docs"
	b.finder.several[page] = []handlers.Definition{{Name: "공개 API", URL: page + "/public"}, {Name: "admin"}, {Name: "v2"}}
	form := url.Values{"target": {page}, "header_name": {"X-Team", ""}, "header_value": {"a-secret-value", ""}}
	asked := b.post("/projects", form)
	wants(t, asked, http.StatusOK, "공개 API", page+"/public", `value="admin"`, `name="choosing"`, `value="X-Team"`)
	if n := strings.Count(asked.body, `name="definition"`); n != 3 {
		t.Errorf("%d definitions to choose from", n)
	}
	form.Set("choosing", "on")
	wants(t, b.post("/projects", form), http.StatusUnprocessableEntity, "Choose at least one", `name="definition"`)

	form["definition"] = []string{"공개 API", "v2"}
	res := b.post("/projects", form)
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	id := domain.ProjectID(strings.Split(res.location(), "/")[2])
	all, err := b.db.Sources().ListByProject(t.Context(), id)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d sources: %v", len(all), err)
	}
	for i, want := range form["definition"] {
		s := all[i]
		if s.Definition != want || s.URL != page || !strings.Contains(s.Name, want) || len(s.Headers) != 1 || s.Headers[0].Value != "a-secret-value" {
			t.Errorf("source %d: %+v", i, s)
		}
	}
	own := b.get("/projects/" + string(id) + "/sources/" + string(all[0].ID))
	wants(t, own, http.StatusOK, "공개 API", "X-Team", "v1")
	if strings.Contains(own.body, "a-secret-value") {
		t.Error("the page shows the credentials")
	}
}

func TestWaysToHandADocumentOver(t *testing.T) {
	b := signedIn(t)
	for name, form := range map[string]url.Values{
		"text":   {"text": {petsDocument}},
		"folder": {"folder": {"team/pets.yaml"}},
		"basic":  {"target": {"http://127.0.0.1:9/openapi.json"}, "user": {"kim"}, "password": {"p:w"}, "cookie": {"a=b"}},
	} {
		t.Run(name, func(t *testing.T) {
			res := b.post("/projects", form)
			if res.status != http.StatusSeeOther {
				t.Fatalf("%d\n%s", res.status, strip(res.body))
			}
		})
	}
	asked := (*b.finder.asked)[len(*b.finder.asked)-1:]
	for _, req := range *b.finder.asked {
		if req.Target != "" {
			asked[0] = req
		}
	}
	want := []domain.FetchHeader{{Name: "Authorization", Value: "Basic a2ltOnA6dw=="}, {Name: "Cookie", Value: "a=b"}}
	if got := asked[0].Headers; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("sent %+v", got)
	}
	wants(t, b.get("/"), http.StatusOK, "team/pets.yaml")
	for _, wrong := range []url.Values{
		{"target": {"http://127.0.0.1:9/"}, "header_name": {"X Y"}, "header_value": {"1"}},
		{"target": {"http://127.0.0.1:9/"}, "header_name": {"X"}, "header_value": {"1\r\nHost: x"}},
		{"target": {"http://127.0.0.1:9/"}, "header_name": {""}, "header_value": {"1"}},
	} {
		wants(t, b.post("/projects", wrong), http.StatusUnprocessableEntity, "header", `value="http://127.0.0.1:9/"`)
	}
}

func TestALoginInAnAddressIsKeptAsASecret(t *testing.T) {
	b := signedIn(t)
	res := b.post("/projects", url.Values{"target": {"http://kim:geheim@127.0.0.1:9/openapi.json"}})
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	p, err := b.db.Projects().Get(t.Context(), domain.ProjectID(strings.Split(res.location(), "/")[2]))
	if err != nil {
		t.Fatal(err)
	}
	s := b.lone(p)
	if s.URL != "http://127.0.0.1:9/openapi.json" || len(s.Headers) != 1 || s.Headers[0].Value != "Basic a2ltOmdlaGVpbQ==" {
		t.Errorf("%+v", s)
	}
	if page := b.get("/projects/" + string(p.ID) + "/sources/" + string(s.ID)); strings.Contains(page.body, "geheim") {
		t.Error("the page shows the password")
	}
}

func TestWhatWasTriedIsTold(t *testing.T) {
	b := signedIn(t)
	b.finder.errs["http://127.0.0.1:1/"] = domain.Errorf(domain.Invalid, "", "No document found.")
	wants(t, b.post("/projects", url.Values{"target": {"http://127.0.0.1:1/"}}), http.StatusUnprocessableEntity,
		"We looked at 1 place", "nothing &lt;here&gt;")
}

func TestSourceSettings(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	s := b.lone(p)
	path := "/projects/" + string(p.ID) + "/sources/" + string(s.ID)
	good := func() url.Values {
		return url.Values{"name": {"Pets of the team"}, "url": {s.URL}, "base_url": {"http://127.0.0.1:7"}, "every": {"1h0m0s"}}
	}
	if res := b.post(path, good()); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	wants(t, b.get(path+"?saved=1"), http.StatusOK, "Pets of the team", "Saved.", "http://127.0.0.1:7", "Next look")

	b.finder.errs["http://127.0.0.1:2/"] = domain.Errorf(domain.Invalid, "", "Nothing listens there.")
	for field, value := range map[string]string{"name": " ", "base_url": "ftp://x", "every": "-1h0m0s", "url": "http://127.0.0.1:2/"} {
		form := good()
		form.Set(field, value)
		wants(t, b.post(path, form), http.StatusUnprocessableEntity, `class="error-text"`, `value="`+strings.TrimSpace(value))
		if kept := b.lone(p); kept.URL != s.URL || kept.Name != "Pets of the team" || kept.BaseURL != "http://127.0.0.1:7" {
			t.Errorf("%s: a refused form changed %+v", field, kept)
		}
	}

	form := good()
	form.Set("header_name", "Authorization")
	form.Set("header_value", "Bearer secret-of-the-team")
	if res := b.post(path, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	if kept := b.lone(p).Headers; len(kept) != 1 || kept[0].Value != "Bearer secret-of-the-team" {
		t.Errorf("kept %+v", kept)
	}
	if res := b.post(path, good()); res.status != http.StatusSeeOther || len(b.lone(p).Headers) != 1 {
		t.Error("an empty field forgot the credentials")
	}
	form = good()
	form.Set("forget_access", "on")
	if res := b.post(path, form); res.status != http.StatusSeeOther || len(b.lone(p).Headers) != 0 {
		t.Error("the credentials were not forgotten")
	}
}

func TestANewVersionIsUploaded(t *testing.T) {
	b := signedIn(t)
	res := b.post("/projects", url.Values{"text": {petsDocument}})
	id := domain.ProjectID(strings.Split(res.location(), "/")[2])
	p, err := b.db.Projects().Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s := b.lone(p)
	path := "/projects/" + string(id) + "/sources/" + string(s.ID)
	wants(t, b.post(path+"/replace", nil), http.StatusUnprocessableEntity, "Choose a file or paste")
	wants(t, b.post(path+"/replace", url.Values{"text": {"<html>"}}), http.StatusUnprocessableEntity, `role="alert"`)
	if res := b.post(path+"/replace", url.Values{"text": {petsDocument}}); !strings.HasSuffix(res.location(), "fetched=same") {
		t.Errorf("the same again: %d %s", res.status, res.location())
	}
	next := strings.Replace(petsDocument, `"version":"1.4"`, `"version":"1.5"`, 1)
	if res := b.post(path+"/replace", url.Values{"text": {next}}); !strings.HasSuffix(res.location(), "fetched=changed") {
		t.Errorf("a new one: %d %s", res.status, res.location())
	}
	page := b.get(path)
	wants(t, page, http.StatusOK, "v2", "v1", "1.5", "1.4", "in use", "What changed")
	if res := b.post(path+"/replace", url.Values{"text": {strings.Replace(next, `"/orders":`, `"/x-orders":`, 1)}}); res.status != http.StatusSeeOther {
		t.Fatalf("a third one: %d", res.status)
	}
	links := regexp.MustCompile(`href="([^"]*/changes[^"]*)"`).FindAllStringSubmatch(b.get(path).body, -1)
	if len(links) != 2 {
		t.Fatalf("%d ways to what changed", len(links))
	}
	wants(t, b.get(html.UnescapeString(links[0][1])), http.StatusOK, "v2 → v3", `data-method="GET"`, "/orders", "removed", "breaking", "1 removed")
	wants(t, b.get(html.UnescapeString(links[1][1])), http.StatusOK, "v1 → v2", "No operation changed")
	if res := b.get(path + "/changes?from=x&to=y"); res.status != http.StatusNotFound {
		t.Errorf("no such versions: %d", res.status)
	}
	if got := b.lone(p); got.DocumentID == s.DocumentID {
		t.Error("the new version is not in use")
	}
}
