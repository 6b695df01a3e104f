package target_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plog.dev/plog/domain/target"
)

const host = "api.example.com"

// What the policy refuses on connecting is what a generator is kept from.
func TestBlockedIsWhatIsRefused(t *testing.T) {
	for name, allow := range map[string][]string{
		"private only": nil,
		"host allowed": {host},
		"any":          {"*"},
		"networks":     {"203.0.113.77/24", " 8.8.8.8 ", "::ffff:9.9.9.9", "2001:db8:7::/48", "2606:4700::1111", "other.example.com"},
		"wide":         {"128.0.0.0/1", "169.254.0.0/16", "2000::/4"},
		"everything":   {"0.0.0.0/0", "::/0"},
	} {
		t.Run(name, func(t *testing.T) {
			p := target.Policy{AllowHosts: allow}
			check := checkBlocked(p)
			for _, raw := range []string{
				"127.0.0.1", "10.0.0.1", "172.31.255.255", "172.32.0.0", "192.168.1.1", "100.64.0.1", "169.254.169.254",
				"100.100.100.200", "8.8.8.7", "8.8.8.8", "8.8.8.9", "9.9.9.9", "203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0",
				"::1", "fd12::1", "fd00:ec2::254", "fe80::1", "2606:4700::1110", "2606:4700::1111", "2606:4700::1112",
				"2001:db8:6:ffff::1", "2001:db8:7::", "2001:db8:7:ffff::1", "2001:db8:8::", "2fff::1", "3000::1",
			} {
				check(t, netip.MustParseAddr(raw))
			}
			rapid.Check(t, func(t *rapid.T) {
				var b [16]byte
				binary.BigEndian.PutUint32(b[:], rapid.Uint32().Draw(t, "address"))
				check(t, netip.AddrFrom4([4]byte(b[:4])))
				b[0] = 0x20 | b[0]&0x1f // what is routed of IPv6
				if a := netip.AddrFrom16(b); !netip.MustParsePrefix("2002::/16").Contains(a) {
					check(t, a)
				}
			})
		})
	}
}

// Random networks and random addresses seldom meet, so addresses are drawn
// from around the networks.
func TestListedNetworksStayOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var allow []string
		var near []netip.Addr
		for range rapid.IntRange(1, 4).Draw(t, "networks") {
			var b [16]byte
			for i := range b {
				b[i] = rapid.Byte().Draw(t, "byte")
			}
			b[0] = 0x30 | b[0]&0x0f // routed IPv6, public IPv4
			a := netip.AddrFrom16(b)
			if rapid.Bool().Draw(t, "IPv4") {
				a = netip.AddrFrom4([4]byte(b[:4]))
			}
			bits := rapid.IntRange(4, a.BitLen()).Draw(t, "bits")
			allow = append(allow, netip.PrefixFrom(a, bits).String())
			flipped := a.AsSlice()
			bit := rapid.IntRange(4, a.BitLen()-1).Draw(t, "flipped")
			flipped[bit/8] ^= 0x80 >> (bit % 8)
			other, _ := netip.AddrFromSlice(flipped)
			near = append(near, a, other)
		}
		check := checkBlocked(target.Policy{AllowHosts: allow})
		for _, a := range near {
			check(t, a)
		}
	})
}

func TestOtherWaysToWriteIPv4StayBlocked(t *testing.T) {
	for _, allow := range [][]string{nil, {"2000::/3", "64:ff9b::/96", "::/0"}} {
		blocked := target.Policy{AllowHosts: allow}.Blocked(host)
		for _, raw := range []string{"2002:a9fe:a9fe::1", "64:ff9b::a9fe:a9fe", "2002:808:808::1", "64:ff9b::808:808"} {
			a := netip.MustParseAddr(raw)
			if !slices.ContainsFunc(blocked, func(n netip.Prefix) bool { return n.Contains(a) }) {
				t.Errorf("%s is open with %q", a, allow)
			}
		}
	}
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

func checkBlocked(p target.Policy) func(failer, netip.Addr) {
	blocked := p.Blocked(host)
	return func(t failer, a netip.Addr) {
		t.Helper()
		refused := p.CheckHostAddr(host, a) != nil
		if got := slices.ContainsFunc(blocked, func(n netip.Prefix) bool { return n.Contains(a) }); got != refused {
			t.Errorf("%s with %q: blocked %t, refused %t", a, p.AllowHosts, got, refused)
		}
	}
}
