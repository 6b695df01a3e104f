package discover

import (
	"context"
	"net/url"

	"golang.org/x/sync/errgroup"
)

// probes is how many usual places are looked at at a time.
const probes = 4

// wellKnownPaths are where frameworks usually put their document or docs
// page, the more telling ones first.
var wellKnownPaths = []string{
	"/openapi.json", "/openapi.yaml", "/openapi.yml", "/swagger.json", "/swagger.yaml",
	"/v3/api-docs", "/v2/api-docs", "/api-docs", "/api-docs.json", "/api-json",
	"/api/openapi.json", "/api/openapi.yaml", "/api/swagger.json", "/api/v1/openapi.json", "/v1/openapi.json",
	"/swagger/v1/swagger.json", "/swagger/doc.json", "/q/openapi", "/docs/openapi.json", "/openapi", "/.well-known/openapi.json",
	"/api/schema/", "/openapi/v3", "/openapi/v2",
	"/docs", "/swagger-ui.html", "/swagger-ui/index.html", "/swagger/index.html", "/api/docs", "/api", "/redoc", "/reference", "/scalar", "/documentation",
}

// wellKnown looks at the usual places of a host.
func (s *search) wellKnown(ctx context.Context, host *url.URL) (Found, bool) {
	answers := make([]*response, len(wellKnownPaths))
	failures := make([]error, len(wellKnownPaths))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(probes)
	for i, path := range wellKnownPaths {
		u := host.ResolveReference(&url.URL{Path: path})
		if s.seen[u.String()] {
			continue
		}
		g.Go(func() error {
			r, err := s.fetch.get(gctx, u)
			if err != nil {
				failures[i] = err
				return nil //nolint:nilerr // one silent place does not end the search
			}
			answers[i] = &r
			return nil
		})
	}
	// No probe returns an error.
	_ = g.Wait()
	for i, r := range answers {
		u := host.ResolveReference(&url.URL{Path: wellKnownPaths[i]})
		if r == nil {
			if failures[i] != nil {
				s.note("well-known", u.String(), failures[i])
			}
			continue
		}
		s.seen[u.String()] = true
		if !r.ok() {
			s.note("well-known", u.String(), refusal(*r))
			continue
		}
		if found, err := s.accept(*r, "well-known"); err == nil {
			return found, true
		}
		// The page that answers for every path was read before.
		if s.seen[r.URL.String()] && r.URL.String() != u.String() {
			continue
		}
		if found, ok := s.throughPage(ctx, *r, 1); ok {
			return found, true
		}
	}
	return Found{}, false
}
