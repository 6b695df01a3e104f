// Package discover finds the OpenAPI document of an API: at the address
// itself, through the docs page that the address shows, or at the places where
// frameworks usually put it.
package discover

import (
	"context"
	"net/netip"
	"net/url"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
)

// Finder finds API documents.
type Finder struct{ fetch *Fetcher }

// NewFinder returns a Finder that fetches by means of fetch.
func NewFinder(fetch *Fetcher) *Finder { return &Finder{fetch: fetch} }

// Request says what to find.
type Request struct {
	Target     string // the address of a document, of a docs page, or of a host
	Definition string // the name of one of several documents behind the page; "" is the page's own choice
	// Headers are sent to the origin of Target and to no other. They are secrets.
	Headers []domain.FetchHeader
}

// Found is a document and how it was found.
type Found struct {
	Document    openapi.Document
	Raw         []byte       // as fetched; one document even where it was in several files
	DocumentURL string       // empty when the document was part of a page, or a file
	PageURL     string       // the docs page it was found through, empty if none
	Strategy    string       // "direct", "swagger-ui", "redoc", "scalar", "rapidoc", "stoplight", "link", "api-catalog", "well-known", "file"
	Definition  string       // the name of the one taken, "" where it has none
	Definitions []Definition // all documents that were offered together with it, the page's own choice first
	Tried       []Attempt    // every place that was looked at, in order; also when nothing was found
}

// BaseURL returns where requests go unless a plan says otherwise: see
// openapi.BaseURL. A document that is part of a page counts as fetched from it.
func (f Found) BaseURL() string {
	if f.DocumentURL == "" {
		return openapi.BaseURL(f.Document, f.PageURL)
	}
	return openapi.BaseURL(f.Document, f.DocumentURL)
}

// Definition is one of the documents that a page, host or archive offers.
type Definition struct {
	Name       string // what Request.Definition chooses it by; unique where there are several
	URL        string // empty when it is part of the page, or a file
	Inline     bool   // part of the page itself
	Operations *int   // how many it has; nil while it was not read
}

// Attempt is one place that was looked at.
type Attempt struct {
	Strategy string
	URL      string
	Err      error // nil where the document was found
}

// Find returns the document that req.Target leads to. Errors are
// *domain.Error, Invalid or Forbidden, and say what was found instead of a
// document; a cancelled ctx returns its error. Found.Tried is filled in either
// case. It takes three times as long as one fetch may at most.
func (f *Finder) Find(ctx context.Context, req Request) (Found, error) {
	u, err := parseTarget(req.Target)
	if err != nil {
		return Found{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*f.fetch.timeout)
	defer cancel()
	v, err := f.fetch.visit(u, req.Headers)
	if err != nil {
		return Found{}, err
	}
	defer v.Close()
	s := &search{visitor: v, want: req.Definition, seen: map[string]bool{}, pages: map[[32]byte]bool{}}
	found, err := s.run(ctx, u)
	found.Tried = s.tried
	return found, err
}

// parseTarget reads an address as people type it: a scheme may be missing.
func parseTarget(target string) (*url.URL, error) {
	target = strings.TrimSpace(target)
	if target == "" {
		return nil, domain.Errorf(domain.Invalid, "discover.no_address", "Give the address of your API's document or docs page.")
	}
	if !strings.Contains(target, "://") {
		target = guessScheme(target) + target
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return nil, badAddress(target, err)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func guessScheme(target string) string {
	host, _, _ := strings.Cut(target, "/")
	host, _, _ = strings.Cut(host, ":")
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".local") {
		return "http://"
	}
	return "https://"
}
