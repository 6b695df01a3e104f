package discover

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// takeFirst returns the document of the first offer that has a readable one.
func (s *search) takeFirst(ctx context.Context, p page, offers []offer) (Found, bool) {
	for _, o := range offers {
		if found, ok := s.take(ctx, p, o); ok {
			return found, true
		}
	}
	return Found{}, false
}

// take returns the document of an offer that is asked for, else its first
// that can be read.
func (s *search) take(ctx context.Context, p page, o offer) (Found, bool) {
	o = o.distinct().named()
	all := o.definitions()
	for i, c := range o {
		if s.want != "" && len(o) > 1 && c.name != s.want {
			continue
		}
		found, ok := s.try(ctx, p, c)
		if !ok {
			continue
		}
		if found.Definitions == nil {
			n := len(found.Document.Operations)
			all[i].Operations = &n
			found.Definition, found.Definitions = c.name, all
		}
		found.PageURL = cmp.Or(found.PageURL, p.url.Redacted())
		if s.want != "" && found.Definition != s.want {
			s.offered = append(s.offered, found.Definitions...)
			continue
		}
		return found, true
	}
	if s.want != "" && len(o) > 1 {
		s.offered = append(s.offered, all...)
	}
	return Found{}, false
}

// try reads a candidate. It may itself be a configuration that names the
// documents, as springdoc's is: then the find has definitions.
func (s *search) try(ctx context.Context, p page, c candidate) (Found, bool) {
	if c.inline != nil {
		doc, err := openapi.Parse(c.inline)
		if err == nil && len(doc.Operations) == 0 { // tools carry such samples
			err = domain.Errorf(domain.Invalid, "discover.no_operations", "The document that is part of the page has no operations.")
		}
		s.note(ctx, c.strategy, nil, err)
		return Found{Document: doc, Raw: c.inline, Strategy: c.strategy}, err == nil
	}
	for _, u := range append([]*url.URL{c.url}, c.also...) {
		r, ok := s.ask(ctx, c.strategy, u)
		if !ok {
			continue
		}
		if !r.ok() {
			s.note(ctx, c.strategy, r.URL, refusal(r))
			continue
		}
		if found, err := s.accept(ctx, r, c.strategy); err == nil {
			found.Definitions = nil
			return found, true
		}
		if found, ok := s.takeFirst(ctx, p, labelled(c.strategy, configured(p, r))); ok {
			return found, true
		}
	}
	return Found{}, false
}

// follow looks at several places that a page leads to, and takes what is
// behind them together: a portal of several APIs is one page, too.
func (s *search) follow(ctx context.Context, p page, links []*url.URL, strategy string) (Found, bool) {
	want := s.want
	s.want = ""
	var all []Found
	for _, u := range links {
		r, ok := s.ask(ctx, strategy, u)
		if !ok {
			continue
		}
		if !r.ok() {
			s.note(ctx, strategy, r.URL, refusal(r))
			continue
		}
		found, err := s.accept(ctx, r, strategy)
		if err != nil {
			if found, ok = s.throughPage(ctx, r, 1); !ok {
				continue
			}
		}
		found.PageURL = cmp.Or(found.PageURL, p.url.Redacted())
		all = append(all, found)
	}
	s.want = want
	return s.choose(ctx, p, all)
}

// choose returns the one of several finds that is asked for, with the
// definitions of all of them.
func (s *search) choose(ctx context.Context, p page, all []Found) (Found, bool) {
	if len(all) == 1 && (s.want == "" || all[0].Definition == s.want) {
		return all[0], true
	}
	var together []Definition
	var owner []int
	for i, f := range all {
		for _, d := range f.Definitions {
			if len(f.Definitions) == 1 {
				d.Name = cmp.Or(f.Document.Title, d.Name, d.URL)
			}
			known := func(other Definition) bool { return other.URL == d.URL && d.URL != "" }
			if slices.ContainsFunc(together, known) {
				continue
			}
			name := d.Name
			same := func(other Definition) bool { return other.Name == d.Name }
			for n := 2; slices.ContainsFunc(together, same); n++ {
				d.Name = name + " " + strconv.Itoa(n)
			}
			together, owner = append(together, d), append(owner, i)
		}
	}
	for i, d := range together {
		if s.want != "" && d.Name != s.want {
			continue
		}
		found := all[owner[i]]
		if d.Operations == nil { // not the one that was taken there
			u, err := url.Parse(d.URL)
			if err != nil || d.URL == "" {
				continue
			}
			delete(s.seen, u.String())
			var ok bool
			if found, ok = s.try(ctx, p, candidate{strategy: found.Strategy, url: u}); !ok {
				continue
			}
			n := len(found.Document.Operations)
			together[i].Operations = &n
		}
		found.Definition, found.Definitions = d.Name, together
		return found, true
	}
	if s.want != "" {
		s.offered = append(s.offered, together...)
	}
	return Found{}, false
}
