package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func TestRunFromTheOperationsPage(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	wants(t, b.get("/projects/"+string(p.ID)+"/apis"), http.StatusOK,
		"GET", "/pets/{id}", "List orders", `value="http://127.0.0.1:9"`, `name="op"`, "p95")
	res := b.post("/projects/"+string(p.ID)+"/plans", quick("run"))
	if res.status != http.StatusSeeOther || res.location() != "/runs/run-1" {
		t.Fatalf("%d %s\n%s", res.status, res.location(), strip(res.body))
	}
	if len(b.starter.started) != 1 {
		t.Fatalf("started %d runs", len(b.starter.started))
	}
	plan := b.starter.started[0]
	steps := plan.Scenarios[0].Steps
	if plan.Name != "Typical day" || len(steps) != 2 || steps[1].Request.PathParams[0].Value != "7" {
		t.Errorf("plan %+v", plan)
	}
	want := []loadtest.Threshold{
		{Metric: "http_req_duration", Expression: "p(95)<500"}, {Metric: "http_req_failed", Expression: "rate<0.01"},
	}
	if len(plan.Thresholds) != 2 || plan.Thresholds[0] != want[0] || plan.Thresholds[1] != want[1] {
		t.Errorf("thresholds %+v", plan.Thresholds)
	}
	res = b.post("/projects/"+string(p.ID)+"/plans", quick("run", "name", "Second"), asFragment...)
	if res.header.Get("HX-Redirect") != "/runs/run-2" {
		t.Errorf("fragment: %d %v", res.status, res.header)
	}
}

func TestBadInputStaysInTheForm(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	for name, c := range map[string]struct {
		field, value, says string
	}{
		"zero VUs":      {"scenarios[0].vus", "0", "at least 1 virtual user"},
		"words for VUs": {"scenarios[0].vus", "many", "“many” is not a whole number"},
		"too many VUs":  {"scenarios[0].vus", "1000000000", "K6_MAX_VUS"},
		"a year":        {"scenarios[0].duration", "1y", "is not a duration"},
		"no scheme":     {"base_url", "127.0.0.1:9", "http://"},
		"limit":         {"p95", "fast", "fast"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, extra := range [][]string{nil, asFragment} {
				res := b.post("/projects/"+string(p.ID)+"/plans", quick("run", c.field, c.value), extra...)
				wants(t, res, http.StatusUnprocessableEntity, c.says, `value="`+c.value+`"`, `value="Typical day"`)
				if whole := strings.Contains(res.body, "<html"); whole == (extra != nil) {
					t.Errorf("fragment %t, whole page %t", extra != nil, whole)
				}
				if extra == nil && strings.Count(res.body, `value="GET /pets"`) == 0 {
					t.Error("the ticked operations are gone")
				}
			}
		})
	}
	if len(b.starter.started) != 0 {
		t.Error("something was started")
	}
	plans, err := b.db.Plans().ListByProject(t.Context(), p.ID)
	if err != nil || len(plans) != 0 {
		t.Errorf("plans %v %v", plans, err)
	}
}

func TestNothingChosen(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	form := quick("run")
	form.Del("op")
	wants(t, b.post("/projects/"+string(p.ID)+"/plans", form), http.StatusUnprocessableEntity, "operation")
}

func TestARefusedTargetKeepsNoPlan(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	b.starter.err = domain.Errorf(domain.Forbidden, "", "That target is not allowed.")
	res := b.post("/projects/"+string(p.ID)+"/plans", quick("run"))
	wants(t, res, http.StatusForbidden, "That target is not allowed.", `aria-describedby="f-base_url-error"`)
	if plans, err := b.db.Plans().ListByProject(t.Context(), p.ID); err != nil || len(plans) != 0 {
		t.Errorf("plans %v %v", plans, err)
	}
}

