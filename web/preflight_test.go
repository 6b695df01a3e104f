package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func TestPreflightStartsTheRunWhenAllIsWell(t *testing.T) {
	b := signedIn(t)
	plans := "/projects/" + string(b.project().ID) + "/plans"
	res := b.post(plans, quick("run", "preflight", "on"))
	if res.location() != "/runs/run-1" || len(b.trier.tried) != 1 || len(b.trier.tried[0].Scenarios[0].Steps) != 2 {
		t.Fatalf("%d %s, tried %d\n%s", res.status, res.location(), len(b.trier.tried), strip(res.body))
	}
	// not asked for, nothing is sent
	if res := b.post(plans, quick("run", "name", "Second")); res.location() != "/runs/run-2" || len(b.trier.tried) != 1 {
		t.Errorf("%d %s, tried %d", res.status, res.location(), len(b.trier.tried))
	}
	// a form that cannot be sent is not tried
	wants(t, b.post(plans, quick("run", "preflight", "on", "scenarios[0].vus", "0")), http.StatusUnprocessableEntity)
	wants(t, b.post(plans, quick("preflight"), asFragment...), http.StatusOK, "All 2 requests", `id="plan-form"`)
	if len(b.trier.tried) != 2 || len(b.starter.started) != 2 {
		t.Errorf("tried %d, started %d", len(b.trier.tried), len(b.starter.started))
	}
}

// lends answers as a target does that has no pet 7, but made number 42.
func lends() loadtest.Exchange {
	x := answered(200, "{}")
	x.Expected, x.Suggested = true, []loadtest.Suggestion{{Param: "id", Value: "42", Instead: "7", From: "POST /pets"}}
	return x
}

func TestPreflightAsksBeforeARunThatFails(t *testing.T) {
	b := signedIn(t)
	plans := "/projects/" + string(b.project().ID) + "/plans"
	b.trier.answers = map[string]loadtest.Exchange{"GET /pets": answered(401, `{"detail":"<b>no</b> token"}`), "GET /pets/{id}": lends()}
	for _, extra := range [][]string{nil, asFragment} {
		res := b.post(plans, quick("run", "preflight", "on", "name", "바쁜 날"), extra...)
		wants(t, res, http.StatusOK, "1 of 2 requests", "401", "&lt;b&gt;no&lt;/b&gt; token", "id = 42", `value="바쁜 날"`, `name="failing" value="GET /pets"`, `name="suggest[0].at" value="GET /pets/{id}"`)
	}
	if all, err := b.db.Plans().ListByProject(t.Context(), domain.ProjectID(strings.Split(plans, "/")[2])); err != nil || len(all) != 0 || len(b.starter.started) != 0 {
		t.Fatalf("plans %v %v", all, err)
	}
	chosen := []string{"failing", "GET /pets", "suggest[0].at", "GET /pets/{id}", "suggest[0].param", "id", "suggest[0].value", "42", "preflight", "on"}
	start := func(action string, changes ...string) loadtest.Plan {
		t.Helper()
		before, tried := len(b.starter.started), len(b.trier.tried)
		res := b.post(plans, quick(action, append(chosen, changes...)...))
		if res.status != http.StatusSeeOther || len(b.starter.started) != before+1 || len(b.trier.tried) != tried {
			t.Fatalf("%s: %d, tried %d\n%s", action, res.status, len(b.trier.tried)-tried, strip(res.body))
		}
		return b.starter.started[before]
	}
	if p := start("run-anyway", "name", "a"); len(p.Scenarios[0].Steps) != 2 || p.Scenarios[0].Steps[1].Request.PathParams[0].Value != "7" {
		t.Errorf("plan %+v", p)
	}
	p := start("run-without", "use_suggested", "on", "name", "b")
	if steps := p.Scenarios[0].Steps; len(steps) != 1 || steps[0].Path != "/pets/{id}" || steps[0].Request.PathParams[0].Value != "42" {
		t.Errorf("plan %+v", p)
	}
	b.trier.err = domain.Errorf(domain.Forbidden, "", "That target is not allowed.")
	wants(t, b.post(plans, quick("preflight")), http.StatusForbidden, "That target is not allowed.", `aria-describedby="f-base_url-error"`)
}

