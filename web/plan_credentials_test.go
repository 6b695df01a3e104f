package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

const lockedDocument = `{"openapi":"3.0.3","info":{"title":"Locked","version":"1"},"servers":[{"url":"http://127.0.0.1:9/v1"},{"url":"http://127.0.0.1:9/v2"}],
"components":{"securitySchemes":{
"machine":{"type":"oauth2","flows":{"clientCredentials":{"tokenUrl":"/oauth/token","scopes":{"read":"r"}}}},
"key":{"type":"apiKey","in":"query","name":"api_key"}}},
"paths":{
"/orders":{"get":{"security":[{"machine":["read"]}],"parameters":[{"name":"q","in":"query","required":true,"schema":{"type":"string"}},{"name":"page","in":"query","schema":{"type":"integer","example":3}}],"responses":{"200":{"description":"ok"}}}},
"/files":{"get":{"servers":[{"url":"http://127.0.0.1:8/files"}],"security":[{"key":[]}],"parameters":[{"name":"title","in":"query","required":true,"schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}},
"/open":{"get":{"responses":{"200":{"description":"ok"}}}}}}`

// locked adds an API that wants credentials.
func (b *bundle) locked() domain.Project {
	b.t.Helper()
	ctx := b.t.Context()
	p := domain.Project{Name: "Locked"}
	if err := b.db.Projects().Create(ctx, &p); err != nil {
		b.t.Fatal(err)
	}
	s := domain.Source{ProjectID: p.ID, Kind: domain.SourceURL, Name: "Locked", DocumentURL: "http://127.0.0.1:9/openapi.json", BaseURL: "http://127.0.0.1:9/v1"}
	if err := b.db.Sources().Create(ctx, &s); err != nil {
		b.t.Fatal(err)
	}
	d := domain.Document{SourceID: s.ID, Raw: []byte(lockedDocument)}
	if err := b.db.Documents().Create(ctx, &d); err != nil {
		b.t.Fatal(err)
	}
	s.DocumentID = d.ID
	if err := b.db.Sources().Update(ctx, &s); err != nil {
		b.t.Fatal(err)
	}
	return p
}

// login are the changes that fill in the machine's credential.
var login = []string{
	"base_url", "http://127.0.0.1:9/v1",
	"auth[0].scheme", "machine", "auth[0].kind", "oauth2_client_credentials", "auth[0].token_url", "http://127.0.0.1:9/oauth/token",
	"auth[0].client_id", "load", "auth[0].client_secret", "s3cret-값", "auth[0].scopes", "read",
	"auth[1].scheme", "key", "auth[1].kind", "api_key", "auth[1].in", "query", "auth[1].name", "api_key", "auth[1].value", "",
}

func lockedForm(action string, changes ...string) url.Values {
	form := quick(action, append(slices.Clone(login), changes...)...)
	form["op"] = []string{"GET /orders", "GET /files", "GET /open"}
	return form
}

