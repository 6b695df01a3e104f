package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func TestSignIn(t *testing.T) {
	b := setup(t)
	res := b.get("/projects/x?y=1")
	if res.status != http.StatusSeeOther || res.location() != "/login?next=%2Fprojects%2Fx%3Fy%3D1" {
		t.Fatalf("%d %s", res.status, res.location())
	}
	link := b.server.SignInLink("")
	if res = b.do(http.MethodGet, link, nil, map[string]string{"Sec-Purpose": "prefetch"}); res.status != http.StatusOK {
		t.Errorf("a prefetch used the link up: %d", res.status)
	}
	if res = b.get(link + "&next=/settings"); res.status != http.StatusSeeOther || res.location() != "/settings" {
		t.Fatalf("%d %s", res.status, res.location())
	}
	cookie := res.header.Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("cookie %s", cookie)
	}
	wants(t, b.get("/"), http.StatusOK, "Add your API")
	second := newBrowser(t)
	first := b.browser
	b.browser = second
	wants(t, b.get(link), http.StatusUnauthorized, "used already")
	wants(t, b.get("/login?token=nonsense"), http.StatusUnauthorized, "not valid")
	b.browser = first
	if res = b.get(link); res.status != http.StatusSeeOther || res.location() != "/" {
		t.Errorf("the used link of someone signed in: %d %s", res.status, res.location())
	}
	page := b.post("/settings/sign-in-link", nil)
	wants(t, page, http.StatusOK, "/login?token=")
	_, rest, _ := strings.Cut(page.body, "/login?token=")
	token, _, _ := strings.Cut(rest, "<")
	b.browser = second
	if res = b.get("/login?token=" + token); res.status != http.StatusSeeOther {
		t.Errorf("the link for another browser: %d", res.status)
	}
	b.browser = first
	if res = b.post("/logout", nil); res.location() != "/login" {
		t.Errorf("sign out: %d %s", res.status, res.location())
	}
	if res = b.get("/"); res.status != http.StatusSeeOther {
		t.Errorf("still signed in: %d", res.status)
	}
	if res = b.do(http.MethodGet, "/", nil, map[string]string{"HX-Request": "true"}); res.header.Get("HX-Redirect") != "/login" {
		t.Errorf("fragment: %d %v", res.status, res.header)
	}
}

func TestTwoPLOGsOnAHostKeepTheirBrowsers(t *testing.T) {
	first, second := setupAt(t, "http://127.0.0.1:8080"), setupAt(t, "http://127.0.0.1:8081")
	second.browser = first.browser // cookies of 127.0.0.1, whatever the port
	for _, b := range []*bundle{first, second} {
		if res := b.get(b.server.SignInLink("")); res.status != http.StatusSeeOther {
			t.Fatalf("sign in: %d", res.status)
		}
	}
	for _, b := range []*bundle{first, second, first} {
		page := b.get("/") // without Sec-Fetch-Site it hands out the cookie of the forms' tokens
		wants(t, page, http.StatusOK, "Add your API")
		_, rest, _ := strings.Cut(page.body, `name="_csrf" value="`)
		token, _, _ := strings.Cut(rest, `"`)
		body := strings.NewReader("lang=en&_csrf=" + url.QueryEscape(token))
		if res := b.do(http.MethodPost, "/locale", body, map[string]string{"Content-Type": "application/x-www-form-urlencoded"}); res.status != http.StatusSeeOther {
			t.Errorf("a form: %d", res.status)
		}
	}
	for base, want := range map[string]string{
		"": "plog_session", "https://plog.example": "plog_session", "http://plog.example:80": "plog_session", "http://[::1]:9000": "plog_session_9000",
	} {
		b := setupAt(t, base)
		_, token, _ := strings.Cut(b.server.SignInLink(""), "token=")
		if set := strings.Join(b.post("/login", url.Values{"token": {token}}).header.Values("Set-Cookie"), "\n"); !strings.HasPrefix(set, want+"=") {
			t.Errorf("%s: %s", base, set)
		}
	}
}

