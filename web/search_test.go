package web_test

import (
	"net/http"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func TestSearchFindsAllKinds(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	plan := b.saved(p, "name", "바쁜 <토요일>")
	run := loadtest.Run{ID: domain.NewID[domain.RunID](), ProjectID: p.ID, PlanID: plan.ID, Plan: plan, State: loadtest.Queued, Name: "Orders at noon"}
	if err := b.db.Runs().Create(t.Context(), &run); err != nil {
		t.Fatal(err)
	}
	project, planAt, runAt := `href="/projects/`+string(p.ID)+`"`, `href="/plans/`+string(plan.ID)+`"`, `href="/runs/`+string(run.ID)+`"`
	operation := func(name string) string { return "q=" + name + "&amp;source=" }
	const orders, pets, addPet = "GET+%2Forders", "GET+%2Fpets", "POST+%2Fpets"
	for query, c := range map[string]struct{ has, lacks []string }{
		"orders":             {[]string{operation(orders), runAt}, []string{planAt, operation(pets)}},
		"post+%2Fpets":       {[]string{operation(addPet)}, []string{operation(pets)}},
		"ADD+a+PET":          {[]string{operation(addPet)}, []string{operation(orders)}},
		"%ED%86%A0%EC%9A%94": {[]string{planAt, "바쁜 &lt;토요일&gt;"}, []string{runAt}},
		"%231":               {[]string{runAt}, []string{planAt}},
		"noon+pets":          {[]string{runAt}, []string{planAt, operation(pets)}}, // "pets" is the project's name
		"zebra":              {[]string{"Nothing matches."}, []string{planAt, runAt}},
		"":                   {[]string{project, planAt, runAt}, []string{operation(pets)}},
	} {
		t.Run(query, func(t *testing.T) {
			page := b.get("/search?q=" + query)
			wants(t, page, http.StatusOK, append(c.has, "<html")...)
			palette := b.do(http.MethodGet, "/search?q="+query, nil, map[string]string{"HX-Request": "true", "HX-Request-Type": "partial"})
			wants(t, palette, http.StatusOK, c.has...)
			if strings.Contains(palette.body, "<html") {
				t.Error("the palette gets a whole page")
			}
			_, main, _ := strings.Cut(page.body, "<main")
			for _, text := range c.lacks {
				if strings.Contains(main, text) || strings.Contains(palette.body, text) {
					t.Errorf("%s is found", text)
				}
			}
		})
	}
}

func TestSearchIsBounded(t *testing.T) {
	b := signedIn(t)
	p := b.project()
	for range 9 {
		b.saved(p)
	}
	palette := b.do(http.MethodGet, "/search?q=typical", nil, map[string]string{"HX-Request": "true", "HX-Request-Type": "partial"})
	wants(t, palette, http.StatusOK, "Shown are the first 6.")
	if n := strings.Count(palette.body, `href="/plans/`); n != 6 {
		t.Errorf("%d plans in the palette", n)
	}
	if n := strings.Count(b.get("/search?q=typical").body, `href="/plans/`); n != 9 {
		t.Errorf("%d plans on the page", n)
	}
	wants(t, b.get("/search?q="+strings.Repeat("x", 5000)), http.StatusOK, "Nothing matches.")
	wants(t, b.get("/"), http.StatusOK, `href="/search"`, `id="palette-results"`)
}

func TestSearchIsForThoseSignedIn(t *testing.T) {
	if res := setup(t).get("/search?q=pets"); res.status != http.StatusSeeOther || !strings.HasPrefix(res.location(), "/login?next=%2Fsearch") {
		t.Errorf("%d %s", res.status, res.location())
	}
}
