package discover

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

const (
	maxScripts   = 8
	maxDocsLinks = 6
)

// page is a docs page as far as it can be read without running it.
type page struct {
	url      *url.URL
	base     *url.URL // what addresses in it are relative to
	header   http.Header
	elements []element
	inline   []element // scripts with their text
	sources  []*url.URL
	said     literals // by all of its scripts
	text     string   // of all of its scripts, lower case, to recognise tools by
}

type element struct {
	tag   string
	attrs map[string]string // names in lower case
	text  string
}

// readPage parses a response as HTML; false when it is none.
func readPage(r response) (page, bool) {
	head := bytes.ToLower(bytes.TrimSpace(r.Body))
	if !strings.Contains(r.Type, "html") && !bytes.HasPrefix(head, []byte("<!doctype html")) && !bytes.HasPrefix(head, []byte("<html")) {
		return page{}, false
	}
	root, err := html.Parse(bytes.NewReader(r.Body))
	if err != nil {
		return page{}, false
	}
	p := page{url: r.URL, base: r.URL}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e := element{tag: n.Data, attrs: map[string]string{}}
		for _, a := range n.Attr {
			e.attrs[strings.ToLower(a.Key)] = strings.TrimSpace(a.Val)
		}
		if n.Data == "script" && n.FirstChild != nil {
			e.text = n.FirstChild.Data
			p.inline = append(p.inline, e)
		}
		if href := e.attrs["href"]; n.Data == "base" && href != "" {
			if base := p.resolve(href); base != nil {
				p.base = base
			}
		}
		p.elements = append(p.elements, e)
	}
	for _, e := range p.elements {
		if src := e.attrs["src"]; e.tag == "script" && src != "" {
			p.text += " " + strings.ToLower(src)
			if u := p.resolve(src); u != nil && u.Host == p.url.Host && !library.MatchString(u.Path) {
				p.sources = append(p.sources, u)
			}
		}
	}
	return p, true
}

// library matches scripts that are the docs tool itself, not its configuration.
var library = regexp.MustCompile(`(?i)(bundle|standalone-preset|standalone\.js|\.min\.js|web-components|api-reference|rapidoc|jquery|vendor|polyfill|chunk|runtime)`)

// resolve returns an address of the page, nil when it cannot be one.
func (p page) resolve(ref string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || ref == "" {
		return nil
	}
	u = p.base.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	u.Fragment, u.RawFragment = "", ""
	return u
}

// loadScripts reads the page's own scripts, and those it loads from its host.
func (s *search) loadScripts(ctx context.Context, p *page) {
	read := func(source string) {
		p.text += " " + strings.ToLower(source[:min(len(source), 64<<10)])
		l := readScript(source, p.url.Scheme+"://"+p.url.Host)
		p.said.objects = append(p.said.objects, l.objects...)
		p.said.calls = append(p.said.calls, l.calls...)
		p.said.documents = append(p.said.documents, l.documents...)
	}
	for _, e := range p.inline {
		if !strings.Contains(e.attrs["type"], "json") {
			read(e.text)
		}
	}
	for i, u := range p.sources {
		if i >= maxScripts {
			break
		}
		if r, ok := s.visit(ctx, "script", u); ok && isScript(r) {
			read(string(r.Body))
		}
	}
}

var docsLink = regexp.MustCompile(`(?i)(swagger|openapi|api-?docs|redoc|rapidoc|scalar|/docs?/?$|reference|api\.(json|ya?ml))`)

// docsLinks returns where the page links to that may be a document or a docs
// page, on its own host.
func (p page) docsLinks() []*url.URL {
	var links []*url.URL
	for _, e := range p.elements {
		if e.tag != "a" && e.tag != "iframe" && e.tag != "frame" && e.tag != "meta" {
			continue
		}
		ref := e.attrs["href"] + e.attrs["src"]
		if e.tag == "meta" {
			ref = refresh(e)
		}
		u := p.resolve(ref)
		if u == nil || u.Host != p.url.Host || e.tag == "a" && !docsLink.MatchString(u.Path) || len(links) >= maxDocsLinks {
			continue
		}
		links = append(links, u)
	}
	return links
}

// refresh returns where <meta http-equiv="refresh"> leads.
func refresh(e element) string {
	if !strings.EqualFold(e.attrs["http-equiv"], "refresh") {
		return ""
	}
	_, to, _ := strings.Cut(e.attrs["content"], ";")
	to = strings.TrimSpace(to)
	if len(to) > 4 && strings.EqualFold(to[:4], "url=") {
		return strings.Trim(to[4:], `'" `)
	}
	return ""
}
