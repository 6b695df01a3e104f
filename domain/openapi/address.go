package openapi

import (
	"net/netip"
	"net/url"
	"strings"
)

// BaseURL returns where requests of doc go: its first server that can be
// reached by HTTP, resolved against the address the document was fetched from.
// A document fetched from this machine describes an API on this machine, so its
// host is kept unless the document names another address of this machine: a
// public server is never chosen by accident. The result is empty when neither
// says a host. It never ends in a slash.
func BaseURL(doc Document, documentURL string) string {
	base, err := url.Parse(documentURL)
	if err != nil || base.Host == "" {
		base = nil
	}
	servers := doc.Servers
	if len(servers) == 0 {
		servers = []string{"/"}
	}
	local := base != nil && loopback(base.Hostname())
	var best *url.URL
	for _, s := range servers {
		u := resolve(s, base)
		switch {
		case u == nil:
		case local && loopback(u.Hostname()):
			return address(u)
		case best == nil:
			best = u
		}
	}
	switch {
	case best == nil && base == nil:
		return ""
	case best == nil:
		best = &url.URL{Scheme: base.Scheme, Host: base.Host}
	case local:
		best.Scheme, best.Host = base.Scheme, base.Host
	}
	return address(best)
}

func resolve(server string, base *url.URL) *url.URL {
	u, err := url.Parse(strings.TrimSpace(server))
	if err != nil || strings.ContainsAny(server, "{}") {
		return nil
	}
	if base != nil {
		u = base.ResolveReference(u)
	} else if u.Scheme == "" && u.Host != "" {
		u.Scheme = "https"
		if loopback(u.Hostname()) {
			u.Scheme = "http"
		}
	}
	if u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	return u
}

func address(u *url.URL) string {
	clean := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return strings.TrimRight(clean.String(), "/")
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
