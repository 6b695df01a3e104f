// Package target says which addresses PLOG may send requests to, whether to
// fetch a document or to make load.
package target

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

// Policy decides which hosts and addresses may be reached. The zero value
// allows loopback and private addresses, and nothing else. Link-local,
// metadata, multicast and unspecified addresses are refused whatever it says.
type Policy struct {
	// AllowHosts are further hosts: "api.example.com", "*.example.com", an
	// address, a prefix such as "203.0.113.0/24", or "*" for any.
	AllowHosts []string
}

// CheckURL returns nil when u may be requested as far as u itself tells, an
// Invalid error when it is no http(s) address, and a Forbidden one when it
// names an address that is refused. The addresses that a name stands for are
// known only on connecting: check them with CheckHostAddr then.
func (p Policy) CheckURL(u *url.URL) error {
	switch {
	case u == nil || u.Opaque != "" || u.Hostname() == "" && (u.Scheme == "" || u.Scheme == "http" || u.Scheme == "https"):
		return domain.Errorf(domain.Invalid, "target.host",
			"The address has no host. Write it like http://localhost:8080.")
	case u.Scheme != "http" && u.Scheme != "https":
		return domain.Errorf(domain.Invalid, "target.scheme",
			"“{{.Scheme}}” addresses cannot be used. Write one that starts with http:// or https://.", "Scheme", u.Scheme)
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		return p.CheckAddr(a)
	}
	return nil
}

// CheckAddr returns nil when the address may be reached, else a Forbidden error.
func (p Policy) CheckAddr(a netip.Addr) error { return p.CheckHostAddr("", a) }

// CheckHostAddr is CheckAddr for an address that host was resolved to: a
// public address is allowed when either is on the list.
func (p Policy) CheckHostAddr(host string, a netip.Addr) error {
	a = embedded(a)
	switch {
	case forbidden(a):
		return domain.Errorf(domain.Forbidden, "target.never",
			"{{.Address}} is a link-local, metadata, multicast or unspecified address, which PLOG never contacts.", "Address", a.String())
	case a.IsLoopback(), a.IsPrivate(), shared.Contains(a), p.allows(host, a):
		return nil
	}
	shown := a.String()
	if host != "" && host != shown {
		shown = host + " (" + shown + ")"
	}
	return domain.Errorf(domain.Forbidden, "target.public",
		"{{.Host}} is outside this machine and its private networks. An administrator can add it to the allowed hosts.", "Host", shown)
}

func (p Policy) allows(host string, a netip.Addr) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(p.AllowHosts, func(entry string) bool {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			return prefix.Contains(a)
		}
		if addr, err := netip.ParseAddr(entry); err == nil {
			return embedded(addr) == a
		}
		if domain, isWild := strings.CutPrefix(entry, "*."); isWild {
			return strings.HasSuffix(host, "."+domain)
		}
		return entry == "*" || entry != "" && entry == host
	})
}

var (
	shared    = netip.MustParsePrefix("100.64.0.0/10")
	nat64     = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour = netip.MustParsePrefix("2002::/16")
	thisNet   = netip.MustParsePrefix("0.0.0.0/8")
	reserved  = netip.MustParsePrefix("240.0.0.0/4")
	// metadata are the addresses at which clouds tell machines their secrets,
	// where they are not link-local.
	metadata = []netip.Addr{
		netip.MustParseAddr("100.100.100.200"), // Alibaba
		netip.MustParseAddr("168.63.129.16"),   // Azure
		netip.MustParseAddr("192.0.0.192"),     // Oracle
		netip.MustParseAddr("fd00:ec2::254"),   // AWS
		netip.MustParseAddr("fd20:ce::254"),    // Google
	}
)

func forbidden(a netip.Addr) bool {
	return !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() ||
		thisNet.Contains(a) || reserved.Contains(a) || slices.Contains(metadata, a)
}

// embedded returns the IPv4 address that an IPv6 one is a way to write, so that
// none is reached around the rules.
func embedded(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case sixToFour.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}
