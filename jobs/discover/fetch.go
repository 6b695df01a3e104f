package discover

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"golang.org/x/net/html/charset"

	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/domain/target"
)

const (
	fetchTimeout = 20 * time.Second
	maxRedirects = 5
	maxHeaders   = 1 << 20
)

// Fetcher gets documents and pages by HTTP within hard limits: http(s) only,
// the policy's addresses only, no proxy, at most 5 redirects, 64 MiB and 20 s.
type Fetcher struct {
	policy  target.Policy
	client  *http.Client
	timeout time.Duration
	max     int64
}

// NewFetcher returns a Fetcher that reaches what policy allows. Close it when
// it is no longer needed.
func NewFetcher(policy target.Policy) *Fetcher {
	f := &Fetcher{policy: policy, timeout: fetchTimeout, max: openapi.MaxBytes}
	f.client = &http.Client{
		CheckRedirect: f.checkRedirect,
		Transport: &http.Transport{
			DialContext:            f.dial,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        10 * time.Second,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxResponseHeaderBytes: maxHeaders,
		},
	}
	return f
}

// Close closes idle connections.
func (f *Fetcher) Close() { f.client.CloseIdleConnections() }

// response is what an address answered with.
type response struct {
	URL    *url.URL // after redirects
	Status int
	Type   string // media type without parameters, "" when unknown
	Header http.Header
	Body   []byte // decompressed, UTF-8 where the answer said how to decode it
}

func (r response) ok() bool { return r.Status >= 200 && r.Status < 300 }

// get fetches an address. Any answer is a response, whatever its status; an
// error is a *domain.Error with a sentence of its own for each cause.
func (f *Fetcher) get(ctx context.Context, u *url.URL) (response, error) {
	if err := f.policy.CheckURL(u); err != nil {
		return response{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return response{}, badAddress(u.Redacted(), err)
	}
	req.Header.Set("Accept", "application/json, application/yaml;q=0.9, text/html;q=0.8, */*;q=0.5")
	req.Header.Set("User-Agent", "PLOG")
	res, err := f.client.Do(req)
	if err != nil {
		return response{}, f.explain(u, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := f.read(res)
	if err != nil {
		return response{}, f.explain(u, err)
	}
	mediaType, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil {
		mediaType = ""
	}
	return response{
		URL: res.Request.URL, Status: res.StatusCode, Type: mediaType, Header: res.Header,
		Body: toUTF8(body, params["charset"]),
	}, nil
}

var (
	errTooLarge = errors.New("too large")
	errPacked   = errors.New("compressed wrongly")
)

func (f *Fetcher) read(res *http.Response) ([]byte, error) {
	body, err := limited(res.Body, f.max)
	if err != nil {
		return nil, err
	}
	// The transport unpacks what it asked for; some servers pack unasked.
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return unpack(body, f.max)
	}
	return body, nil
}

func unpack(packed []byte, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errors.Join(errPacked, err)
	}
	body, err := limited(z, limit)
	if err != nil && !errors.Is(err, errTooLarge) {
		err = errors.Join(errPacked, err)
	}
	return body, err
}

func limited(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, errTooLarge
	}
	return body, nil
}

func toUTF8(body []byte, label string) []byte {
	if label == "" {
		return body
	}
	r, err := charset.NewReaderLabel(label, bytes.NewReader(body))
	if err != nil {
		return body
	}
	decoded, err := io.ReadAll(r)
	if err != nil {
		return body
	}
	return decoded
}

var (
	errRedirectLoop  = errors.New("redirects in a circle")
	errManyRedirects = errors.New("too many redirects")
)

func (f *Fetcher) checkRedirect(req *http.Request, via []*http.Request) error {
	if err := f.policy.CheckURL(req.URL); err != nil {
		return err
	}
	if slices.ContainsFunc(via, func(r *http.Request) bool { return r.URL.String() == req.URL.String() }) {
		return errRedirectLoop
	}
	if len(via) > maxRedirects {
		return errManyRedirects
	}
	return nil
}

// dial checks every address that a name is resolved to at the moment it is
// connected to, so that no second answer of a name server gets around it.
func (f *Fetcher) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{
		Timeout: 10 * time.Second,
		Control: func(_, resolved string, _ syscall.RawConn) error {
			a, err := netip.ParseAddrPort(resolved)
			if err != nil {
				return fmt.Errorf("resolved address %q: %w", resolved, err)
			}
			return f.policy.CheckHostAddr(host, a.Addr())
		},
	}
	return d.DialContext(ctx, network, address)
}
