package discover

import (
	"context"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/domain/target"
)

const (
	fetchTimeout = 20 * time.Second
	maxRedirects = 5
	maxHeaders   = 1 << 20

	// Some frameworks answer one address with a page or with the document, as is wished.
	wanted = "application/openapi+json, application/vnd.oai.openapi+json, application/json;q=0.95, application/yaml;q=0.9, text/html;q=0.8, */*;q=0.5"
)

// Fetcher gets documents and pages by HTTP within hard limits: http(s) only,
// the policy's addresses only, no proxy, at most 5 redirects, 64 MiB and 20 s
// for each. What it refuses is logged once for each host and reason.
type Fetcher struct {
	policy   target.Policy
	log      *slog.Logger
	timeout  time.Duration
	max      int64
	resolver *net.Resolver
}

// Option changes a Fetcher.
type Option func(*Fetcher)

// WithLog has refusals logged: the host and the reason, never a path or a secret.
func WithLog(log *slog.Logger) Option { return func(f *Fetcher) { f.log = log } }

// WithTimeout limits each fetch; three times as much is the limit of a search.
func WithTimeout(d time.Duration) Option { return func(f *Fetcher) { f.timeout = d } }

// WithResolver has names looked up by r.
func WithResolver(r *net.Resolver) Option { return func(f *Fetcher) { f.resolver = r } }

// NewFetcher returns a Fetcher that reaches what policy allows.
func NewFetcher(policy target.Policy, options ...Option) *Fetcher {
	f := &Fetcher{policy: policy, log: slog.New(slog.DiscardHandler), timeout: fetchTimeout, max: openapi.MaxBytes}
	for _, o := range options {
		o(f)
	}
	return f
}

// visitor fetches for one search. It knows where the search began, which
// decides who may see its credentials and which networks it may enter.
type visitor struct {
	*Fetcher
	client  *http.Client
	headers credentials
	inside  networks
	told    map[refused]bool
}

type refused struct{ host, why string }

// visit returns a visitor whose headers go to the origin of start alone.
// Close it when the search is over.
func (f *Fetcher) visit(start *url.URL, headers []domain.FetchHeader) (*visitor, error) {
	given, err := newCredentials(start, headers)
	if err != nil {
		return nil, err
	}
	v := &visitor{Fetcher: f, headers: given, told: map[refused]bool{}}
	v.client = &http.Client{
		CheckRedirect: v.checkRedirect,
		Transport: &http.Transport{
			DialContext:            v.dial,
			MaxIdleConnsPerHost:    probes,
			IdleConnTimeout:        10 * time.Second,
			TLSHandshakeTimeout:    f.timeout / 2,
			MaxResponseHeaderBytes: maxHeaders,
		},
	}
	return v, nil
}

// Close closes the visitor's connections.
func (v *visitor) Close() { v.client.CloseIdleConnections() }

// response is what an address answered with.
type response struct {
	URL    *url.URL // after redirects
	Status int
	Type   string // media type without parameters, "" when unknown
	Header http.Header
	Body   []byte // decompressed, UTF-8 where the answer said how to decode it
}

func (r response) ok() bool { return r.Status >= 200 && r.Status < 300 }

// get fetches an address within the limit. Any answer is a response, whatever
// its status; an error is a *domain.Error with a sentence of its own for each
// cause, or that of a cancelled ctx. It may be called by several goroutines.
func (v *visitor) get(ctx context.Context, u *url.URL, limit time.Duration) (response, error) {
	if err := v.policy.CheckURL(u); err != nil {
		return response{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return response{}, badAddress(u.Redacted(), err)
	}
	req.Header.Set("Accept", wanted)
	req.Header.Set("User-Agent", "PLOG")
	v.headers.add(req)
	res, err := v.client.Do(req)
	if err != nil {
		return response{}, v.explain(u, limit, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := v.read(res)
	if err != nil {
		return response{}, v.explain(u, limit, err)
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

// tell logs a refusal the first time it happens to a host.
func (v *visitor) tell(ctx context.Context, u *url.URL, err error) {
	why := keyOf(err)
	if key := (refused{u.Host, why}); refusals[why] && !v.told[key] {
		v.told[key] = true
		v.log.WarnContext(ctx, "refused while looking for an API document", "host", u.Host, "reason", why)
	}
}
