package project

import (
	"fmt"

	"github.com/a-h/templ"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/plan"
	"plog.dev/plog/views/ui"
)

// apisStories are the states of a project's operations.
func apisStories(frame layout.Model, p domain.Project, source domain.Source, doc *openapi.Document) []ui.Story {
	story := func(name string, view templ.Component) ui.Story {
		return ui.Story{Family: "project", Name: name, View: view, Page: true}
	}
	show := func(doc *openapi.Document, f Filter, chosen ...string) APIsModel {
		index := openapi.IndexOf(doc)
		m := APIsModel{
			Frame: frame, Project: p, Sources: []domain.Source{source, {ID: "source-2", Name: "결제 API"}}, Source: source, Index: &index,
			Filter: f, Methods: index.Methods(), Tree: TreeOf(&index, f), Pane: plan.FixturePane(chosen...), Plans: []loadtest.Plan{plan.Fixture()},
		}
		ticked := map[string]bool{}
		for _, name := range chosen {
			ticked[name] = true
		}
		m.List = ListOf(&index, index.Find(f.Of()), Stretch{At: -1}, ticked)
		m.Chosen = m.List.Missing(chosen)
		harmless, spared := index.Harmless()
		m.Harmless, m.Spared = len(harmless), spared
		return m
	}
	return []ui.Story{
		story("apis", APIs(show(doc, Filter{}, "GET /products"))),
		story("apis-filtered", APIs(show(doc, Filter{Query: "product", Methods: []string{"GET"}, Tag: "catalog", Tagged: true}, "GET /products", "POST /cart/items"))),
		story("apis-nothing-found", APIs(show(doc, Filter{Query: "zebra"}))),
		story("apis-many", APIs(show(manyOperations(), Filter{}))),
		story("apis-without-document", APIs(APIsModel{Frame: frame, Project: p, Problem: domain.Msg("project.next_source", "")})),
	}
}

// manyOperations is a document with more operations than a list shows at once.
func manyOperations() *openapi.Document {
	doc := &openapi.Document{Title: "Many"}
	for i := range 2*PageSize + 34 {
		doc.Operations = append(doc.Operations, openapi.Operation{
			Method: []string{"GET", "POST", "PUT", "PATCH", "DELETE"}[i%5], Path: fmt.Sprintf("/organisations/{organisation}/things/%d/{thing}", i),
			Tags: []string{fmt.Sprintf("tag-%d", i/30)}, Summary: fmt.Sprintf("Does something with thing %d", i),
		})
	}
	return doc
}
