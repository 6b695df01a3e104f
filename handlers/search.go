package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/search"
)

// Search finds projects, operations, plans and runs of all projects.
type Search struct {
	Frame     Frame
	Projects  ProjectStore
	Sources   SourceStore
	Documents *Documents
	Plans     PlanStore
	Runs      RunLister
}

// What a search shows of each kind, and what it looks into.
const (
	foundInPalette    = 6
	foundOnPage       = 50
	searchedRuns      = 500 // the newest
	searchedDocuments = 64
	longestQuery      = 200
)

// Find answers a search: with the links alone for the palette, else with a page.
func (h *Search) Find(c echo.Context) error {
	ctx := c.Request().Context()
	m := search.Model{Query: strings.TrimSpace(c.QueryParam("q"))}
	s := searching{words: wordsOf(m.Query), most: foundOnPage}
	if hx.IsFragment(c) {
		s.most = foundInPalette
	}
	if err := h.find(ctx, &s); err != nil {
		return err
	}
	m.Groups, m.Partial = s.found(), s.partial
	if hx.IsFragment(c) {
		return hx.Render(c, http.StatusOK, search.Results(m))
	}
	var err error
	if m.Frame, err = h.Frame.Model(c, Place{Title: i18n.T(ctx, "search.title")}); err != nil {
		return err
	}
	return hx.Render(c, http.StatusOK, search.Page(m))
}

func (h *Search) find(ctx context.Context, s *searching) error {
	all, err := h.Projects.List(ctx)
	if err != nil {
		return fmt.Errorf("list projects: %w", err)
	}
	names := map[domain.ProjectID]string{}
	for _, p := range all {
		names[p.ID] = p.Name
		s.add(search.Project, search.Result{URL: paths.Project(p.ID), Label: p.Name})
	}
	// Documents of the projects that are named are looked into first.
	slices.SortStableFunc(all, func(a, b domain.Project) int { return s.named(b.Name) - s.named(a.Name) })
	for _, p := range all {
		if err := h.inProject(ctx, s, p); err != nil {
			return err
		}
	}
	runs, err := h.Runs.List(ctx, loadtest.RunFilter{Limit: searchedRuns})
	if err != nil {
		return fmt.Errorf("list runs: %w", err)
	}
	for _, r := range runs {
		s.add(search.Run, search.Result{
			URL: paths.Run(r.ID), Label: r.Name, Note: "#" + strconv.Itoa(r.Number), Project: names[r.ProjectID], State: r.State, Verdict: r.Verdict,
		})
	}
	return nil
}

func (h *Search) inProject(ctx context.Context, s *searching, p domain.Project) error {
	plans, err := h.Plans.ListByProject(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("list plans: %w", err)
	}
	for _, each := range plans {
		s.add(search.Plan, search.Result{URL: paths.Plan(each.ID), Label: each.Name, Project: p.Name})
	}
	if len(s.words) == 0 || s.full(search.Operation) {
		return nil
	}
	sources, err := h.Sources.ListByProject(ctx, p.ID)
	if err != nil {
		return fmt.Errorf("list sources: %w", err)
	}
	for _, source := range sources {
		if s.documents == searchedDocuments {
			s.partial = true
			return nil
		}
		s.documents++
		index, err := h.Documents.Index(ctx, source.DocumentID)
		if err != nil {
			s.partial = true // the project's page says what is wrong with it
			continue
		}
		for _, e := range index.Entries {
			// The place where it can be chosen, with the list narrowed to it.
			at := url.Values{"source": {string(source.ID)}, "q": {e.Name()}}
			s.add(search.Operation, search.Result{
				URL: paths.APIs(p.ID) + "?" + at.Encode(), Method: e.Method, Label: e.Path, Note: e.Summary, Project: p.Name,
			})
			if s.full(search.Operation) {
				return nil
			}
		}
	}
	return nil
}

// searching is one search on its way.
type searching struct {
	words     []string // in lower case; none finds all but operations
	most      int      // results of a kind
	groups    map[search.Kind]search.Group
	documents int // looked into
	partial   bool
}

func wordsOf(query string) []string {
	if runes := []rune(query); len(runes) > longestQuery {
		query = string(runes[:longestQuery])
	}
	return strings.Fields(strings.ToLower(query))
}

// add keeps r if each word is in it or in its project's name, and at least one
// in itself: else a project's name would find all that is in it.
func (s *searching) add(kind search.Kind, r search.Result) {
	own := strings.ToLower(strings.Join([]string{r.Method, r.Label, r.Note}, " "))
	project, itself := strings.ToLower(r.Project), len(s.words) == 0
	for _, word := range s.words {
		in := strings.Contains(own, word)
		if !in && !strings.Contains(project, word) {
			return
		}
		itself = itself || in
	}
	if !itself {
		return
	}
	if s.groups == nil {
		s.groups = map[search.Kind]search.Group{}
	}
	g := s.groups[kind]
	if g.Kind = kind; len(g.Results) == s.most {
		g.More = true
	} else {
		g.Results = append(g.Results, r)
	}
	s.groups[kind] = g
}

// full reports whether nothing more of the kind would be shown.
func (s *searching) full(kind search.Kind) bool { return s.groups[kind].More }

// named returns how many of the words are in a project's name.
func (s *searching) named(project string) int {
	n := 0
	for _, word := range s.words {
		if strings.Contains(strings.ToLower(project), word) {
			n++
		}
	}
	return n
}

// found returns what there is, in the order it is shown.
func (s *searching) found() []search.Group {
	var groups []search.Group
	for _, kind := range []search.Kind{search.Project, search.Operation, search.Plan, search.Run} {
		if g, some := s.groups[kind]; some {
			groups = append(groups, g)
		}
	}
	return groups
}
