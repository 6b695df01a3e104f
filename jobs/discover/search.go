package discover

import (
	"context"
	"net/url"
	"strings"

	"plog.dev/plog/domain/openapi"
)

// search is one Find under way.
type search struct {
	*Finder
	seen  map[string]bool
	tried []Attempt
}

// candidate is where a document may be, or the document itself.
type candidate struct {
	strategy string
	name     string
	url      *url.URL
	inline   []byte
}

func (s *search) run(ctx context.Context, u *url.URL) (Found, error) {
	first, err := s.fetch.get(ctx, u)
	s.seen[u.String()] = true
	if err != nil {
		s.note("direct", u.String(), err)
		return Found{}, err
	}
	s.seen[first.URL.String()] = true
	var why error
	if first.ok() {
		found, err := s.accept(first, "direct")
		if err == nil {
			return found, nil
		}
		why = err
		if found, ok := s.throughPage(ctx, first, 0); ok {
			return found, nil
		}
	} else {
		why = refusal(first)
		s.note("direct", u.String(), why)
	}
	if bare(u) || bare(first.URL) {
		if found, ok := s.wellKnown(ctx, first.URL); ok {
			return found, nil
		}
		return Found{}, nothingFound(u.Redacted(), len(s.tried)).Because(why)
	}
	return Found{}, why
}

// bare reports whether an address names no more than a host.
func bare(u *url.URL) bool { return u.Path == "" || u.Path == "/" }

// accept reads a response as a document.
func (s *search) accept(r response, strategy string) (Found, error) {
	doc, err := openapi.Parse(r.Body)
	s.note(strategy, r.URL.String(), err)
	if err != nil {
		return Found{}, err
	}
	return Found{Document: doc, Raw: r.Body, DocumentURL: r.URL.String(), Strategy: strategy}, nil
}

func (s *search) note(strategy, where string, err error) {
	s.tried = append(s.tried, Attempt{Strategy: strategy, URL: where, Err: err})
}

// throughPage looks for the document behind a docs page, and behind the docs
// pages that a plain page links to.
func (s *search) throughPage(ctx context.Context, r response, depth int) (Found, bool) {
	p, ok := readPage(r)
	if !ok {
		p = page{url: r.URL, base: r.URL}
	}
	p.header = r.Header
	s.loadScripts(ctx, &p)
	var all []candidate
	for _, strategy := range strategies {
		all = append(all, strategy(p)...)
	}
	for i, c := range all {
		found, ok := s.try(ctx, c)
		if !ok {
			continue
		}
		found.PageURL = r.URL.String()
		found.Definitions = definitions(all, i)
		return found, true
	}
	if depth > 0 {
		return Found{}, false
	}
	for _, link := range p.docsLinks() {
		if next, ok := s.visit(ctx, "link", link); ok && next.ok() {
			if found, err := s.accept(next, "link"); err == nil {
				found.PageURL = r.URL.String()
				return found, true
			}
			if found, ok := s.throughPage(ctx, next, depth+1); ok {
				return found, true
			}
		}
	}
	return Found{}, false
}

// try fetches a candidate. A candidate may itself be a configuration that
// names the document, as springdoc's is.
func (s *search) try(ctx context.Context, c candidate) (Found, bool) {
	if c.inline != nil {
		doc, err := openapi.Parse(c.inline)
		s.note(c.strategy, "", err)
		return Found{Document: doc, Raw: c.inline, Strategy: c.strategy}, err == nil
	}
	r, ok := s.visit(ctx, c.strategy, c.url)
	if !ok {
		return Found{}, false
	}
	if !r.ok() {
		s.note(c.strategy, r.URL.String(), refusal(r))
		return Found{}, false
	}
	if found, err := s.accept(r, c.strategy); err == nil {
		return found, true
	}
	named := configured(c.strategy, r)
	for i, next := range named {
		if found, ok := s.try(ctx, next); ok {
			found.Definitions = definitions(named, i)
			return found, true
		}
	}
	return Found{}, false
}

// visit fetches an address once; false when it was visited before or failed.
func (s *search) visit(ctx context.Context, strategy string, u *url.URL) (response, bool) {
	if u == nil || s.seen[u.String()] || len(s.tried) > maxTries {
		return response{}, false
	}
	s.seen[u.String()] = true
	r, err := s.fetch.get(ctx, u)
	if err != nil {
		s.note(strategy, u.String(), err)
		return response{}, false
	}
	return r, true
}

func definitions(all []candidate, taken int) []Definition {
	list := []Definition{all[taken].definition()}
	for i, c := range all {
		if i != taken && c.url != nil && c.strategy == all[taken].strategy && c.name != "" {
			list = append(list, c.definition())
		}
	}
	return list
}

func (c candidate) definition() Definition {
	d := Definition{Name: c.name, Inline: c.inline != nil}
	if c.url != nil {
		d.URL = c.url.String()
	}
	return d
}

// isScript reports whether a response may be JavaScript.
func isScript(r response) bool {
	return r.ok() && (strings.Contains(r.Type, "javascript") || strings.HasSuffix(r.URL.Path, ".js"))
}
