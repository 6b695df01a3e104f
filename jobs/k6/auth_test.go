package k6_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

const secretText = `s3cr/t+"한<&=`

// target keeps what was asked of it, in order.
type target struct {
	*httptest.Server
	mu   sync.Mutex
	seen []*http.Request
}

func newTarget(t *testing.T, answer http.HandlerFunc) *target {
	t.Helper()
	s := &target{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		s.mu.Lock()
		s.seen = append(s.seen, r)
		s.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *target) requests() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

// hidesSecrets fails when a bundle or a log holds the secret.
func hidesSecrets(t *testing.T, p loadtest.Plan, log string, secrets ...string) {
	t.Helper()
	bundle, err := k6.Build(p.WithDefaults(loadtest.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{"the log": log}
	for name, content := range bundle.Files {
		texts[name] = string(content)
	}
	for where, text := range texts {
		for _, secret := range secrets {
			if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
				t.Errorf("%s holds %q:\n%s", where, secret, text)
			}
		}
	}
}

func TestCredentialsAreSentWhereTheyBelong(t *testing.T) {
	s := newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot) // so that examples are taken
		user, password, _ := r.BasicAuth()
		cookie, _ := r.Cookie("session")
		fmt.Fprint(w, r.URL, r.Header, user, password, cookie)
	})
	ask := loadtest.Request{
		Query:   []loadtest.Param{{Name: "page", Value: "1"}},
		Cookies: []loadtest.Param{{Name: "lang", Value: "ko"}},
	}
	p := once(
		s.URL,
		loadtest.Step{Method: "GET", Path: "/all"},
		loadtest.Step{Method: "GET", Path: "/named", Auth: []string{"cookie", "query", "unknown"}, Request: ask},
		loadtest.Step{Method: "GET", Path: "/none", Auth: []string{}},
		loadtest.Step{Method: "GET", Path: "/bearer", Auth: []string{"bearer"}},
		loadtest.Step{Method: "GET", Path: "/own", Auth: []string{"basic"}, Request: loadtest.Request{Headers: []loadtest.Param{{Name: "authorization", Value: "mine"}}}},
	)
	p.Auth = []loadtest.Credential{
		{Scheme: "header", Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: secretText},
		{Scheme: "query", Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Name: "the key", Value: secretText},
		{Scheme: "cookie", Kind: loadtest.CredentialAPIKey, In: loadtest.InCookie, Name: "session", Value: "c00kie=/+%3D"},
		{Scheme: "bearer", Kind: loadtest.CredentialBearer, Value: "b3arer"},
		{Scheme: "basic", Kind: loadtest.CredentialBasic, Username: "ann한", Password: secretText},
	}
	log, err := run(t, p)
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	type got struct{ Path, Key, Header, Cookies, Authorization, User, Password string }
	var all []got
	for _, r := range s.requests() {
		g := got{Path: r.URL.Path, Key: r.Form.Get("the key"), Header: r.Header.Get("X-Key"), Cookies: r.Header.Get("Cookie")}
		var basic bool
		if g.User, g.Password, basic = r.BasicAuth(); !basic {
			g.Authorization = r.Header.Get("Authorization")
		}
		all = append(all, g)
	}
	want := []got{
		{Path: "/all", Key: secretText, Header: secretText, Cookies: "session=c00kie=/+%3D", User: "ann한", Password: secretText},
		{Path: "/named", Key: secretText, Cookies: "lang=ko; session=c00kie=/+%3D"},
		{Path: "/none"},
		{Path: "/bearer", Authorization: "Bearer b3arer"},
		{Path: "/own", Authorization: "mine"},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
	hidesSecrets(t, p, log, secretText, "c00kie=/+%3D", "b3arer", "s3cr")
	if len(samples(t, log)) == 0 {
		t.Error("no examples, in which secrets could be seen")
	}
}

// tokens answers as a token endpoint; issued counts from 1.
func tokens(t *testing.T, seconds any, check func(*http.Request) bool) *target {
	t.Helper()
	var issued int
	return newTarget(t, func(w http.ResponseWriter, r *http.Request) {
		if !check(r) {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error":"invalid_client","error_description":"no client with %s"}`, "wr0ng")
			return
		}
		issued++
		if err := json.NewEncoder(w).Encode(map[string]any{"access_token": fmt.Sprint("tok3n-", issued), "token_type": "bearer", "expires_in": seconds}); err != nil {
			t.Error(err)
		}
	})
}