func TestOpenRedirectsAreNone(t *testing.T) {
	b := setup(t)
	for next, want := range map[string]string{
		"//evil.example": "/", "///evil.example": "/", "https://evil.example": "/", "https:evil.example": "/", "javascript:alert(1)": "/",
		"/\\evil.example": "/", "\\\\evil.example": "/", "/\t/evil.example": "/", "/\n/evil.example": "/", "/\r\n/evil.example": "/",
		"/\x00/evil.example": "/", "/\x1f/evil.example": "/", "/\x7f/evil.example": "/", "\t//evil.example": "/", " //evil.example": "/",
		"evil.example": "/", "@evil.example": "/", "": "/", "/": "/", "/settings": "/settings",
		"/projects/x/apis?q=%2F%2Fa&method=get": "/projects/x/apis?q=%2F%2Fa&method=get", "/search?q=https://x": "/search?q=https://x",
	} {
		b.browser = newBrowser(t)
		if res := b.get(b.server.SignInLink("") + "&next=" + url.QueryEscape(next)); res.location() != want {
			t.Errorf("signing in for %q leads to %q", next, res.location())
		}
		if res := b.post("/locale", url.Values{"lang": {"en"}, "return": {next}}); res.location() != want {
			t.Errorf("choosing a language at %q leads to %q", next, res.location())
		}
	}
}

func TestCSRF(t *testing.T) {
	b := signedIn(t)
	form := "target=x"
	kind := "application/x-www-form-urlencoded"
	post := func(header map[string]string, body string) answer {
		header["Content-Type"] = kind
		return b.do(http.MethodPost, "/projects", strings.NewReader(body), header)
	}
	page := b.get("/") // without Sec-Fetch-Site: a token
	_, rest, ok := strings.Cut(page.body, `name="_csrf" value="`)
	token, _, _ := strings.Cut(rest, `"`)
	if !ok || len(token) < 16 {
		t.Fatalf("no token in the page: %q", token)
	}
	for _, c := range []struct {
		name   string
		header map[string]string
		body   string
		want   int
	}{
		{"our own page", map[string]string{"Sec-Fetch-Site": "same-origin"}, form, http.StatusSeeOther},
		{"another site", map[string]string{"Sec-Fetch-Site": "cross-site"}, form, http.StatusForbidden},
		{"another site with a token", map[string]string{"Sec-Fetch-Site": "cross-site"}, form + "&_csrf=" + token, http.StatusForbidden},
		{"another port of our host", map[string]string{"Sec-Fetch-Site": "same-site"}, form, http.StatusForbidden},
		{
			"another port of our host with a token", map[string]string{"Sec-Fetch-Site": "same-site", "X-CSRF-Token": token},
			form + "&_csrf=" + url.QueryEscape(token), http.StatusForbidden,
		},
		{"typed into the address bar", map[string]string{"Sec-Fetch-Site": "none"}, form, http.StatusSeeOther},
		{"neither", map[string]string{}, form, http.StatusForbidden},
		{"a wrong token", map[string]string{}, form + "&_csrf=x", http.StatusForbidden},
		{"token in the form", map[string]string{}, form + "&_csrf=" + url.QueryEscape(token), http.StatusSeeOther},
		{"token in the header", map[string]string{"X-CSRF-Token": token}, form, http.StatusSeeOther},
	} {
		if res := post(c.header, c.body); res.status != c.want {
			t.Errorf("%s: %d, want %d", c.name, res.status, c.want)
		}
	}
}

func TestAddAPI(t *testing.T) {
	b := signedIn(t)
	b.finder.errs["http://127.0.0.1:1/"] = domain.Errorf(domain.Invalid, "", "No document found. We looked at 14 places.")
	form := url.Values{"target": {"http://127.0.0.1:1/"}}
	wants(t, b.post("/projects", form), http.StatusUnprocessableEntity, "We looked at 14 places", `value="http://127.0.0.1:1/"`, "<html")
	fragment := b.post("/projects", form, asFragment...)
	wants(t, fragment, http.StatusUnprocessableEntity, "We looked at 14 places", `id="add-form"`)
	if strings.Contains(fragment.body, "<html") {
		t.Error("the fragment is a whole page")
	}
	wants(t, b.post("/projects", url.Values{}), http.StatusUnprocessableEntity, "Paste the address")
	wants(t, b.postFile("/projects", "file", "x.json", "<html>"), http.StatusUnprocessableEntity, `class="error-text"`)
	if res := b.postFile("/projects", "file", "pets.json", petsDocument); res.status != http.StatusSeeOther {
		t.Fatalf("upload: %d\n%s", res.status, strip(res.body))
	}
	if res := b.post("/projects/sample", nil); res.status != http.StatusSeeOther || !strings.HasSuffix(res.location(), "/apis") {
		t.Fatalf("sample: %d\n%s", res.status, strip(res.body))
	}
	home := b.get("/")
	wants(t, home, http.StatusOK, "Pets", "no runs yet")
	if strings.Contains(home.body, `action="/projects/sample"`) {
		t.Error("the sample is offered again")
	}
}