// saved makes a plan through the quick form.
func (b *bundle) saved(p domain.Project, changes ...string) loadtest.Plan {
	b.t.Helper()
	res := b.post("/projects/"+string(p.ID)+"/plans", quick("save", changes...))
	if res.status != http.StatusSeeOther {
		b.t.Fatalf("save: %d\n%s", res.status, strip(res.body))
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(res.location(), "/plans/"), "?")
	plan, err := b.db.Plans().Get(b.t.Context(), domain.PlanID(id))
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

func TestPlanIsEditedWithoutLosingAnything(t *testing.T) {
	b := signedIn(t)
	plan := b.saved(b.project(), "headers[0].name", "Authorization", "headers[0].value", "Bearer 한글", "headers[0].secret", "true")
	path := "/plans/" + string(plan.ID)
	page := b.get(path)
	wants(t, page, http.StatusOK, `value="Typical day"`, "/pets/{id}")
	if strings.Contains(page.body, "Bearer 한글") {
		t.Error("the secret is shown")
	}
	form := url.Values{
		"action": {"save"}, "version": {"1"}, "name": {"바쁜 날 “😀”"}, "base_url": {plan.BaseURL}, "p95": {"300"},
		"headers[0].name": {"Authorization"}, "headers[0].value": {""}, "headers[0].secret": {"true"},
		"scenarios[0].executor": {"ramping-vus"}, "scenarios[0].start_vus": {"0"}, "scenarios[0].order": {"journey"},
		"scenarios[0].stages[0].duration": {"10s"}, "scenarios[0].stages[0].target": {"5"},
		"scenarios[0].steps[0].method": {"POST"}, "scenarios[0].steps[0].path": {"/pets"},
		"scenarios[0].steps[0].body.kind": {"raw"}, "scenarios[0].steps[0].body.media_type": {"application/json"},
		"scenarios[0].steps[0].body.text": {`{"name":"바둑이"`},
	}
	wants(t, b.post(path, form), http.StatusUnprocessableEntity, "not valid JSON", "바둑이", `value="바쁜 날 “😀”"`)
	form.Set("scenarios[0].steps[0].body.text", `{"name":"바둑이"}`)
	if res := b.post(path, form); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	got, err := b.db.Plans().Get(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got.Version != 2 || got.Name != "바쁜 날 “😀”" || got.Headers[0].Value != "Bearer 한글" ||
		got.Scenarios[0].Stages[0].Target != 5 || got.Scenarios[0].Steps[0].Request.Body.Text != `{"name":"바둑이"}` {
		t.Errorf("got %+v", got)
	}
	if res := b.post(path, form); res.status != http.StatusSeeOther { // version 1 again, but nothing new in it
		t.Errorf("the same once more: %d", res.status)
	}
	form.Set("p95", "250")
	res := b.post(path, form) // someone saved meanwhile
	wants(t, res, http.StatusConflict, `value="바쁜 날 “😀”"`)
}

func TestButtonsEditTheForm(t *testing.T) {
	b := signedIn(t)
	plan := b.saved(b.project())
	path := "/plans/" + string(plan.ID)
	form := quick("threshold-add", "version", "1")
	wants(t, b.post(path, form, asFragment...), http.StatusOK, `name="thresholds[0].expression"`)
	form = quick("step-add:0", "version", "1", "scenarios[0].add", "POST /pets")
	wants(t, b.post(path, form, asFragment...), http.StatusOK, `name="scenarios[0].steps[0].body.text"`, "바둑이")
}

func TestRunConflictLeadsToTheRun(t *testing.T) {
	b := signedIn(t)
	plan := b.saved(b.project())
	b.starter.err = domain.Errorf(domain.Conflict, "", "Run 3 of this plan is active.", "RunID", domain.RunID("abc"))
	wants(t, b.post("/plans/"+string(plan.ID)+"/run", nil), http.StatusConflict, "Run 3 of this plan is active.", `href="/runs/abc"`)
}

func TestPlanFiles(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	plan := b.saved(p, "headers[0].name", "X-Key", "headers[0].value", "s3cret", "headers[0].secret", "true")
	path := "/plans/" + string(plan.ID)
	yaml := b.get(path + "/plan.yaml")
	wants(t, yaml, http.StatusOK, "name: Typical day", "/pets/{id}")
	if strings.Contains(yaml.body, "s3cret") || !strings.Contains(yaml.header.Get("Content-Disposition"), "Typical day.yaml") {
		t.Errorf("%v\n%s", yaml.header, yaml.body)
	}
	wants(t, b.get(path+"/script.js"), http.StatusOK, "// Typical day")
	without := strings.Replace(yaml.body, loadtest.Mask, "k", 1)
	if res := b.post("/projects/"+string(p.ID)+"/plans/import", url.Values{"yaml": {without}}); res.status != http.StatusSeeOther {
		t.Errorf("import: %d\n%s", res.status, strip(res.body))
	}
	if res := b.postFile("/projects/"+string(p.ID)+"/plans/import", "file", "plan.yaml", without); res.status != http.StatusSeeOther {
		t.Errorf("import a file: %d\n%s", res.status, strip(res.body))
	}
	wants(t, b.post("/projects/"+string(p.ID)+"/plans/import", url.Values{"yaml": {"name: x\nnonsense: 1"}}), http.StatusUnprocessableEntity, "nonsense")
	if res := b.post(path+"/duplicate", nil); res.status != http.StatusSeeOther {
		t.Errorf("duplicate: %d", res.status)
	}
	if res := b.post(path+"/delete", url.Values{"confirmed": {"yes"}}); res.status != http.StatusSeeOther || b.get(path).status != http.StatusNotFound {
		t.Errorf("delete: %d", res.status)
	}
	wants(t, b.get("/projects/"+string(p.ID)+"/plans"), http.StatusOK, "Copy of Typical day")
}

func TestEstimateWhileTyping(t *testing.T) {
	b := signedIn(t)
	form := quick("check", "scenarios[0].executor", "constant-arrival-rate", "scenarios[0].rate", "100", "scenarios[0].duration", "2m")
	wants(t, b.post("/estimate", form, asFragment...), http.StatusOK, "2 m", "12 k", "<polyline", "/pets/{id}")
	form.Set("scenarios[0].rate", "lots")
	wants(t, b.post("/estimate", form, asFragment...), http.StatusOK, "once its numbers can be read")
}

var keyField = regexp.MustCompile(`name="key" value="(\w{20,})"`)

func TestAFormThatIsSentTwiceStartsOneRun(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	plan := b.saved(p)
	project, path := "/projects/"+string(p.ID), "/plans/"+string(plan.ID)
	plans := func() int {
		all, err := b.db.Plans().ListByProject(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	for _, c := range []struct {
		name, page, action string
		form               func() url.Values
		made               int // plans
	}{
		{"operations", project + "/apis", project + "/plans", func() url.Values { return quick("run", "name", "Another") }, 1},
		{"list", project + "/plans", path + "/run", func() url.Values { return url.Values{} }, 0},
		{"overview", project, path + "/run", func() url.Values { return url.Values{} }, 0},
		{"plan", path, path, func() url.Values {
			return url.Values{
				"action": {"run"}, "version": {"1"}, "name": {"Changed"}, "base_url": {plan.BaseURL}, "p95": {"300"},
				"scenarios[0].executor": {"constant-vus"}, "scenarios[0].vus": {"3"}, "scenarios[0].duration": {"5s"},
				"scenarios[0].steps[0].method": {"GET"}, "scenarios[0].steps[0].path": {"/pets"},
			}
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, started := plans(), len(b.starter.started)
			page := b.get(c.page).body
			key := keyField.FindStringSubmatch(page)
			if key == nil {
				t.Fatalf("no key in the form\n%s", strip(page))
			}
			form := c.form()
			form.Set("key", key[1])
			first := b.post(c.action, form)
			if again := b.post(c.action, form); first.status != http.StatusSeeOther || again.location() != first.location() {
				t.Errorf("%d %s, again %d %s\n%s", first.status, first.location(), again.status, again.location(), strip(again.body))
			}
			if n := len(b.starter.started) - started; n != 1 {
				t.Errorf("%d runs", n)
			}
			if n := plans() - before; n != c.made {
				t.Errorf("%d plans more", n)
			}
			next := keyField.FindStringSubmatch(b.get(c.page).body)
			if next == nil || next[1] == key[1] {
				t.Errorf("the page has the key %v again", next)
			}
		})
	}
	form := quick("run", "key", "k", "name", "One")
	first := b.post(project+"/plans", form)
	form.Set("scenarios[0].vus", "11") // back, changed, and sent again
	if second := b.post(project+"/plans", form); second.location() == first.location() {
		t.Errorf("a changed form leads to the run before: %s", second.location())
	}
}
