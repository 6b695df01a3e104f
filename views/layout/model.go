// Package layout is the frame around every page: the document, the top bar, the project's tabs, notices.
package layout

import (
	"context"
	"encoding/json"

	"golang.org/x/text/language"

	"plog.dev/plog/static"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/ui"
)

// Link is a place with its name.
type Link struct {
	Label string
	URL   string
}

// Tab is one section of a project.
type Tab struct {
	Label  string
	URL    string
	Active bool
	Count  int // shown unless 0
}

// User is who is signed in.
type User struct {
	Name string
	Role string
	URL  string // their account; "" without one
}

// Model is what the frame shows. Texts are in the reader's language; an empty URL leaves its part out.
// The language and the CSRF token come with the context (i18n.With, ui.WithCSRF).
type Model struct {
	Title    string // of the page; the document's title adds the project and PLOG
	Theme    string // "light", "dark", or "" to follow the system: the value of the cookie "theme"
	Home     string // "/" unless given
	Path     string // the page's own address, to come back to after a change of language
	Project  Link   // the current project
	Projects []Link // the project switcher
	AllURL   string // every project
	NewURL   string // a new project
	Crumbs   []Link // after the project; the last one is the page itself
	Tabs     []Tab
	Search   string // answers ?q=
	Locale   string // takes lang and return by POST
	SignOut  string // takes a POST
	APIDocs  string
	User     *User
	Version  string
	Wide     bool // the content may use the whole width
	Charts   bool // the page has charts
	Live     bool // the page has an event stream: it says so while that is broken
	NoIndex  bool // search engines stay away
}

func (m Model) title() string {
	title := m.Title
	if m.Project.Label != "" && m.Project.Label != m.Title {
		if title != "" {
			title += " · "
		}
		title += m.Project.Label
	}
	if title == "" {
		return "PLOG"
	}
	return title + " · PLOG"
}

func (m Model) home() string {
	if m.Home == "" {
		return "/"
	}
	return m.Home
}

// htmxConfig: no style sheet of htmx's own (the content security policy forbids it), Back loads the page, and
// morphing leaves open what the reader opened.
const htmxConfig = `{"includeIndicatorCSS":false,"history":"reload","extensions":"sse","morphIgnore":["data-htmx-powered","open"]}`

// modules are what app.js imports; the page says so at once, to save the browser a round trip.
func modules(m Model) []string {
	names := []string{"copy", "dialog", "filter", "keys", "live", "menu", "panes", "pick", "remember", "rows", "run-key", "theme", "time", "toast", "tree", "trial", "words"}
	if m.Charts {
		names = append(names, "chart-data", "chart-format", "chart-group", "chart-options")
	}
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = static.Path("js/" + name + ".js")
	}
	return paths
}

// requestHeaders is what every htmx request of the page carries.
func requestHeaders(ctx context.Context) (string, error) {
	text, err := json.Marshal(map[string]string{ui.CSRFHeader: ui.CSRFToken(ctx)})
	return string(text), err
}

// words are the texts that the page's script says.
func words(ctx context.Context) map[string]string {
	said := map[string]string{}
	for _, key := range []string{
		"cancel", "close", "confirm", "confirm_title", "request_failed", "offline", "connection_lost",
		"chart.legend", "chart.at", "chart.no_data", "chart.reset", "chart.range", "chart.summary", "chart.keys",
	} {
		said[key] = i18n.From(ctx).Raw("ui." + key)
	}
	return said
}

type languageChoice struct {
	tag, label, name string
}

func languages() []languageChoice {
	return []languageChoice{
		{language.Korean.String(), "한", "한국어"},
		{language.English.String(), "EN", "English"},
	}
}
