package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"plog.dev/plog/static"
	"plog.dev/plog/views/i18n"
)

func serve(t *testing.T) (*httptest.Server, *site) {
	t.Helper()
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{bundle: bundle, stories: all()}
	server := httptest.NewServer(s.routes())
	t.Cleanup(server.Close)
	return server, s
}

func fetch(t *testing.T, address string) (int, string) {
	t.Helper()
	r, err := http.Get(address) //nolint:noctx // a test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

// TestEveryStory looks at every view in every language: no text is missing, and nothing is inline that the
// content security policy forbids.
func TestEveryStory(t *testing.T) {
	server, s := serve(t)
	for _, lang := range i18n.Languages() {
		keys := map[string]bool{}
		for _, key := range s.bundle.Keys(lang) {
			keys[key] = true
		}
		for _, story := range s.stories {
			t.Run(lang.String()+"/"+story.Family+"/"+story.Name, func(t *testing.T) {
				status, page := fetch(t, server.URL+"/story/"+story.Family+"/"+story.Name+"?lang="+lang.String())
				if status != http.StatusOK {
					t.Fatalf("status %d: %s", status, page)
				}
				look(t, page, keys)
			})
		}
	}
}

var keyLike = regexp.MustCompile(`^[a-z]+\.[a-z_]+(\.[a-z_]+)*$`)

func look(t *testing.T, page string, keys map[string]bool) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			text := strings.TrimSpace(n.Data)
			if keys[text] || keyLike.MatchString(text) && strings.HasPrefix(text, "ui.") {
				t.Errorf("a key stands for its text: %q", text)
			}
			if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") && n.Parent.Data != "script" {
				t.Errorf("a template variable is open: %q", text)
			}
		}
		if n.Type == html.ElementNode {
			lookAtElement(t, n, ids)
		}
	}
}

func lookAtElement(t *testing.T, n *html.Node, ids map[string]bool) {
	t.Helper()
	attrs := map[string]string{}
	for _, a := range n.Attr {
		attrs[a.Key] = a.Val
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") {
			t.Errorf("<%s %s=%q> is inline", n.Data, a.Key, a.Val)
		}
		if strings.HasPrefix(a.Val, "javascript:") || strings.HasPrefix(a.Val, "js:") {
			t.Errorf("<%s %s=%q> is script", n.Data, a.Key, a.Val)
		}
	}
	if n.Data == "script" && attrs["src"] == "" && attrs["type"] != "application/json" || n.Data == "style" {
		t.Errorf("inline <%s>", n.Data)
	}
	if id := attrs["id"]; id != "" && !strings.HasPrefix(id, "tip-") {
		if ids[id] {
			t.Errorf("id %q is there twice", id)
		}
		ids[id] = true
	}
	_, labelled := attrs["aria-label"]
	if n.Data == "button" && !labelled && strings.TrimSpace(words(n)) == "" {
		t.Errorf("a button without a name: %v", n.Attr)
	}
}

func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

var use = regexp.MustCompile(`icons\.svg#([a-z0-9-]+)`)

func TestEveryIconExists(t *testing.T) {
	server, s := serve(t)
	_, sprite := fetch(t, server.URL+static.Path("icons.svg"))
	for _, story := range s.stories {
		_, page := fetch(t, server.URL+"/story/"+story.Family+"/"+story.Name)
		for _, m := range use.FindAllStringSubmatch(page, -1) {
			if !strings.Contains(sprite, `<symbol id="`+m[1]+`"`) {
				t.Errorf("%s/%s: no icon %q", story.Family, story.Name, m[1])
			}
		}
	}
}

func TestIndexListsTheStories(t *testing.T) {
	server, s := serve(t)
	_, page := fetch(t, server.URL+"/")
	for _, story := range s.stories {
		if !strings.Contains(page, `href="/story/`+story.Family+"/"+story.Name) {
			t.Errorf("%s/%s is not listed", story.Family, story.Name)
		}
	}
	if status, _ := fetch(t, server.URL+"/story/no/such"); status != http.StatusNotFound {
		t.Errorf("unknown story: %d", status)
	}
}
