package target_test

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plog.dev/plog/domain/target"
)

// What the policy refuses on connecting is what a generator is kept from.
func TestBlockedIsWhatIsRefused(t *testing.T) {
	for name, p := range map[string]target.Policy{"private only": {}, "host allowed": {AllowHosts: []string{"api.example.com"}}} {
		t.Run(name, func(t *testing.T) {
			blocked := p.Blocked("api.example.com")
			rapid.Check(t, func(t *rapid.T) {
				var b [4]byte
				binary.BigEndian.PutUint32(b[:], rapid.Uint32().Draw(t, "address"))
				a := netip.AddrFrom4(b)
				refused := p.CheckHostAddr("api.example.com", a) != nil
				if got := slices.ContainsFunc(blocked, func(n netip.Prefix) bool { return n.Contains(a) }); got != refused {
					t.Errorf("%s: blocked %t, refused %t", a, got, refused)
				}
			})
			for _, raw := range []string{"127.0.0.1", "10.0.0.1", "172.31.255.255", "172.32.0.0", "192.168.1.1", "100.64.0.1", "169.254.169.254",
				"100.100.100.200", "8.8.8.8", "::1", "fd12::1", "fd00:ec2::254", "fe80::1", "2606:4700::1111"} {
				a := netip.MustParseAddr(raw)
				refused := p.CheckHostAddr("api.example.com", a) != nil
				if got := slices.ContainsFunc(blocked, func(n netip.Prefix) bool { return n.Contains(a) }); got != refused {
					t.Errorf("%s: blocked %t, refused %t", a, got, refused)
				}
			}
		})
	}
}
