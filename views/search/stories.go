package search

import (
	"github.com/a-h/templ"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/ui"
)

// Stories are the states of the search page.
func Stories() []ui.Story {
	story := func(name string, view templ.Component) ui.Story {
		return ui.Story{Family: "search", Name: name, View: view, Page: true}
	}
	frame := layout.Model{Title: "cart", Search: "/search"}
	found := []Group{
		{Kind: Project, Results: []Result{{URL: "#", Label: "Sample shop"}}},
		{Kind: Operation, More: true, Results: []Result{
			{URL: "#", Method: "GET", Label: "/cart", Note: "List the cart", Project: "Sample shop"},
			{URL: "#", Method: "DELETE", Label: "/cart/items/{itemId}/options/{optionId}", Note: "장바구니에서 빼기", Project: "우리 가게"},
		}},
		{Kind: Plan, Results: []Result{{URL: "#", Label: "Cart on a busy day", Project: "Sample shop"}}},
		{Kind: Run, Results: []Result{
			{URL: "#", Label: "장바구니 담기", Note: "#12", Project: "우리 가게", State: loadtest.Running},
			{URL: "#", Label: "Cart on a busy day", Note: "#11", Project: "Sample shop", State: loadtest.Finished, Verdict: loadtest.Passed},
		}},
	}
	return []ui.Story{
		story("found", Page(Model{Frame: frame, Query: "cart", Groups: found, Partial: true})),
		story("nothing", Page(Model{Frame: frame, Query: "zebra"})),
	}
}
