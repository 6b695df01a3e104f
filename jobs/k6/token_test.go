package k6_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

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
