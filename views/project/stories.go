package project

import (
	"encoding/json"
	"time"

	"github.com/a-h/templ"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/plan"
	add "plog.dev/plog/views/source"
	"plog.dev/plog/views/trial"
	"plog.dev/plog/views/ui"
)

func fixtureDocument() *openapi.Document {
	bearer := [][]openapi.Requirement{{{Scheme: "bearerAuth", Type: "http", HTTP: "bearer"}}}
	id := []openapi.Parameter{{Name: "productId", In: "path", Required: true, Description: "상품 번호", Schema: json.RawMessage(`{"type":"integer","format":"int64"}`)}}
	return &openapi.Document{
		Title: "Sample shop", Version: "1.4", OpenAPI: "3.1.0", Tags: []openapi.Tag{{Name: "catalog"}, {Name: "장바구니"}},
		Operations: []openapi.Operation{
			{Method: "GET", Path: "/products", Tags: []string{"catalog"}, Summary: "List products"},
			{Method: "GET", Path: "/products/{productId}", Tags: []string{"catalog"}, Summary: "상품 하나 보기", Description: "Shows one product.", Parameters: id, Responses: []string{"200", "404"}},
			{Method: "PUT", Path: "/products/{productId}/categories/{categoryId}/pictures/{pictureId}", Tags: []string{"catalog"}, Summary: "A rather long summary that does not fit beside such a path", Deprecated: true, Security: bearer},
			{Method: "POST", Path: "/cart/items", Tags: []string{"장바구니"}, Summary: "Add to the cart"},
			{Method: "DELETE", Path: "/health", Summary: ""},
		},
	}
}

// Stories are the states of the home page, of a project and of its operations.
func Stories() []ui.Story {
	story := func(name string, view templ.Component) ui.Story {
		return ui.Story{Family: "project", Name: name, View: view, Page: true}
	}
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	p := domain.Project{ID: "project-1", Name: "Sample shop"}
	frame := layout.Model{Title: p.Name, Project: layout.Link{Label: p.Name, URL: "#"}}
	doc := fixtureDocument()
	source := domain.Source{ID: "source-1", Kind: domain.SourceURL, Name: doc.Title, DocumentURL: "http://127.0.0.1:8090/openapi.json", BaseURL: "http://127.0.0.1:8090", FetchedAt: at}
	runs := []RunRow{
		{Number: 8, Name: "Busy Saturday", URL: "#", State: loadtest.Running, At: at},
		{Number: 7, Name: "바쁜 토요일", URL: "#", State: loadtest.Finished, Verdict: loadtest.Failed, At: at},
	}
	wrong := add.AddForm{Action: "/projects", Target: "http://127.0.0.1:1/", Problem: domain.Msg("", "No document found at http://127.0.0.1:1/. We looked at 14 places. Paste the URL of openapi.json, or upload the file.")}
	return append(apisStories(frame, p, source, doc), []ui.Story{
		story("home-empty", Home(HomeModel{Frame: frame, Add: add.AddForm{Action: "/projects"}, Sample: &Sample{URL: "http://127.0.0.1:8090/openapi.json"}})),
		story("home-sample-off", Home(HomeModel{Frame: frame, Add: add.AddForm{Action: "/projects"}, Sample: &Sample{
			URL: "http://127.0.0.1:8090/openapi.json", Start: "bin/sampleapi --addr 127.0.0.1:8090",
		}})),
		story("home", Home(HomeModel{Frame: frame, Add: wrong, Cards: []Card{
			{ID: "project-1", Name: p.Name, BaseURL: source.BaseURL, Last: &runs[1]}, {ID: "project-2", Name: "결제", BaseURL: "http://10.0.0.7:8080"},
		}})),
		story("overview-empty", Overview(OverviewModel{Frame: frame, Project: p})),
		story("overview", Overview(OverviewModel{
			Frame: frame, Project: p, Runs: runs, Plans: []loadtest.Plan{plan.Fixture()},
			Sources: []SourceRow{{Source: source, Version: "1.4", Operations: 5, Faults: 1}},
		})),
		story("operation", OperationPage(OperationModel{Frame: frame, Operation: doc.Operations[1], Trial: trial.Fixture(doc.Operations[1])})),
	}...)
}
