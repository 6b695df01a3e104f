package discover

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"plog.dev/plog/domain/openapi"
)

// maxFetches is how many addresses one search asks for at most.
const maxFetches = 150

// search is one Find under way. It is used by one goroutine.
type search struct {
	*visitor
	want    string // the definition asked for
	offered []Definition
	seen    map[string]bool   // addresses
	pages   map[[32]byte]bool // pages by content
	fetches int
	tried   []Attempt
}

func (s *search) run(ctx context.Context, u *url.URL) (Found, error) {
	s.seen[u.String()] = true
	first, err := s.get(ctx, u, s.timeout)
	if err != nil {
		s.note(ctx, "direct", u, err)
		return Found{}, err
	}
	s.seen[first.URL.String()] = true
	found, ok, why := s.open(ctx, first)
	if ok {
		return found, nil
	}
	probed := mayBeAPI(first, why)
	if probed {
		if found, ok := s.around(ctx, first.URL); ok {
			return found, nil
		}
	}
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
		return Found{}, context.Cause(ctx)
	case s.want != "" && len(s.offered) > 0:
		return Found{}, noDefinition(s.want, s.offered)
	case probed && (bare(first.URL) || first.ok()):
		return Found{}, nothingFound(u.Redacted(), s.tried).Because(why)
	}
	return Found{}, why
}

// open looks for the document in the first answer and behind it.
func (s *search) open(ctx context.Context, first response) (Found, bool, error) {
	if !first.ok() {
		why := refusal(first)
		s.note(ctx, "direct", first.URL, why)
		p := page{url: first.URL, base: first.URL, header: first.Header}
		found, ok := s.takeFirst(ctx, p, p.offers())
		return found, ok, why
	}
	found, why := s.accept(ctx, first, "direct")
	if why == nil {
		ok := s.want == "" || s.want == found.Definition
		if !ok {
			s.offered = append(s.offered, found.Definitions...)
		}
		return found, ok, why
	}
	found, ok := s.throughPage(ctx, first, 0)
	return found, ok, why
}

// mayBeAPI reports whether an answer may be that of an API whose document is
// elsewhere. An address that says it is a file, a document that cannot be read
// and a server that has said no are left at that.
func mayBeAPI(r response, why error) bool {
	if bare(r.URL) {
		return r.Status != http.StatusTooManyRequests
	}
	switch {
	case path.Ext(r.URL.Path) != "":
		return false
	case r.ok():
		return keyOf(why) == "openapi.html" || keyOf(why) == "openapi.not_openapi" || why == nil
	}
	return r.Status == http.StatusNotFound || r.Status == http.StatusMethodNotAllowed
}

// around looks at the usual places: below the address, and at its host.
func (s *search) around(ctx context.Context, u *url.URL) (Found, bool) {
	root := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	if !bare(u) {
		below := *root
		below.Path = strings.TrimSuffix(u.Path, "/") + "/"
		if found, ok := s.wellKnown(ctx, &below, belowPaths); ok {
			return found, true
		}
	}
	return s.wellKnown(ctx, root, wellKnownPaths)
}

// bare reports whether an address names no more than a host.
func bare(u *url.URL) bool { return u.Path == "" || u.Path == "/" }

// accept reads a response as a document.
func (s *search) accept(ctx context.Context, r response, strategy string) (Found, error) {
	doc, err := openapi.Parse(r.Body)
	raw := r.Body
	if err == nil && len(openapi.ExternalRefs(raw)) > 0 {
		doc, raw, err = s.gather(ctx, r)
	}
	s.note(ctx, strategy, r.URL, err)
	if err != nil {
		return Found{}, err
	}
	n := len(doc.Operations)
	where := r.URL.String()
	return Found{
		Document: doc, Raw: raw, DocumentURL: where, Strategy: strategy,
		Definitions: []Definition{{URL: where, Operations: &n}},
	}, nil
}

// note writes down what became of a place.
func (s *search) note(ctx context.Context, strategy string, u *url.URL, err error) {
	a := Attempt{Strategy: strategy, Err: err}
	if u != nil {
		a.URL = u.Redacted()
		s.tell(ctx, u, err)
	}
	if len(s.tried) > 0 {
		a.Err = inShort(err)
	}
	s.tried = append(s.tried, a)
}

// throughPage looks for the document behind a docs page, and behind the docs
// pages that a plain page links to.
func (s *search) throughPage(ctx context.Context, r response, depth int) (Found, bool) {
	sum := sha256.Sum256(r.Body)
	if s.pages[sum] {
		return Found{}, false
	}
	s.pages[sum] = true
	p, ok := readPage(r)
	if !ok {
		p = dataPage(r)
	}
	p.readInline()
	for _, u := range p.scripts() {
		if script, ok := s.ask(ctx, "script", u); ok && isScript(script) && (len(script.Body) <= maxUnsure || setup.MatchString(u.Path)) {
			p.read(string(script.Body))
		}
	}
	offers := p.offers()
	if !ok {
		offers = append(labelled("swagger-ui", configured(p, r)), offers...)
	}
	if found, ok := s.takeFirst(ctx, p, offers); ok {
		return found, true
	}
	if depth > 0 {
		return Found{}, false
	}
	return s.follow(ctx, p, p.docsLinks(), "link")
}

// ask fetches an address once; false when it was asked for before or failed.
func (s *search) ask(ctx context.Context, strategy string, u *url.URL) (response, bool) {
	if u == nil || s.seen[u.String()] || s.fetches >= maxFetches || ctx.Err() != nil {
		return response{}, false
	}
	s.seen[u.String()] = true
	s.fetches++
	r, err := s.get(ctx, u, s.timeout)
	if err != nil {
		s.note(ctx, strategy, u, err)
		return response{}, false
	}
	return r, true
}

// isScript reports whether a response may be JavaScript.
func isScript(r response) bool {
	return r.ok() && (strings.Contains(r.Type, "javascript") || strings.HasSuffix(r.URL.Path, ".js"))
}