func TestQuickPlanCarriesCredentials(t *testing.T) {
	b := signedIn(t)
	p := b.locked()
	wants(t, b.get("/projects/"+string(p.ID)+"/apis"), http.StatusOK,
		`name="auth[0].client_secret"`, `value="http://127.0.0.1:9/oauth/token"`, `value="machine"`, `name="auth[1].value"`, `value="http://127.0.0.1:9/v2"`)
	res := b.post("/projects/"+string(p.ID)+"/plans", lockedForm("run", "variants", "10", "optional", "true"))
	if res.status != http.StatusSeeOther || len(b.starter.started) != 1 {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	got := b.starter.started[0]
	want := []loadtest.Credential{{
		Scheme: "machine", Kind: loadtest.CredentialClient, TokenURL: "http://127.0.0.1:9/oauth/token",
		ClientID: "load", ClientSecret: "s3cret-값", ClientAuth: loadtest.ClientAuthBasic, Scopes: []string{"read"},
	}}
	if diff := cmp.Diff(want, got.Auth); diff != "" {
		t.Errorf("credentials, -want +got:\n%s", diff)
	}
	steps := got.Scenarios[0].Steps
	for i, want := range []loadtest.Step{
		{Path: "/orders", Auth: []string{"machine"}},
		{Path: "/files", Auth: []string{"key"}, BaseURL: "http://127.0.0.1:8/files"},
		{Path: "/open", Auth: []string{}},
	} {
		is := loadtest.Step{Path: steps[i].Path, Auth: steps[i].Auth, BaseURL: steps[i].BaseURL}
		if diff := cmp.Diff(want, is); diff != "" {
			t.Errorf("step %d, -want +got:\n%s", i, diff)
		}
	}
	texts := map[string]bool{}
	for _, r := range steps[0].Variants {
		texts[r.Query[0].Value] = true
	}
	if len(steps[0].Variants) != 10 || len(texts) < 5 || len(steps[0].Request.Query) != 2 {
		t.Errorf("%d variants with %d values; the request is %+v", len(steps[0].Variants), len(texts), steps[0].Request)
	}
}

func TestCredentialsOfTheQuickFormAreChecked(t *testing.T) {
	b := signedIn(t)
	p := b.locked()
	for name, c := range map[string]struct{ field, value, says string }{
		"no token URL":  {"auth[0].token_url", "", "Say where tokens come from"},
		"odd scope":     {"auth[0].scopes", `"read"`, "is not a scope"},
		"many variants": {"variants", "100000", "up to 1000"},
	} {
		res := b.post("/projects/"+string(p.ID)+"/plans", lockedForm("run", c.field, c.value))
		wants(t, res, http.StatusUnprocessableEntity, c.says, `name="auth[1].value"`)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	if len(b.starter.started) > 0 {
		t.Error("something was started")
	}
}

func TestSavedCredentialsAreKeptAndNeverShown(t *testing.T) {
	b := signedIn(t)
	p := b.locked()
	res := b.post("/projects/"+string(p.ID)+"/plans", lockedForm("save", "variants", "10"))
	id, _, _ := strings.Cut(strings.TrimPrefix(res.location(), "/plans/"), "?")
	path := "/plans/" + id
	stored := func() loadtest.Plan {
		plan, err := b.db.Plans().Get(t.Context(), domain.PlanID(id))
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	first := stored()
	for _, page := range []string{path, path + "/yaml", path + "/script"} {
		if body := b.get(page).body; strings.Contains(body, "s3cret") || strings.Contains(body, url.QueryEscape("s3cret-값")) {
			t.Errorf("%s shows the secret", page)
		}
	}
	form := formOf(t, b.get(path).body)
	if diff := cmp.Diff([]string{"10", "&"}, []string{form.Get("scenarios[0].steps[0].variants"), form.Get("scenarios[0].steps[2].auth")}); diff != "" {
		t.Errorf("the form (-want +got):\n%s", diff)
	}
	form.Set("action", "save")
	form.Set("name", "Renamed")
	if res := b.post(path, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	second := stored()
	if diff := cmp.Diff(first.Auth, second.Auth); diff != "" {
		t.Errorf("credentials after saving again (-was +is):\n%s", diff)
	}
	if diff := cmp.Diff(first.Scenarios, second.Scenarios); diff != "" {
		t.Errorf("steps after saving again (-was +is):\n%s", diff)
	}

	form = formOf(t, b.get(path).body)
	form.Set("action", "save")
	form.Set("auth[0].token_url", "http://127.0.0.1:9/elsewhere")
	form.Set("scenarios[0].steps[0].variants", "3")
	form.Set("scenarios[0].steps[1].variants", "")
	wants(t, b.post(path, form), http.StatusUnprocessableEntity, "Type its secret again")
	form.Set("auth[0].client_secret", "new")
	if res := b.post(path, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	third := stored()
	steps := third.Scenarios[0].Steps
	if third.Auth[0].ClientSecret != "new" || len(steps[0].Variants) != 3 || len(first.Scenarios[0].Steps[1].Variants) != 10 || len(steps[1].Variants) != 0 || len(steps[2].Variants) != 0 {
		t.Errorf("secret %q, variants %d, %d, %d", third.Auth[0].ClientSecret, len(steps[0].Variants), len(steps[1].Variants), len(steps[2].Variants))
	}
	form = formOf(t, b.get(path).body)
	form.Set("action", "save")
	form.Set("scenarios[0].steps[0].path", "/unknown")
	wants(t, b.post(path, form), http.StatusUnprocessableEntity, "no GET /unknown")
}

func TestCredentialsAreAddedInTheForm(t *testing.T) {
	b := signedIn(t)
	p := b.locked()
	res := b.post("/projects/"+string(p.ID)+"/plans", lockedForm("save"))
	path, _, _ := strings.Cut(res.location(), "?")
	form := formOf(t, b.get(path).body)
	form.Set("action", "auth-add")
	form.Set("add_auth", "key")
	page := b.post(path, form)
	wants(t, page, http.StatusOK, `name="auth[1].name"`, `value="api_key"`)
	form = formOf(t, page.body)
	form.Set("action", "auth-remove:0")
	if page = b.post(path, form); strings.Contains(page.body, `name="auth[1].name"`) || !strings.Contains(page.body, `name="auth[0].name"`) {
		t.Errorf("after removing: %s", strip(page.body))
	}
}

// formOf returns the fields of a page's plan form as a browser would send them,
// but for its buttons.
func formOf(t *testing.T, page string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	values := url.Values{}
	for n := range root.Descendants() {
		name, value := attr(n, "name"), attr(n, "value")
		if name == "" || !within(n, "plan-form") {
			continue
		}
		switch kind := attr(n, "type"); {
		case n.Data == "select":
			values.Add(name, chosen(n))
		case n.Data == "textarea" && n.FirstChild != nil:
			values.Add(name, n.FirstChild.Data)
		case n.Data == "textarea", n.Data == "input" && kind != "checkbox" && kind != "radio", n.Data == "input" && has(n, "checked"):
			values.Add(name, value)
		}
	}
	return values
}

func chosen(list *html.Node) string {
	first := ""
	for n := range list.Descendants() {
		if n.Data != "option" {
			continue
		}
		if has(n, "selected") {
			return attr(n, "value")
		}
		if first == "" {
			first = attr(n, "value")
		}
	}
	return first
}

func within(n *html.Node, id string) bool {
	for p := range n.Ancestors() {
		if attr(p, "id") == id {
			return true
		}
	}
	return false
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
