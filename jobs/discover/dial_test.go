package discover

import (
	"net/netip"
	"testing"
)

// TestFromOutsideNothingInsideIsReached follows what a search may connect to
// after what it was connected to.
func TestFromOutsideNothingInsideIsReached(t *testing.T) {
	type step struct {
		host, address string
		allowed       bool
	}
	for name, steps := range map[string][]step{
		"begins inside":             {{"a", "10.0.0.1", true}, {"b", "127.0.0.1", true}, {"c", "8.8.8.8", true}, {"a", "10.0.0.2", true}},
		"begins outside":            {{"a", "8.8.8.8", true}, {"b", "8.8.4.4", true}, {"c", "10.0.0.1", false}, {"localhost", "::1", false}},
		"a name that turns inwards": {{"a", "10.0.0.1", true}, {"b", "8.8.8.8", true}, {"b", "192.168.0.1", false}, {"a", "10.0.0.1", true}},
		"mapped":                    {{"a", "8.8.8.8", true}, {"a", "::ffff:127.0.0.1", false}},
	} {
		t.Run(name, func(t *testing.T) {
			var n networks
			for _, s := range steps {
				a := netip.MustParseAddr(s.address)
				err := n.check(s.host, a)
				if (err == nil) != s.allowed {
					t.Fatalf("%s at %s: %v", s.host, a, err)
				}
				if err == nil {
					n.connected(s.host, a)
				}
			}
		})
	}
}
