package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func TestRunPages(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	plan := b.saved(p)
	run := loadtest.Run{ID: domain.NewID[domain.RunID](), ProjectID: p.ID, PlanID: plan.ID, Plan: plan, State: loadtest.Finished, Verdict: loadtest.Passed, Name: "Quiet day"}
	if err := b.db.Runs().Create(t.Context(), &run); err != nil {
		t.Fatal(err)
	}
	at, history := "/runs/"+string(run.ID), "/projects/"+string(p.ID)+"/runs"
	wants(t, b.get(history), http.StatusOK, at)
	page := b.get(at)
	wants(t, page, http.StatusOK, "Quiet day", "// Typical day")
	links := 0
	for _, part := range strings.Split(page.body, `href="`+at+"/export.")[1:] {
		file, _, _ := strings.Cut(part, `"`)
		if res := b.get(at + "/export." + file); res.status != http.StatusOK || res.header.Get("Content-Disposition") == "" {
			t.Errorf("export.%s: %d", file, res.status)
		}
		links++
	}
	if links != 7 {
		t.Errorf("%d exports are offered", links)
	}
	wants(t, b.get(at+"/export.exe"), http.StatusNotFound, "<html")
	for action, to := range map[string]string{"stop": at, "rename": at, "again": "/runs/run-1", "duplicate": "/plans/"} {
		if res := b.post(at+"/"+action, url.Values{"name": {"Busy day"}}); res.status != http.StatusSeeOther || !strings.HasPrefix(res.location(), to) {
			t.Errorf("%s: %d to %q", action, res.status, res.location())
		}
	}
	wants(t, b.get(at), http.StatusOK, "Busy day")
	wants(t, b.post(at+"/delete", nil), http.StatusOK, "Delete run 1 with", "<html")
	if res := b.post(at+"/delete", url.Values{"confirmed": {"yes"}}); res.location() != history || b.get(at).status != http.StatusNotFound {
		t.Errorf("delete: %d to %q", res.status, res.location())
	}
}
