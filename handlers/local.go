package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// Local reports whether a request was made on this machine: it came over
// loopback, for a loopback address, and through no proxy, which would make
// everyone look local. base is the address at which browsers reach PLOG, "" if
// that is not known; unless it is a loopback address, a proxy that does not
// name itself may stand in front, and no request counts as local.
func Local(c echo.Context, base string) bool {
	r := c.Request()
	ip, err := netip.ParseAddr(c.RealIP())
	if err != nil || !ip.Unmap().IsLoopback() || !loopback((&url.URL{Host: r.Host}).Hostname()) || proxied(r.Header) {
		return false
	}
	if base == "" {
		return true
	}
	u, err := url.Parse(base)
	return err == nil && loopback(u.Hostname())
}

// proxied reports whether a proxy says that it passed a request on.
func proxied(h http.Header) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if len(h.Values(name)) > 0 {
			return true
		}
	}
	return false
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