func TestTokensAreFetchedOnceAndShared(t *testing.T) {
	const id, hush = "id:한", "p+ss/ w=rd"
	for name, c := range map[string]struct {
		credential loadtest.Credential
		form       url.Values
		basic      bool
	}{
		"client, basic": {
			loadtest.Credential{Kind: loadtest.CredentialClient, ClientID: id, ClientSecret: hush, Scopes: []string{"read", "write:x"}},
			url.Values{"grant_type": {"client_credentials"}, "scope": {"read write:x"}}, true,
		},
		"client, body": {
			loadtest.Credential{Kind: loadtest.CredentialClient, ClientID: id, ClientSecret: hush, ClientAuth: loadtest.ClientAuthBody},
			url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {hush}}, false,
		},
		"public client": {
			loadtest.Credential{Kind: loadtest.CredentialClient, ClientID: id},
			url.Values{"grant_type": {"client_credentials"}, "client_id": {id}}, false,
		},
		"password": {
			loadtest.Credential{Kind: loadtest.CredentialPassword, Username: "ann", Password: hush},
			url.Values{"grant_type": {"password"}, "username": {"ann"}, "password": {hush}}, false,
		},
		"password, client": {
			loadtest.Credential{Kind: loadtest.CredentialPassword, Username: "ann", Password: secretText, ClientID: id, ClientSecret: hush},
			url.Values{"grant_type": {"password"}, "username": {"ann"}, "password": {secretText}}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := tokens(t, 3600, func(r *http.Request) bool {
				user, password, basic := r.BasicAuth()
				return basic == c.basic && (!basic || unescape(t, user) == id && unescape(t, password) == hush)
			})
			s := newTarget(t, nil)
			p := once(s.URL, step("GET", "/", 1))
			p.Scenarios[0].VUs, p.Scenarios[0].Iterations = 5, 30
			c.credential.TokenURL = endpoint.URL + "/token?tenant=a"
			p.Auth = []loadtest.Credential{c.credential}
			log, err := run(t, p)
			if err != nil || log != "" {
				t.Fatalf("k6: %v\n%s", err, log)
			}
			asked := endpoint.requests()
			if len(asked) != 1 || asked[0].Method != http.MethodPost || asked[0].URL.RawQuery != "tenant=a" {
				t.Fatalf("token requests: %v", asked)
			}
			if diff := cmp.Diff(c.form, asked[0].PostForm); diff != "" {
				t.Errorf("form, -want +got:\n%s", diff)
			}
			for _, r := range s.requests() {
				if got := r.Header.Get("Authorization"); got != "Bearer tok3n-1" {
					t.Fatalf("authorization %q", got)
				}
			}
			hidesSecrets(t, p, log, hush, secretText)
		})
	}
}

func unescape(t *testing.T, s string) string {
	t.Helper()
	text, err := url.PathUnescape(s)
	if err != nil {
		t.Error(err)
	}
	return text
}

// A token is renewed before it expires, by each VU for itself and not in every
// iteration.
func TestTokensAreRenewedInTime(t *testing.T) {
	endpoint := tokens(t, 2, func(*http.Request) bool { return true })
	issued := map[string]time.Time{}
	s := newTarget(t, nil)
	var mu sync.Mutex
	old := 0
	s.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		token := r.Header.Get("Authorization")
		if issued[token].IsZero() {
			issued[token] = time.Now()
		}
		if time.Since(issued[token]) > 2*time.Second {
			old++
		}
	})
	p := once(s.URL, step("GET", "/", 1))
	p.Scenarios[0] = loadtest.Scenario{
		Executor: loadtest.ConstantVUs, VUs: 3, Duration: dur(5 * time.Second), ThinkTime: dur(20 * time.Millisecond), Steps: p.Scenarios[0].Steps,
	}
	p.Auth = []loadtest.Credential{{Kind: loadtest.CredentialClient, ClientID: "a", ClientSecret: "b", TokenURL: endpoint.URL}}
	if log, err := run(t, p); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	mu.Lock()
	defer mu.Unlock()
	// A VU needs a new one every 1 to 1.5 seconds; the first is for all.
	if n := len(endpoint.requests()); n < 1+3*2 || n > 1+3*5 || old > 0 {
		t.Errorf("%d token requests of 3 VUs in 5 s, %d requests with an old token", n, old)
	}
}

