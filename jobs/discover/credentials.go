package discover

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"plog.dev/plog/domain"
)

// credentials are headers for one origin.
type credentials struct {
	origin  string
	headers []domain.FetchHeader
}

// newCredentials returns headers for the origin of start. A name and password
// in the address become one of them and are taken out of it, so that they are
// in nothing that is shown. Errors are Invalid and never have a value in them.
func newCredentials(start *url.URL, headers []domain.FetchHeader) (credentials, error) {
	c := credentials{origin: originOf(start), headers: slices.Clone(headers)}
	for _, h := range c.headers {
		if !httpguts.ValidHeaderFieldName(h.Name) || ownHeader(h.Name) {
			return c, domain.Errorf(domain.Invalid, "discover.header_name", "“{{.Name}}” cannot be sent as a header. Use a name such as Authorization or X-Api-Key.", "Name", h.Name)
		}
		if !httpguts.ValidHeaderFieldValue(h.Value) {
			return c, domain.Errorf(domain.Invalid, "discover.header_value", "The value of the header {{.Name}} has characters that no header may have, such as a line break.", "Name", h.Name)
		}
	}
	if start.User != nil {
		password, _ := start.User.Password()
		basic := base64.StdEncoding.EncodeToString([]byte(start.User.Username() + ":" + password))
		c.headers = append(c.headers, domain.FetchHeader{Name: "Authorization", Value: "Basic " + basic})
		start.User = nil
	}
	return c, nil
}

// ownHeader reports whether a header is the connection's own business.
func ownHeader(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Te", "Trailer", "Accept-Encoding":
		return true
	}
	return false
}

// add gives a request the headers if it goes to their origin.
func (c credentials) add(req *http.Request) {
	if originOf(req.URL) != c.origin {
		return
	}
	for _, h := range c.headers {
		req.Header.Set(h.Name, h.Value)
	}
}

// drop takes the headers from a request that was led away from their origin,
// even when it was led back: the way was another's choice.
func (c credentials) drop(req *http.Request, via []*http.Request) {
	away := func(r *http.Request) bool { return originOf(r.URL) != c.origin }
	if !away(req) && !slices.ContainsFunc(via, away) {
		return
	}
	for _, h := range c.headers {
		req.Header.Del(h.Name)
	}
}

// originOf returns scheme, host and port; the scheme's own port when none is written.
func originOf(u *url.URL) string {
	port := u.Port()
	if port == "" && u.Scheme == "http" {
		port = "80"
	} else if port == "" && u.Scheme == "https" {
		port = "443"
	}
	return strings.ToLower(u.Scheme + "://" + u.Hostname() + ":" + port)
}

var (
	errRedirectLoop  = errors.New("redirects in a circle")
	errManyRedirects = errors.New("too many redirects")
)

func (v *visitor) checkRedirect(req *http.Request, via []*http.Request) error {
	if err := v.policy.CheckURL(req.URL); err != nil {
		return err
	}
	if slices.ContainsFunc(via, func(r *http.Request) bool { return r.URL.String() == req.URL.String() }) {
		return errRedirectLoop
	}
	if len(via) > maxRedirects {
		return errManyRedirects
	}
	req.Header.Del("Referer") // an address may have a secret in it
	v.headers.drop(req, via)
	return nil
}
