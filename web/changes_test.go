package web_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// changed makes a document the newest version of the project's only source.
func (b *bundle) changed(p domain.Project, document string) domain.Source {
	b.t.Helper()
	s := b.lone(p)
	doc := domain.Document{SourceID: s.ID, Title: "Pets", Raw: []byte(document)}
	if err := b.db.Documents().Create(b.t.Context(), &doc); err != nil {
		b.t.Fatal(err)
	}
	s.DocumentID = doc.ID
	if err := b.db.Sources().Update(b.t.Context(), &s); err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bundle) plan(id domain.PlanID) loadtest.Plan {
	b.t.Helper()
	p, err := b.db.Plans().Get(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// withoutOnePet no longer has GET /pets/{id}, and requires a parameter of GET /pets.
var withoutOnePet = strings.NewReplacer(
	`"/pets/{id}":{"get"`, `"/pets/{id}/photo/{size}":{"put"`,
	`{"name":"limit","in":"query","schema":{"type":"integer","example":5}}`, `{"name":"page","in":"query","required":true,"schema":{"type":"integer","example":3}}`,
).Replace(petsDocument)

// ofUpdate is the form that brings a plan to its source's document.
func ofUpdate(p loadtest.Plan, s domain.Source, steps ...string) url.Values {
	return url.Values{"version": {strconv.Itoa(p.Version)}, "document": {string(s.DocumentID)}, "step": steps}
}

func TestAPlanIsBroughtUpToDate(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	made := b.saved(p)
	at, plans, overview := "/plans/"+string(made.ID), "/projects/"+string(p.ID)+"/plans", "/projects/"+string(p.ID)
	for _, quiet := range []string{at, plans} {
		if res := b.get(quiet); strings.Contains(res.body, "API changed") || strings.Contains(res.body, "plan-drift") {
			t.Fatalf("%s tells of a change that was not", quiet)
		}
	}
	s := b.changed(p, withoutOnePet)
	wants(t, b.get(plans), http.StatusOK, "API changed")
	wants(t, b.get(overview), http.StatusOK, "new version")
	wants(t, b.get(at), http.StatusOK, "v1 → v2", "2 steps are affected", "GET /pets/{id} any more", "no longer fits", `value="0.0"`, `value="0.1"`, "/changes?")

	res := b.post(at+"/update", ofUpdate(made, s, "0.0", "0.1"))
	if res.status != http.StatusSeeOther || res.location() != at+"?saved=1" {
		t.Fatalf("%d %s\n%s", res.status, res.location(), strip(res.body))
	}
	now := b.plan(made.ID)
	steps := now.Scenarios[0].Steps
	if now.DocumentID != s.DocumentID || now.Version != made.Version+1 || len(steps) != 1 || steps[0].Path != "/pets" {
		t.Fatalf("brought to %+v", now)
	}
	if q := steps[0].Request.Query; len(q) == 0 || q[len(q)-1].Name != "page" {
		t.Errorf("the request has %+v", q)
	}
	for _, quiet := range []string{at, plans} {
		if res := b.get(quiet); strings.Contains(res.body, "API changed") || strings.Contains(res.body, "plan-drift") {
			t.Errorf("%s still tells of the change", quiet)
		}
	}
}

func TestStepsOfAPlanAreKeptAsTheyAre(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	made := b.saved(p)
	s := b.changed(p, withoutOnePet)
	if res := b.post("/plans/"+string(made.ID)+"/update", ofUpdate(made, s)); res.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", res.status, strip(res.body))
	}
	if now := b.plan(made.ID); now.DocumentID != s.DocumentID || len(now.Scenarios[0].Steps) != 2 {
		t.Errorf("brought to %+v", now)
	}
}

func TestAPlanThatIsNotAffected(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	made := b.saved(p)
	b.changed(p, strings.Replace(petsDocument, `"version":"1.4"`, `"version":"1.5"`, 1))
	page := b.get("/plans/" + string(made.ID))
	wants(t, page, http.StatusOK, "v1 → v2", "None of its steps is affected")
	if strings.Contains(page.body, `name="step"`) {
		t.Error("there are steps to choose from")
	}
}

func TestAnUpdateOfSomethingElseIsRefused(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	made := b.saved(p)
	before := b.lone(p)
	s := b.changed(p, withoutOnePet)
	at := "/plans/" + string(made.ID) + "/update"
	older := made
	older.Version--
	for name, form := range map[string]url.Values{
		"an older plan": ofUpdate(older, s, "0.1"), "an older document": ofUpdate(made, before, "0.1"),
	} {
		wants(t, b.post(at, form), http.StatusConflict, "changed meanwhile", "2 steps are affected")
		if now := b.plan(made.ID); now.Version != made.Version || now.DocumentID != before.DocumentID {
			t.Errorf("%s: changed to %+v", name, now)
		}
	}
	s = b.changed(p, `{"openapi":"3.1.0","info":{"title":"Pets","version":"2"},"paths":{"/cars":{"get":{"responses":{"200":{"description":"ok"}}}}}}`)
	wants(t, b.post(at, ofUpdate(made, s, "0.0", "0.1")), http.StatusUnprocessableEntity, "Nothing would be left")
	if now := b.plan(made.ID); now.Version != made.Version {
		t.Error("an empty plan was saved")
	}
}

func TestARunTellsHowTheAPIChanged(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	made := b.saved(p)
	ran := func(plan loadtest.Plan, name string) loadtest.Run {
		run := loadtest.Run{ProjectID: p.ID, PlanID: plan.ID, Plan: plan, State: loadtest.Finished, Verdict: loadtest.Passed, Name: name,
			Env: loadtest.Environment{Document: "Pets"}}
		if err := b.db.Runs().Create(t.Context(), &run); err != nil {
			t.Fatal(err)
		}
		return run
	}
	first := ran(made, "Before")
	b.earlier = &first
	s := b.changed(p, withoutOnePet)
	made.DocumentID = s.DocumentID
	second := ran(made, "After")
	page := b.get("/runs/" + string(first.ID))
	wants(t, page, http.StatusOK, "Pets v1", "/sources/"+string(s.ID)+"#versions")
	if strings.Contains(page.body, "run-drift") {
		t.Error("the first run tells of a change")
	}
	wants(t, b.get("/runs/"+string(second.ID)), http.StatusOK, "Pets v2", "The API changed since run #1: 1 operation removed (1 breaking)", "/changes?from="+string(first.Plan.DocumentID))
}

func TestVersionsAreCompared(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	made := b.saved(p)
	first := b.lone(p)
	s := b.changed(p, withoutOnePet)
	between := func(from, to domain.Source, more string) answer {
		return b.get("/projects/" + string(p.ID) + "/sources/" + string(s.ID) + "/changes?from=" + string(from.DocumentID) + "&to=" + string(to.DocumentID) + more)
	}
	wants(t, between(first, s, ""), http.StatusOK, "v1 → v2", `data-method="GET"`, "/pets/{id}", `<select id="f-from"`, "1 removed",
		"Affected plans", made.Name, "1 step affected", "&amp;breaking=1")
	wants(t, between(first, s, "&breaking=1"), http.StatusOK, `data-change="removed"`)
	wants(t, between(s, s, ""), http.StatusOK, "v2 → v2", "No operation changed")

	made.DocumentID = s.DocumentID
	if err := b.db.Plans().Save(t.Context(), &made); err != nil {
		t.Fatal(err)
	}
	wants(t, between(first, s, ""), http.StatusOK, "No plan uses an operation that changed")
}
