package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/net/html"
)

// mostBytes is what the first page may weigh on the wire.
const mostBytes = 150 << 10

type firstPageCmd struct{}

// Run measures and prints.
func (c *firstPageCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

func (c *firstPageCmd) measure(ctx context.Context, b *bench) (s section, err error) {
	err = inTemp(func(dir string) (err error) {
		server, err := b.startPLOG(ctx, dir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, server.stop()) }()
		v := newVisit(server.browser.Jar)
		if err := v.page(ctx, server.link); err != nil {
			return err
		}
		s = v.section()
		return nil
	})
	return s, err
}

// visit loads a page as a browser with an empty cache does.
type visit struct {
	client *http.Client
	wire   atomic.Int64 // bytes that came in, headers included
	known  map[string]bool
	loads  []fetched
	others []string // addresses on other hosts
}

type fetched struct {
	path string
	kind string
	wire int64 // bytes
}

func newVisit(jar http.CookieJar) *visit {
	v := &visit{known: map[string]bool{}}
	transport := &http.Transport{
		DisableCompression: true, // asked for and undone here, so that bytes are counted as sent
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := new(net.Dialer).DialContext(ctx, network, addr)
			if err != nil {
				return nil, fmt.Errorf("connect: %w", err)
			}
			return countedConn{c, &v.wire}, nil
		},
	}
	v.client = &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return v
}

type countedConn struct {
	net.Conn
	in *atomic.Int64
}

// Read counts what comes in.
func (c countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.in.Add(int64(n))
	return n, err //nolint:wrapcheck // the connection's own
}

// page loads an address, what it redirects to, and everything these need.
func (v *visit) page(ctx context.Context, address string) error {
	at, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("address: %w", err)
	}
	wanted := []*url.URL{at}
	for len(wanted) > 0 {
		next := wanted[0]
		wanted = wanted[1:]
		if next.Host != at.Host {
			v.others = append(v.others, next.String())
			continue
		}
		next.Fragment = ""
		if v.known[next.String()] {
			continue
		}
		v.known[next.String()] = true
		refs, err := v.get(ctx, next)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			if u, err := next.Parse(ref); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
				wanted = append(wanted, u)
			}
		}
	}
	return nil
}

// get loads one address and returns what it refers to.
func (v *visit) get(ctx context.Context, u *url.URL) (refs []string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", u.Path, err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	before := v.wire.Load()
	res, err := v.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", u.Path, err)
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, fmt.Errorf("load %s: %w", u.Path, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("load %s: PLOG answers %s", u.Path, res.Status)
	}
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	v.loads = append(v.loads, fetched{u.Path, kind, v.wire.Load() - before})
	if to := res.Header.Get("Location"); to != "" {
		return []string{to}, nil
	}
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", u.Path, err)
		}
		if body, err = io.ReadAll(z); err != nil {
			return nil, fmt.Errorf("load %s: %w", u.Path, err)
		}
	}
	return references(kind, body), nil
}

var (
	imports    = regexp.MustCompile(`(?m)(?:^|;)\s*(?:import|export)\s*(?:[\w*{}\s,$]+from\s*)?["']([^"']+)["']`)
	styleLinks = regexp.MustCompile(`(?:url\(\s*["']?|@import\s+["'])([^"')\s]+)`)
)

// references returns what a browser loads at once because of a file.
func references(kind string, body []byte) []string {
	var refs []string
	switch kind {
	case "text/html":
		return pageReferences(body)
	case "text/javascript":
		for _, m := range imports.FindAllSubmatch(body, -1) {
			refs = append(refs, string(m[1]))
		}
	case "text/css":
		for _, m := range styleLinks.FindAllSubmatch(body, -1) {
			refs = append(refs, string(m[1]))
		}
	}
	return refs
}

func pageReferences(body []byte) []string {
	var refs []string
	tokens := html.NewTokenizer(bytes.NewReader(body))
	for tokens.Next() != html.ErrorToken {
		t := tokens.Token()
		attr := map[string]string{}
		for _, a := range t.Attr {
			attr[a.Key] = a.Val
		}
		loaded := strings.Fields(attr["rel"])
		switch {
		case t.Data == "link" && slices.ContainsFunc(loaded, func(rel string) bool {
			return slices.Contains([]string{"stylesheet", "icon", "modulepreload", "preload", "manifest"}, rel)
		}):
			refs = append(refs, attr["href"])
		case slices.Contains([]string{"script", "img", "iframe", "source"}, t.Data) && attr["src"] != "":
			refs = append(refs, attr["src"])
		case t.Data == "use" && attr["href"] != "":
			refs = append(refs, attr["href"])
		}
	}
	return refs
}

func (v *visit) section() section {
	s := section{
		title: "First page",
		how: "From the sign-in link to the home page with an empty cache: everything a browser loads for it (redirects, styles, scripts with their " +
			"imports, icons), gzip accepted, HTTP/1.1. Bytes are those that came in over the connection, headers included.",
	}
	var sum int64
	counts, bytesOf := map[string]int{}, map[string]int64{}
	t := table{head: []string{"", "requests", "KiB"}}
	for _, l := range v.loads {
		if l.kind == "" {
			l.kind = "redirect"
		}
		sum += l.wire
		counts[l.kind]++
		bytesOf[l.kind] += l.wire
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		t.add(kind, fmt.Sprint(counts[kind]), kib(bytesOf[kind]))
	}
	t.add("all", fmt.Sprint(len(v.loads)), kib(sum))
	heaviest := table{title: "The heaviest:", head: []string{"", "KiB"}}
	slices.SortFunc(v.loads, func(a, b fetched) int { return int(b.wire - a.wire) })
	for _, l := range v.loads[:min(5, len(v.loads))] {
		heaviest.add(l.path, kib(l.wire))
	}
	s.tables = []table{t, heaviest}
	s.targets = []target{
		{"first page", "≤ " + kib(mostBytes), kib(sum), sum <= mostBytes},
		{"other hosts", "none", fmt.Sprint(len(v.others)), len(v.others) == 0},
	}
	return s
}