func TestPreflightOfASavedPlan(t *testing.T) {
	b := signedIn(t)
	p := b.saved(b.project())
	path := "/plans/" + string(p.ID)
	b.trier.answers = map[string]loadtest.Exchange{"GET /pets": answered(500, ""), "GET /pets/{id}": lends()}
	form := func(action string, changes ...string) url.Values {
		f := url.Values{
			"action": {action}, "version": {"1"}, "name": {"Typical day"}, "base_url": {p.BaseURL}, "p95": {"300"}, "preflight": {"on"},
			"scenarios[0].executor": {"constant-vus"}, "scenarios[0].vus": {"2"}, "scenarios[0].duration": {"5s"}, "scenarios[0].order": {"rotate"},
			"scenarios[0].steps[0].method": {"GET"}, "scenarios[0].steps[0].path": {"/pets"},
			"scenarios[0].steps[1].method": {"GET"}, "scenarios[0].steps[1].path": {"/pets/{id}"},
			"scenarios[0].steps[1].path_params[0].name": {"id"}, "scenarios[0].steps[1].path_params[0].value": {"7"},
		}
		for i := 0; i+1 < len(changes); i += 2 {
			f.Set(changes[i], changes[i+1])
		}
		return f
	}
	wants(t, b.post(path, form("run"), asFragment...), http.StatusOK, "1 of 2 requests", `name="failing" value="0.0"`, `name="suggest[0].at" value="0.1"`, `value="300"`)
	res := b.post(path, form("run-without", "failing", "0.0", "suggest[0].at", "0.1", "suggest[0].param", "id", "suggest[0].value", "42", "use_suggested", "on"))
	if res.location() != "/runs/run-1" {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	steps := b.starter.started[0].Scenarios[0].Steps
	if len(steps) != 1 || steps[0].Request.PathParams[0].Value != "42" {
		t.Errorf("steps %+v", steps)
	}
	// leaving everything out is no run
	res = b.post(path, form("run-without", "version", "2", "failing", "0.0", "scenarios[0].steps[1].path", "/pets", "scenarios[0].steps[1].method", "GET"))
	if res.status != http.StatusSeeOther {
		t.Errorf("%d\n%s", res.status, strip(res.body))
	}
	everything := form("run-without", "version", "3")
	everything["failing"] = []string{"0.0", "0.1"}
	wants(t, b.post(path, everything), http.StatusUnprocessableEntity)
}

// TestPreflightOfManySteps keeps the page small, however long the answers are.
func TestPreflightOfManySteps(t *testing.T) {
	b := signedIn(t)
	p := b.saved(b.project())
	form := url.Values{
		"action": {"preflight"}, "version": {"1"}, "name": {"Many"}, "base_url": {p.BaseURL},
		"scenarios[0].executor": {"constant-vus"}, "scenarios[0].vus": {"2"}, "scenarios[0].duration": {"5s"}, "scenarios[0].order": {"rotate"},
	}
	const steps = 300
	b.trier.answers = map[string]loadtest.Exchange{}
	for i := range steps {
		at := fmt.Sprintf("scenarios[0].steps[%d].", i)
		form.Set(at+"method", "GET")
		form.Set(at+"path", "/pets")
	}
	b.trier.answers["GET /pets"] = answered(400, strings.Repeat("x", 256<<10))
	res := b.post("/plans/"+string(p.ID), form, asFragment...)
	wants(t, res, http.StatusOK, "300 of 300 requests")
	edit := b.post("/plans/"+string(p.ID), func() url.Values { form.Set("action", "header-add"); return form }(), asFragment...)
	if more := len(res.body) - len(edit.body); more > 500<<10 {
		t.Errorf("the panel takes %d KiB", more>>10)
	}
}
