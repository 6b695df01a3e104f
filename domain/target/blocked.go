package target

import (
	"net/netip"
	"slices"
	"strings"
)

// Blocked returns the networks that a load generator whose target is host must
// not connect to, whatever a redirect or a changed name says: those PLOG never
// contacts, and, unless host is on the list by its name, everything public but
// the networks and addresses on the list. IPv6 ways to write IPv4 addresses are
// blocked then, too.
func (p Policy) Blocked(host string) []netip.Prefix {
	blocked := []netip.Prefix{
		thisNet, reserved,
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("224.0.0.0/4"),
		netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("ff00::/8"),
	}
	for _, a := range metadata {
		blocked = append(blocked, netip.PrefixFrom(a, a.BitLen()))
	}
	if p.allows(host, netip.Addr{}) {
		return blocked
	}
	open := append(p.networks(),
		shared, netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	)
	blocked = append(blocked, outside(netip.MustParsePrefix("0.0.0.0/0"), open)...)
	blocked = append(blocked, outside(netip.MustParsePrefix("2000::/3"), open)...)
	return append(blocked, sixToFour, nat64)
}

// networks returns what of the list is no name; an address is a network of one.
func (p Policy) networks() []netip.Prefix {
	var all []netip.Prefix
	for _, entry := range p.AllowHosts {
		entry = strings.TrimSpace(entry)
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			all = append(all, prefix.Masked())
		} else if addr, err := netip.ParseAddr(entry); err == nil {
			addr = embedded(addr)
			all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
		}
	}
	return all
}

// outside returns what of whole lies in none of the networks within it.
func outside(whole netip.Prefix, within []netip.Prefix) []netip.Prefix {
	if !slices.ContainsFunc(within, whole.Overlaps) {
		return []netip.Prefix{whole}
	}
	if slices.ContainsFunc(within, func(n netip.Prefix) bool { return n.Bits() <= whole.Bits() && n.Contains(whole.Addr()) }) {
		return nil
	}
	low := netip.PrefixFrom(whole.Addr(), whole.Bits()+1)
	b := whole.Addr().AsSlice()
	b[whole.Bits()/8] |= 0x80 >> (whole.Bits() % 8)
	high, _ := netip.AddrFromSlice(b)
	return append(outside(low, within), outside(netip.PrefixFrom(high, low.Bits()), within)...)
}
