package discover

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

const (
	maxScripts   = 8
	maxDocsLinks = 12
	maxRecognise = 64 << 10 // bytes of a script that tools are recognised by
)

// page is a docs page as far as it can be read without running it.
type page struct {
	url      *url.URL
	base     *url.URL // what addresses in it are relative to
	header   http.Header
	elements []element
	said     literals // by all of its scripts
	text     string   // of all of its scripts, lower case, to recognise tools by
}

type element struct {
	tag   string
	attrs map[string]string // names in lower case
	text  string            // of scripts and links
}

// readPage parses a response as HTML; false when it is none.
func readPage(r response) (page, bool) {
	head := bytes.ToLower(bytes.TrimSpace(r.Body[:min(len(r.Body), 1024)]))
	if !strings.Contains(r.Type, "html") && !bytes.HasPrefix(head, []byte("<!doctype html")) && !bytes.HasPrefix(head, []byte("<html")) {
		return page{}, false
	}
	root, err := html.Parse(bytes.NewReader(r.Body))
	if err != nil {
		return page{}, false
	}
	p := page{url: r.URL, base: r.URL, header: r.Header}
	var marks strings.Builder
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e := element{tag: n.Data, attrs: map[string]string{}}
		for _, a := range n.Attr {
			e.attrs[strings.ToLower(a.Key)] = strings.TrimSpace(a.Val)
		}
		if (n.Data == "script" || n.Data == "a") && n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
			e.text = n.FirstChild.Data
		}
		if href := e.attrs["href"]; n.Data == "base" && href != "" {
			if base := p.resolve(href); base != nil {
				p.base = base
			}
		}
		p.elements = append(p.elements, e)
		for _, mark := range []string{n.Data, e.attrs["id"], e.attrs["class"], e.attrs["src"], styled(e)} {
			if mark != "" && marks.Len() < maxRecognise {
				marks.WriteString(" " + strings.ToLower(mark))
			}
		}
	}
	p.text = marks.String()
	return p, true
}

func styled(e element) string {
	if e.tag == "link" {
		return e.attrs["href"]
	}
	return ""
}

// mentions reports whether the page or its scripts have one of the words.
func (p page) mentions(words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(p.text, w) })
}

// with returns the page as if its scripts said nothing but l.
func (p page) with(l literals) page {
	p.said = l
	return p
}

// resolve returns an address of the page, nil when it cannot be one.
func (p page) resolve(ref string) *url.URL {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil || strings.TrimSpace(ref) == "" {
		return nil
	}
	u = p.base.ResolveReference(u)
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil
	}
	u.Fragment, u.RawFragment, u.User = "", "", nil
	return u
}

// read takes in what a script says.
func (p *page) read(source string) {
	p.text += " " + strings.ToLower(source[:min(len(source), maxRecognise)])
	p.said.add(readScript(source, p.url))
}

// readInline takes in what the scripts within the page say, and the data that
// it carries for them.
func (p *page) readInline() {
	for _, e := range p.elements {
		switch {
		case e.tag != "script" || strings.TrimSpace(e.text) == "":
		case strings.Contains(e.attrs["type"], "json"):
			p.said.add(readJSON([]byte(e.text)))
		default:
			p.read(e.text)
		}
	}
}

// library matches scripts that are the docs tool itself, not its configuration.
var library = regexp.MustCompile(`(?i)(bundle|standalone-preset|standalone\.js|\.min\.js|web-components|api-reference|rapidoc|jquery|vendor|polyfill|chunk|runtime)`)

// setup matches scripts that are sure to be configuration, others may be whole
// applications.
var setup = regexp.MustCompile(`(?i)(init|config|setup|settings)`)

// maxUnsure is how long a script may be that does not say it is configuration.
const maxUnsure = 256 << 10

// scripts returns the scripts that the page loads from its own host and that
// may have its configuration, the likely ones first.
func (p page) scripts() []*url.URL {
	var likely, others []*url.URL
	for _, e := range p.elements {
		u := p.resolve(e.attrs["src"])
		switch {
		case e.tag != "script" || u == nil || u.Host != p.url.Host || library.MatchString(u.Path):
		case setup.MatchString(u.Path):
			likely = append(likely, u)
		default:
			others = append(others, u)
		}
	}
	all := append(likely, others...)
	return all[:min(len(all), maxScripts)]
}

var (
	docsLink = regexp.MustCompile(`(?i)(swagger|openapi|api-?docs|apidoc|redoc|rapidoc|scalar|/docs?/?$|/docs?/api|reference|api\.(json|ya?ml))`)
	docsText = regexp.MustCompile(`(?i)\b(swagger|open ?api|api docs?|api documentation|api reference|redoc)\b|API ?문서`)
)

// docsLinks returns where the page leads to that may be a document or a docs
// page, on its own host.
func (p page) docsLinks() []*url.URL {
	var links []*url.URL
	add := func(ref string, sure bool) {
		u := p.resolve(ref)
		if u == nil || u.Host != p.url.Host || len(links) >= maxDocsLinks || !sure && !docsLink.MatchString(u.Path) || u.String() == p.url.String() {
			return
		}
		links = append(links, u)
	}
	for _, e := range p.elements {
		switch e.tag {
		case "iframe", "frame":
			add(e.attrs["src"], true)
		case "meta":
			add(refresh(e), true)
		case "a":
			add(e.attrs["href"], docsText.MatchString(e.text))
		}
	}
	for _, l := range linksOf(p.header) {
		if l.documents() {
			add(l.href, true)
		}
	}
	for _, ref := range p.said.moves {
		add(ref, true)
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

// dataPage reads an answer in JSON as a page whose texts are links: many APIs
// tell at their root where their documentation is.
func dataPage(r response) page {
	p := page{url: r.URL, base: r.URL, header: r.Header}
	var value any
	if len(r.Body) > maxRecognise || json.Unmarshal(r.Body, &value) != nil {
		return p
	}
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case string:
			p.elements = append(p.elements, element{tag: "a", attrs: map[string]string{"href": v}})
		case []any:
			for _, e := range v {
				visit(e)
			}
		case map[string]any:
			for _, name := range sortedKeys(v) {
				visit(v[name])
			}
		}
	}
	visit(value)
	return p
}
