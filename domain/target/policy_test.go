package target_test

import (
	"net/netip"
	"net/url"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/target"
)

func TestCheckAddr(t *testing.T) {
	for _, c := range []struct {
		addr  string
		allow []string
		want  domain.Code
	}{
		{"127.0.0.1", nil, ""},
		{"127.8.8.8", nil, ""},
		{"::1", nil, ""},
		{"10.1.2.3", nil, ""},
		{"172.31.0.1", nil, ""},
		{"192.168.0.1", nil, ""},
		{"100.64.0.7", nil, ""},
		{"fd12::1", nil, ""},
		{"::ffff:10.0.0.1", nil, ""},
		{"8.8.8.8", nil, domain.Forbidden},
		{"2606:4700::1111", nil, domain.Forbidden},
		{"8.8.8.8", []string{"*"}, ""},
		{"8.8.8.8", []string{"8.8.8.0/24"}, ""},
		{"8.8.8.8", []string{"8.8.8.8"}, ""},
		{"8.8.8.8", []string{"9.9.9.9", "example.com", ""}, domain.Forbidden},
		{"169.254.169.254", []string{"*", "169.254.169.254"}, domain.Forbidden},
		{"169.254.1.1", []string{"*"}, domain.Forbidden},
		{"fe80::1%eth0", []string{"*"}, domain.Forbidden},
		{"100.100.100.200", []string{"*"}, domain.Forbidden},
		{"fd00:ec2::254", []string{"*"}, domain.Forbidden},
		{"::ffff:169.254.169.254", []string{"*"}, domain.Forbidden},
		{"64:ff9b::a9fe:a9fe", []string{"*"}, domain.Forbidden},
		{"2002:a9fe:a9fe::1", []string{"*"}, domain.Forbidden},
		{"0.0.0.0", []string{"*"}, domain.Forbidden},
		{"0.1.2.3", []string{"*"}, domain.Forbidden},
		{"::", []string{"*"}, domain.Forbidden},
		{"224.0.0.1", []string{"*"}, domain.Forbidden},
		{"ff02::1", []string{"*"}, domain.Forbidden},
		{"255.255.255.255", []string{"*"}, domain.Forbidden},
	} {
		err := target.Policy{AllowHosts: c.allow}.CheckAddr(netip.MustParseAddr(c.addr))
		if got := domain.CodeOf(err); got != c.want {
			t.Errorf("CheckAddr(%s) with %q: code %q (%v), want %q", c.addr, c.allow, got, err, c.want)
		}
	}
}

func TestAllowedNames(t *testing.T) {
	public := netip.MustParseAddr("203.0.113.9")
	p := target.Policy{AllowHosts: []string{"api.example.com", "*.Example.org"}}
	for host, want := range map[string]domain.Code{
		"api.example.com":  "",
		"API.example.com.": "",
		"a.b.example.org":  "",
		"example.org":      domain.Forbidden,
		"evilexample.org":  domain.Forbidden,
		"example.com":      domain.Forbidden,
		"":                 domain.Forbidden,
	} {
		if got := domain.CodeOf(p.CheckHostAddr(host, public)); got != want {
			t.Errorf("CheckHostAddr(%q) = %q, want %q", host, got, want)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for raw, want := range map[string]domain.Code{
		"http://localhost:8080":               "",
		"https://api.example.com/v1":          "", // decided when it is resolved
		"http://127.0.0.1":                    "",
		"http://8.8.8.8/":                     domain.Forbidden,
		"http://[fe80::1]/":                   domain.Forbidden,
		"http://169.254.169.254/latest":       domain.Forbidden,
		"ftp://localhost":                     domain.Invalid,
		"file:///etc/passwd":                  domain.Invalid,
		"localhost:8080":                      domain.Invalid,
		"http://":                             domain.Invalid,
		"/path":                               domain.Invalid,
		"http://[::ffff:169.254.169.254]:80/": domain.Forbidden,
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := domain.CodeOf(target.Policy{}.CheckURL(u)); got != want {
			t.Errorf("CheckURL(%s) = %q, want %q", raw, got, want)
		}
	}
	if got := domain.CodeOf(target.Policy{}.CheckURL(nil)); got != domain.Invalid {
		t.Errorf("CheckURL(nil) = %q", got)
	}
}