func TestTheSampleIsOfferedAsItIs(t *testing.T) {
	b := signedIn(t)
	wants(t, b.get("/"), http.StatusOK, `action="/projects/sample"`, b.shop.URL)
	b.shop.Close()
	wants(t, b.get("/"), http.StatusOK, `action="/projects/sample"`) // what was heard is kept for a moment

	gone := signedIn(t)
	gone.shop.Close()
	home := gone.get("/")
	wants(t, home, http.StatusOK, "does not answer", "bin/sampleapi --addr "+strings.TrimPrefix(gone.shop.URL, "http://"))
	if strings.Contains(home.body, `action="/projects/sample"`) {
		t.Error("the page has a button that fails")
	}
}

func TestProjectPages(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	path := "/projects/" + string(p.ID)
	wants(t, b.get(path), http.StatusOK, "Pets", "1.4", "choose operations")
	wants(t, b.post(path+"/rename", url.Values{"name": {" "}}), http.StatusUnprocessableEntity, "Give the project a name")
	if res := b.post(path+"/rename", url.Values{"name": {"우리 <가게>"}}); res.status != http.StatusSeeOther {
		t.Errorf("rename: %d", res.status)
	}
	wants(t, b.get(path), http.StatusOK, "우리 &lt;가게&gt;")
	filtered := b.get(path + "/apis?q=list&method=get")
	wants(t, filtered, http.StatusOK, "List orders", `value="list"`)
	if strings.Contains(filtered.body, "Add a pet") {
		t.Error("the filter left POST /pets")
	}
	picked := b.get(path + "/apis?pick=get")
	if n := strings.Count(picked.body, " checked"); n < 3 {
		t.Errorf("%d ticked", n)
	}
	sources, err := b.db.Sources().ListByProject(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	details := path + "/apis/" + string(sources[0].ID) + "/1"
	wants(t, b.get(details), http.StatusOK, "바둑이", "<html")
	if res := b.do(http.MethodGet, details, nil, map[string]string{"HX-Request": "true", "HX-Request-Type": "partial"}); strings.Contains(res.body, "<html") {
		t.Error("the details are a whole page")
	}
	if res := b.get(path + "/apis/" + string(sources[0].ID) + "/99"); res.status != http.StatusNotFound {
		t.Errorf("no such operation: %d", res.status)
	}
	if res := b.post(path+"/sources/"+string(sources[0].ID)+"/refresh", nil); res.status != http.StatusSeeOther {
		t.Errorf("refresh: %d\n%s", res.status, strip(res.body))
	}
}

func TestAProjectWithAnActiveRunStays(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	plan := b.saved(p)
	run := loadtest.Run{ID: domain.NewID[domain.RunID](), ProjectID: p.ID, PlanID: plan.ID, Plan: plan, State: loadtest.Queued, Name: "x"}
	if err := b.db.Runs().Create(t.Context(), &run); err != nil {
		t.Fatal(err)
	}
	path := "/projects/" + string(p.ID)
	wants(t, b.post(path+"/delete", url.Values{"confirmed": {"yes"}}), http.StatusConflict, `role="alert"`)
	wants(t, b.get(path), http.StatusOK, "/runs/"+string(run.ID))
	wants(t, b.get("/metrics"), http.StatusOK, `plog_runs{state="queued"} 1`, "plog_http_request_duration_seconds")
}

func TestLanguages(t *testing.T) {
	b := signedIn(t)
	wants(t, b.do(http.MethodGet, "/", nil, map[string]string{"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}), http.StatusOK, `lang="ko"`, "API 추가")
	if res := b.post("/locale", url.Values{"lang": {"ko"}, "return": {"/settings"}}); res.location() != "/settings" {
		t.Errorf("%d %s", res.status, res.location())
	}
	wants(t, b.get("/settings"), http.StatusOK, `lang="ko"`, "허용 대상")
	wants(t, b.get("/nowhere"), http.StatusNotFound, "찾을 수 없어요")
}

func TestSettings(t *testing.T) {
	b := signedIn(t)
	wants(t, b.post("/settings/hosts", url.Values{"hosts": {"http://x/"}}), http.StatusUnprocessableEntity, "http://x/")
	if res := b.post("/settings/hosts", url.Values{"hosts": {"API.example.com\r\n*.test.io\n203.0.113.0/24"}}); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	got, err := b.db.Settings().Get(t.Context(), "target.allow_hosts")
	if err != nil || got != "api.example.com\n*.test.io\n203.0.113.0/24" {
		t.Errorf("%q %v", got, err)
	}
}

func TestRolesAreKept(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	viewer := domain.User{ID: domain.NewID[domain.UserID](), Name: "v", Role: domain.Viewer}
	if err := b.db.Users().Create(t.Context(), &viewer); err != nil {
		t.Fatal(err)
	}
	b.browser = newBrowser(t)
	if res := b.get("/login?token=" + b.server.TokenFor(viewer.ID)); res.status != http.StatusSeeOther {
		t.Fatalf("%d", res.status)
	}
	wants(t, b.get("/projects/"+string(p.ID)+"/apis"), http.StatusOK, "/pets")
	if res := b.post("/projects/"+string(p.ID)+"/plans", quick("run")); res.status != http.StatusForbidden {
		t.Errorf("a viewer may run: %d", res.status)
	}
	if res := b.post("/locale", url.Values{"lang": {"ko"}}); res.status != http.StatusSeeOther || !strings.Contains(b.get("/").body, `lang="ko"`) {
		t.Errorf("a viewer's language: %d", res.status)
	}
	if res := b.post("/logout", nil); res.location() != "/login" || b.get("/").location() != "/login" {
		t.Errorf("a viewer signs out: %d %s", res.status, res.location())
	}
	if res := b.post("/logout", nil); res.location() != "/login" {
		t.Errorf("nobody signs out: %d %s", res.status, res.location())
	}
}

func TestHeaders(t *testing.T) {
	b := signedIn(t)
	res := b.get("/")
	for name, want := range map[string]string{
		"Content-Security-Policy": "script-src 'self'", "X-Content-Type-Options": "nosniff", "Vary": "HX-Request", "Cache-Control": "no-store",
	} {
		if got := strings.Join(res.header.Values(name), ", "); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if res := b.get(path); res.status != http.StatusOK {
			t.Errorf("%s: %d", path, res.status)
		}
	}
	if res := b.do(http.MethodGet, "/", nil, map[string]string{"Accept-Encoding": "gzip"}); res.header.Get("Content-Encoding") != "gzip" {
		t.Error("pages are not compressed")
	}
	if strings.Contains(b.log.String(), "token=") {
		t.Error("the log holds a sign-in token")
	}
}

func TestDeletingAsksFirst(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	plan := b.saved(p)
	sources, err := b.db.Sources().ListByProject(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, question, back, after string }{
		{"/plans/" + string(plan.ID), "Delete the plan “Typical day”?", "/plans/" + string(plan.ID), "/projects/" + string(p.ID) + "/plans"},
		{"/projects/" + string(p.ID) + "/sources/" + string(sources[0].ID), "Remove “Pets”", "/projects/" + string(p.ID) + "/sources/" + string(sources[0].ID), "/projects/" + string(p.ID)},
		{"/projects/" + string(p.ID), "Delete “Pets” with", "/projects/" + string(p.ID), "/"},
	} {
		for _, form := range []url.Values{nil, {"confirmed": {""}}} { // the button's value without a script
			wants(t, b.post(c.path+"/delete", form), http.StatusOK,
				c.question, `action="`+c.path+`/delete"`, `href="`+c.back+`"`, `name="confirmed" value="yes"`)
		}
		wants(t, b.get(c.back), http.StatusOK)
		if res := b.post(c.path+"/delete", url.Values{"confirmed": {"yes"}}); res.status != http.StatusSeeOther || res.location() != c.after {
			t.Errorf("%s: %d %s", c.path, res.status, res.location())
		}
	}
}
