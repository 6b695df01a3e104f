package discover

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/target"
)

// networks remembers what a search was connected to. What begins at a public
// address stays outside, and so does a name that stood for one: else a public
// page, redirect or name server could have PLOG look into its own network.
type networks struct {
	mu      sync.Mutex
	begun   bool
	outside bool            // it began at a public address
	public  map[string]bool // names that stood for one
}

// check returns a Forbidden error for a private address that is led to from outside.
func (n *networks) check(host string, a netip.Addr) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if private(a) && (n.outside || n.public[host]) {
		return domain.Errorf(domain.Forbidden, "discover.inward",
			"{{.Host}} leads from a public address to {{.Address}}, which is inside this machine or its private networks. PLOG does not follow there.",
			"Host", host, "Address", a.String())
	}
	return nil
}

// connected notes that a connection was made.
func (n *networks) connected(host string, a netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !private(a) {
		if n.public == nil {
			n.public = map[string]bool{}
		}
		n.public[host] = true
		n.outside = n.outside || !n.begun
	}
	n.begun = true
}

// private reports whether a is of this machine or a private network, which is
// what the policy without exceptions allows.
func private(a netip.Addr) bool { return target.Policy{}.CheckAddr(a) == nil }

// dial checks every address that a name is resolved to at the moment it is
// connected to, so that no second answer of a name server gets around it.
func (v *visitor) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{
		Timeout:  min(v.timeout, 10*time.Second),
		Resolver: v.resolver,
		Control: func(_, resolved string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(resolved)
			if err != nil {
				return fmt.Errorf("resolved address %q: %w", resolved, err)
			}
			if err := v.policy.CheckHostAddr(host, a.Addr()); err != nil {
				return err
			}
			return v.inside.check(host, a.Addr())
		},
	}
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if a, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
		v.inside.connected(host, a.Addr())
	}
	return conn, nil
}
