package handlers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/run"
)

func TestThePageOfARun(t *testing.T) {
	for _, c := range []struct {
		state loadtest.State
		has   []string
		lacks []string
	}{
		{
			loadtest.Running,
			[]string{"hx-sse:connect=", `hx-sse:close="finished"`, "/stop", `http-equiv="refresh"`, "<plog-chart", "<svg class=\"chart"},
			[]string{`id="run-plan"`, "/again"},
		},
		{
			loadtest.Finished,
			[]string{"/again", `name="key" value="`, `name="confirmed"`, "export.json", `id="run-plan"`, "// the script", "hello &lt;log&gt;", `class="verdict`, loadtest.Mask},
			[]string{"hx-sse:connect=", "/stop", `http-equiv="refresh"`, "s3cret"},
		},
		{loadtest.Queued, []string{"Waiting: 2 runs"}, []string{"/again"}},
		{loadtest.Starting, []string{"Starting k6"}, []string{"/again"}},
	} {
		w := newWorld(t, c.state)
		w.feed <- run.Fixture(c.state)
		res, body := get(t, w, "/runs/"+string(w.run.ID))
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", c.state, res.StatusCode, body)
		}
		for _, s := range c.has {
			if !strings.Contains(body, s) {
				t.Errorf("%s: the page lacks %q", c.state, s)
			}
		}
		for _, s := range c.lacks {
			if strings.Contains(body, s) {
				t.Errorf("%s: the page has %q", c.state, s)
			}
		}
	}
}

func TestThePageSpeaksKorean(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	_, body := get(t, w, "/runs/"+string(w.run.ID), "Accept-Language", "ko")
	for _, s := range []string{`lang="ko"`, "응답 시간", "다시 실행"} {
		if !strings.Contains(body, s) {
			t.Errorf("the page lacks %q", s)
		}
	}
}

func TestARunThatIsNotThere(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	for _, path := range []string{"/runs/nobody", "/runs/nobody/events", "/runs/nobody/export.json"} {
		if res, body := get(t, w, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
}

func TestExports(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	for action, want := range map[string]string{
		"export.json": `"verdict": "failed"`, "export.csv": "name,method,path", "export.junit.xml": "<testsuites", "export.plan.yaml": "scenarios:",
		"export.script.js": "// the script", "export.log.txt": "info hello <log>", "export.html": "<!doctype html>",
	} {
		res, body := get(t, w, "/runs/"+string(w.run.ID)+"/"+action)
		if res.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", action, res.StatusCode, body)
		}
		if got := res.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=plog-run-12-") {
			t.Errorf("%s: %q", action, got)
		}
		if strings.Contains(body, "s3cret") {
			t.Errorf("%s tells a secret", action)
		}
	}
	active := newWorld(t, loadtest.Running)
	if res, _ := get(t, active, "/runs/"+string(active.run.ID)+"/export.json"); res.StatusCode != http.StatusConflict {
		t.Errorf("an active run's export: %d", res.StatusCode)
	}
}

func TestChanges(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	at := "/runs/" + string(w.run.ID)
	for _, c := range []struct{ action, to string }{
		{"/stop", at}, {"/again", "/runs/next"}, {"/delete", "/projects/" + string(w.run.ProjectID) + "/runs"}, {"/duplicate", "/plans/"}, {"/rename", at},
	} {
		res, body := post(t, w, at+c.action, url.Values{"name": {" Black Friday "}, "confirmed": {"yes"}})
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), c.to) {
			t.Errorf("%s: %d to %q, want %q: %s", c.action, res.StatusCode, res.Header.Get("Location"), c.to, body)
		}
	}
	if len(w.stopped) != 1 || len(w.deleted) != 1 || len(w.started) != 1 || len(w.saved) != 1 || w.run.Name != "Black Friday" {
		t.Errorf("done: %+v", w)
	}
	if p := w.started[0]; p.Headers[0].Value != "s3cret" {
		t.Error("the plan is run again without its secrets")
	}
	if p := w.saved[0]; p.ID == w.run.PlanID || p.ID == "" || p.Version != 0 || p.Name == w.run.Plan.Name {
		t.Errorf("the copy is %s version %d named %q", p.ID, p.Version, p.Name)
	}
	if res, _ := post(t, w, at+"/stop", nil, "HX-Request", "true"); res.StatusCode != http.StatusOK || res.Header.Get("HX-Reswap") != "none" {
		t.Errorf("a fragment's stop: %d %v", res.StatusCode, res.Header)
	}
	long := strings.Repeat("가", 201)
	for name, wants := range map[string][]string{
		"": {"Give the run a name.", `value=""`}, "   ": {"Give the run a name."}, long: {"at most 200", `value="` + long + `"`},
	} {
		res, body := post(t, w, at+"/rename", url.Values{"name": {name}})
		for _, s := range append(wants, `aria-invalid="true"`, "data-menu open") {
			if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, s) {
				t.Errorf("the name %.10q: %d, no %q", name, res.StatusCode, s)
			}
		}
	}
	w.conflict = domain.Errorf(domain.Conflict, "", "not now")
	for _, action := range []string{"/stop", "/delete", "/again"} {
		if res, _ := post(t, w, at+action, url.Values{"confirmed": {"yes"}}); res.StatusCode != http.StatusConflict {
			t.Errorf("%s: %d", action, res.StatusCode)
		}
	}
}

func TestDeletingARunAsksFirst(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	at := "/runs/" + string(w.run.ID)
	for _, form := range []url.Values{nil, {"confirmed": {""}}} { // the button's value without a script
		res, body := post(t, w, at+"/delete", form)
		for _, s := range []string{"Delete run 12 with", `action="` + at + `/delete"`, `href="` + at + `"`, `name="confirmed" value="yes"`} {
			if res.StatusCode != http.StatusOK || !strings.Contains(body, s) {
				t.Errorf("%v: %d, no %q", form, res.StatusCode, s)
			}
		}
	}
	if len(w.deleted) != 0 {
		t.Error("it was deleted without an answer")
	}
}

func TestAgainIsKnownByItsKey(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	at := "/runs/" + string(w.run.ID)
	key := func() string {
		_, body := get(t, w, at)
		_, rest, _ := strings.Cut(body, `name="key" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	first, second := key(), key()
	for _, k := range []string{first, first, second, ""} {
		post(t, w, at+"/again", url.Values{"key": {k}})
	}
	if k := w.keys; len(k) != 4 || k[0] == "" || k[0] != k[1] || k[1] == k[2] || k[3] != "" {
		t.Errorf("the keys %q and %q became %q", first, second, k)
	}
}

func TestHistory(t *testing.T) {
	w := newWorld(t, loadtest.Finished)
	_, body := get(t, w, "/projects/p/runs")
	if n := strings.Count(body, `class="run-link"`); n != 25 || !strings.Contains(body, "before=36") {
		t.Errorf("the first page has %d runs", n)
	}
	_, body = get(t, w, "/projects/p/runs?before=36&show=passed")
	if n := strings.Count(body, `class="run-link"`); n != 17 || strings.Contains(body, `rel="next"`) {
		t.Errorf("the last page of passed runs has %d runs", n)
	}
	if strings.Contains(body, "#35<") || !strings.Contains(body, "#34<") {
		t.Error("the filter shows the wrong runs")
	}
}