func TestWithoutATokenThereIsNoLoad(t *testing.T) {
	refusing := tokens(t, nil, func(*http.Request) bool { return false })
	page := newTarget(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<p>sign in</p>") })
	gone := newTarget(t, nil)
	gone.Close()
	for name, c := range map[string]struct{ url, key, says string }{
		"refused":     {refusing.URL, "plan.token.refused", "status 401, “invalid_client: no client with " + loadtest.Mask + "”"},
		"page":        {page.URL, "plan.token.none", "without an access_token"},
		"unreachable": {gone.URL, "plan.token.unreachable", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newTarget(t, nil)
			p := once(s.URL, step("GET", "/", 1))
			p.Auth = []loadtest.Credential{{Scheme: "login", Kind: loadtest.CredentialClient, ClientID: "a", ClientSecret: "wr0ng", TokenURL: c.url}}
			log, err := run(t, p)
			if err == nil || len(s.requests()) > 0 {
				t.Fatalf("k6 %v, %d requests", err, len(s.requests()))
			}
			hidesSecrets(t, p, log, "wr0ng")
			var lines []string
			for line := range strings.Lines(log) {
				msg, _ := unmarshal(t, []byte(line))["msg"].(string)
				lines = append(lines, msg)
			}
			why := k6.Explain(k6.ExitScriptAborted, lines)
			if why.Key != c.key || !strings.Contains(why.String(), c.says) || !strings.Contains(why.String(), c.url) {
				t.Errorf("%s: %s, want %s with %q\n%s", why.Key, why, c.key, c.says, log)
			}
		})
	}
}

// k6 hands on all headers but a few when it follows a redirect.
func TestCredentialsStayWithTheirOrigin(t *testing.T) {
	stranger := newTarget(t, nil)
	s := newTarget(t, nil)
	s.Config.Handler = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			switch r.URL.Path {
			case "/v1/away":
				http.Redirect(w, r, stranger.URL+"/got", http.StatusTemporaryRedirect)
			case "/v1/here":
				w.Header().Set("Location", "there?x=1#part")
				w.WriteHeader(http.StatusFound)
			case "/v1/loop":
				http.Redirect(w, r, "/v1/loop", http.StatusSeeOther)
			}
		})
	}(s.Config.Handler)
	p := once(s.URL+"/v1", step("POST", "/away", 1), step("POST", "/here", 1), step("GET", "/loop", 1))
	for i := range 2 {
		p.Scenarios[0].Steps[i].Request.Body = &loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "text/plain", Text: "hello"}
	}
	p.Headers = []loadtest.Header{{Name: "X-Mine", Value: secretText, Secret: true}, {Name: "X-Open", Value: "open"}}
	p.Auth = []loadtest.Credential{
		{Scheme: "header", Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: secretText},
		{Scheme: "query", Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Name: "key", Value: secretText},
		{Scheme: "bearer", Kind: loadtest.CredentialBearer, Value: secretText},
	}
	log, err := run(t, p)
	if err != nil {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	away := stranger.requests()
	if len(away) != 1 || away[0].Method != http.MethodPost || away[0].URL.String() != "/got" || away[0].Header.Get("X-Open") != "open" {
		t.Fatalf("the other origin got %+v", away)
	}
	for _, name := range []string{"X-Mine", "X-Key", "Authorization", "Referer"} {
		if v := away[0].Header.Get(name); v != "" {
			t.Errorf("the other origin got %s: %s", name, v)
		}
	}
	counts := map[string]int{}
	for _, r := range s.requests() {
		counts[r.Method+" "+r.URL.Path]++
		if r.Header.Get("X-Key") == "" {
			t.Errorf("%s %s came without the key", r.Method, r.URL.Path)
		}
	}
	want := map[string]int{"POST /v1/away": 1, "POST /v1/here": 1, "GET /v1/there": 1, "GET /v1/loop": 11}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("requests, -want +got:\n%s", diff)
	}
}
