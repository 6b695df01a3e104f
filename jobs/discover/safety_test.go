package discover_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/discover"
)

// TestHostileServers meets servers that would hold a search up, fill the
// memory or lead it astray: each ends with a sentence of its own.
func TestHostileServers(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/silent.json", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/drip.json", func(w http.ResponseWriter, r *http.Request) {
		out := http.NewResponseController(w)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-r.Context().Done():
				return
			case <-tick.C:
				_, _ = io.WriteString(w, " ")
				_ = out.Flush()
			}
		}
	})
	for _, encoding := range []string{"br", "zstd", "deflate"} {
		mux.HandleFunc("/"+encoding+".json", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			_, _ = w.Write([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0})
		})
	}
	for name, to := range map[string]string{
		"link-local": "http://169.254.1.1/openapi.json", "metadata": "http://169.254.169.254/latest", "metadata6": "http://[fd00:ec2::254]/",
		"mapped": "http://[::ffff:169.254.169.254]/", "public": "http://8.8.8.8/", "file": "file:///etc/passwd", "gopher": "gopher://127.0.0.1:70/1",
	} {
		mux.HandleFunc("/to/"+name+".json", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		})
		mux.HandleFunc("/page/"+name+".html", text(`<!doctype html><redoc spec-url="`+to+`"></redoc>`))
	}
	base := serve(t, mux)
	for path, key := range map[string]string{
		"/silent.json": "discover.timeout", "/drip.json": "discover.timeout",
		"/br.json": "discover.encoding", "/zstd.json": "discover.encoding", "/deflate.json": "discover.encoding",
		"/to/link-local.json": "target.never", "/to/metadata.json": "target.never", "/to/metadata6.json": "target.never", "/to/mapped.json": "target.never",
		"/to/public.json": "target.public", "/to/file.json": "target.scheme", "/to/gopher.json": "target.scheme",
		"/page/metadata.html": "openapi.html", "/page/file.html": "openapi.html", "/page/public.html": "openapi.html",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			fetcher := discover.NewFetcher(policy(), discover.WithTimeout(300*time.Millisecond), discover.WithLog(slog.New(slog.NewTextHandler(&log, nil))))
			found, err := discover.NewFinder(fetcher).Find(t.Context(), discover.Request{Target: base + path + "?token=" + secret})
			var e *domain.Error
			if !errors.As(err, &e) || e.Message.Key != key {
				t.Fatalf("got %v, want %s; tried %v", err, key, found.Tried)
			}
			refused := strings.HasPrefix(key, "target.") || key == "discover.encoding"
			if got := strings.Count(log.String(), "\n"); refused && got != 1 || strings.Contains(log.String(), secret) {
				t.Errorf("logged %d times:\n%s", got, log.String())
			}
		})
	}
}

// names is a name server that gives one answer after the other, the last one
// again and again.
type names struct {
	answers []netip.Addr
	asked   atomic.Int32
}

// resolver starts the name server on this machine until the test ends.
func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer, ok := n.answer(buf[:size]); ok {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *names) answer(query []byte) ([]byte, bool) {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil, false
	}
	m.Response = true
	m.Additionals = nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		i := min(int(n.asked.Add(1)), len(n.answers)) - 1
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: n.answers[i].As4()},
		}}
	}
	packed, err := m.Pack()
	return packed, err == nil
}

// TestNamesAreCheckedOnConnecting has a name that an administrator allows stand
// for an address that is never contacted, and one that nobody allows for a
// public one.
func TestNamesAreCheckedOnConnecting(t *testing.T) {
	for name, c := range map[string]struct {
		allow   []string
		address string
		key     string
	}{
		"metadata":      {[]string{"api.example.test"}, "169.254.169.254", "target.never"},
		"unspecified":   {[]string{"*"}, "0.0.0.0", "target.never"},
		"public":        {nil, "198.51.100.7", "target.public"},
		"other allowed": {[]string{"other.example.test"}, "198.51.100.7", "target.public"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &names{answers: []netip.Addr{netip.MustParseAddr(c.address)}}
			fetcher := discover.NewFetcher(target.Policy{AllowHosts: c.allow}, discover.WithResolver(server.resolver(t)))
			_, err := discover.NewFinder(fetcher).Find(t.Context(), discover.Request{Target: "http://api.example.test/openapi.json"})
			var e *domain.Error
			if !errors.As(err, &e) || e.Message.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
}

// TestSecondAnswerOfANameServer has a name stand for this machine first and
// for an address that is never contacted at the next connection.
func TestSecondAnswerOfANameServer(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/docs.html", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "close") // so that the next fetch has to look the name up again
		_, _ = io.WriteString(w, `<!doctype html><redoc spec-url="/openapi.json"></redoc>`)
	})
	mux.HandleFunc("/openapi.json", text(document))
	_, port, err := net.SplitHostPort(strings.TrimPrefix(serve(t, mux), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	here, metadata := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("169.254.169.254")
	for _, c := range []struct {
		answers []netip.Addr
		found   bool
	}{{[]netip.Addr{here}, true}, {[]netip.Addr{here, metadata}, false}} {
		server := &names{answers: c.answers}
		fetcher := discover.NewFetcher(policy(), discover.WithResolver(server.resolver(t)))
		found, err := discover.NewFinder(fetcher).Find(t.Context(), discover.Request{Target: "http://rebound.example.test:" + port + "/docs.html"})
		if (err == nil) != c.found || server.asked.Load() < 2 {
			t.Errorf("%v: %v, asked %d times, tried %v", c.answers, err, server.asked.Load(), found.Tried)
		}
	}
}
