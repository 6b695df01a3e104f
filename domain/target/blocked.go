package target

import (
	"net/netip"
	"slices"
)

// Blocked returns the networks that a load generator whose target is host must
// not connect to, whatever a redirect or a changed name says: those PLOG never
// contacts, and, unless host is on the list, everything public.
func (p Policy) Blocked(host string) []netip.Prefix {
	blocked := []netip.Prefix{
		thisNet, reserved,
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("224.0.0.0/4"),
		netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("ff00::/8"),
	}
	for _, a := range metadata {
		blocked = append(blocked, netip.PrefixFrom(a, a.BitLen()))
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		addr = netip.Addr{}
	}
	if p.allows(host, addr) {
		return blocked
	}
	private := []netip.Prefix{
		shared, netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"),
		netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	}
	blocked = append(blocked, outside(netip.MustParsePrefix("0.0.0.0/0"), private)...)
	return append(blocked, netip.MustParsePrefix("2000::/3"), nat64)
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
