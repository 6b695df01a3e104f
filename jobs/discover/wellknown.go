package discover

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// probes is how many usual places are looked at at a time.
const probes = 4

// wellKnownPaths are where frameworks usually put their document or docs
// page: first what names several documents, then documents, then pages.
var wellKnownPaths = []string{
	catalogPath,
	"openapi.json", "v3/api-docs/swagger-config", "v3/api-docs", "openapi.yaml", // FastAPI, Litestar, huma; springdoc
	"swagger/index.html", "swagger/v1/swagger.json", "openapi/v1.json", "swagger.json", // Swashbuckle, NSwag, swaggo, Fiber; Microsoft.AspNetCore.OpenApi
	"swagger/doc.json", "api-json", "api-docs/openapi.json", "api-docs", // swaggo, NestJS, utoipa, rswag
	"q/openapi", "openapi", "api/openapi.json", "api/schema/", // Quarkus, SmallRye, Javalin, Micronaut; django-ninja; drf-spectacular
	"documentation/json", "docs/openapi.json", "swagger.yaml", "openapi.yml", // Fastify, Sanic
	"api-docs.json", "swagger/json", "openapi/json", "doc", // Elysia; Hono
	"v2/api-docs", "swagger-resources", "docs/json", "docs-json", // springfox
	"docs.jsonopenapi", "api/docs.jsonopenapi", "api/docs", "docs", // API Platform
	"schema/openapi.json", "schema/", "swagger/?format=openapi", "redoc/?format=openapi", // Litestar; drf-yasg
	"swagger.v1.json", "api/swagger.json", "swagger_doc", "api/swagger_doc", // Gitea, Forgejo; grape-swagger
	"docs/api.json", "docs/api-docs.json", "api/documentation", "documentation", // Scramble, L5-Swagger; hapi-swagger, Strapi, Ktor
	"server/specs/oas", "api/openapi.yaml", "api/v1/openapi.json", "v1/openapi.json", // Directus
	"apispec_1.json", "apispec.json", "api/spec", "spec", // Flasgger; paperclip, poem
	"v1/api-docs", "api/v1/api-docs", "api/v3/api-docs", "api/api-docs", // below the prefix that many APIs have
	"v1/swagger.json", "api/v1/swagger.json", "api/v1/docs", "v1/docs",
	"api/swagger/index.html", "api/openapi", "api/schema", "api-docs.yaml",
	".well-known/openapi.json", "swagger/documentation.yaml", "api.json", "api/v3/openapi.json",
	"swagger", "swagger-ui.html", "swagger-ui/index.html", "swagger-ui/",
	"redoc", "scalar", "reference", "api-docs/index.html",
	"explorer/", "apidocs/", "apidoc", "ui/", // LoopBack, Flasgger, connexion
	"api", "api/swagger", "api/doc", "q/swagger-ui/", // Nelmio
	"api/schema/swagger-ui/", "scalar/v1", "openapi/v3", "openapi/v2",
}

// belowPaths are the usual places below an address that may be an API's.
var belowPaths = []string{"openapi.json", "docs", "swagger.json", "openapi.yaml", "swagger/index.html", "api-docs", "docs-json", "swagger"}

// wellKnown looks at the usual places below base, a few at a time and no
// longer than until one has a document, or none answers at all.
func (s *search) wellKnown(ctx context.Context, base *url.URL, paths []string) (Found, bool) {
	for batch := range slices.Chunk(paths, probes) {
		found, ok, alive := s.probe(ctx, base, batch)
		if ok {
			return found, true
		}
		if !alive || s.fetches >= maxFetches {
			break
		}
	}
	return Found{}, false
}

// probe looks at a few places at once and takes the first that leads to a
// document; alive is false when there was no answer from any.
func (s *search) probe(ctx context.Context, base *url.URL, paths []string) (found Found, ok, alive bool) {
	const name = "well-known"
	type answer struct {
		url *url.URL
		r   response
		err error
	}
	var answers []*answer
	g, gctx := errgroup.WithContext(ctx)
	for _, p := range paths {
		path, query, _ := strings.Cut(p, "?")
		u := base.ResolveReference(&url.URL{Path: path, RawQuery: query})
		if s.seen[u.String()] {
			alive = true
			continue
		}
		s.seen[u.String()] = true
		s.fetches++
		a := &answer{url: u}
		answers = append(answers, a)
		g.Go(func() error {
			a.r, a.err = s.get(gctx, u, s.timeout/4)
			return nil // one silent place does not end the search
		})
	}
	_ = g.Wait() // no probe returns an error
	for _, a := range answers {
		switch {
		case a.err != nil:
			s.note(ctx, name, a.url, a.err)
			continue
		case !a.r.ok():
			alive = true
			s.note(ctx, name, a.url, refusal(a.r))
			continue
		}
		alive = true
		if found, ok := s.answered(ctx, a.r, name); ok {
			return found, true, true
		}
	}
	return Found{}, false, alive
}

// answered reads what a usual place has answered with.
func (s *search) answered(ctx context.Context, r response, name string) (Found, bool) {
	p := page{url: r.URL, base: r.URL, header: r.Header}
	if strings.HasSuffix(r.URL.Path, catalogPath) {
		c := readCatalog(p, r)
		if found, ok := s.take(ctx, p, c.documents); ok {
			return found, true
		}
		var further []*url.URL
		for _, ref := range c.further {
			if u := p.resolve(ref); u != nil && len(further) < maxDocsLinks {
				further = append(further, u)
			}
		}
		return s.follow(ctx, p, further, "api-catalog")
	}
	found, err := s.accept(ctx, r, name)
	if err == nil {
		if s.want == "" || found.Definition == s.want {
			return found, true
		}
		s.offered = append(s.offered, found.Definitions...)
		return Found{}, false
	}
	if found, ok := s.takeFirst(ctx, p, labelled(name, configured(p, r))); ok {
		return found, true
	}
	return s.throughPage(ctx, r, 0)
}
