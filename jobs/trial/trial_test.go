package trial_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/target"
	"plog.dev/plog/jobs/local"
	"plog.dev/plog/jobs/trial"
)

func TestMain(m *testing.M) {
	if code, asked := local.Supervised(os.Args); asked {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// newTrier returns a Trier with this repository's k6, or with PLOG_K6, and the
// folder it works in.
func newTrier(t *testing.T) (trier *trial.Trier, dir string) {
	t.Helper()
	dir = t.TempDir()
	runner := local.New(local.Config{Dir: dir, Binary: binary()})
	if _, err := runner.Version(t.Context()); err != nil {
		t.Skip("no k6 with PLOG's output, set PLOG_K6 or build bin/k6: ", err)
	}
	return trial.New(config(runner)), dir
}

func binary() string {
	if named := os.Getenv("PLOG_K6"); named != "" {
		return named
	}
	return filepath.Join("..", "..", "bin", "k6")
}

func config(runner *local.Runner) trial.Config {
	return trial.Config{
		K6:          runner,
		CheckTarget: func(context.Context, string) error { return nil },
		Blocked:     func(context.Context, string) []netip.Prefix { return target.Policy{}.Blocked("") },
	}
}

func plan(url string, steps ...loadtest.Step) loadtest.Plan {
	return loadtest.Plan{Name: "trial", BaseURL: url, Scenarios: []loadtest.Scenario{{Steps: steps}}}
}

func step(method, path string, params ...string) loadtest.Step {
	s := loadtest.Step{Method: method, Path: path}
	for i := 0; i+1 < len(params); i += 2 {
		s.Request.PathParams = append(s.Request.PathParams, loadtest.Param{Name: params[i], Value: params[i+1]})
	}
	return s
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// try tries the plan out and sees to it that nothing of that is left.
func try(t *testing.T, p loadtest.Plan) []loadtest.Exchange {
	t.Helper()
	trier, dir := newTrier(t)
	got, err := trier.Try(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return got
}

// answer returns the response to the only step of the plan.
func answer(t *testing.T, p loadtest.Plan) loadtest.Response {
	t.Helper()
	got := try(t, p)
	if len(got) != 1 || got[0].Response == nil || !got[0].Problem.IsZero() {
		t.Fatalf("exchanges %+v", got)
	}
	return *got[0].Response
}

func values(params []loadtest.Param) map[string]string {
	all := map[string]string{}
	for _, p := range params {
		all[p.Name] = p.Value
	}
	return all
}

func TestAnExchangeIsWhatWasSentAndAnswered(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.Header.Get("X-Own"), body)
	})
	s := step("POST", "/pets/{id}", "id", "김 치/1")
	s.Request.Query = []loadtest.Param{{Name: "q", Value: "a&b"}}
	s.Request.Headers = []loadtest.Param{{Name: "X-Own", Value: "mine"}}
	s.Request.Body = &loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "text/plain", Text: "두 그릇"}
	s.ExpectStatus = []int{200}
	got := try(t, plan(url, s))
	if len(got) != 1 || got[0].Response == nil {
		t.Fatalf("exchanges %+v", got)
	}
	x := got[0]
	address := "/pets/%EA%B9%80%20%EC%B9%98%2F1?q=a%26b"
	if x.Step != "POST /pets/{id}" || x.Path != "/pets/{id}" || x.Scenario != "default" || x.Expected || x.Request.Method != "POST" || x.Request.URL != url+address || x.Request.Body != "두 그릇" {
		t.Errorf("exchange %+v", x)
	}
	if sent := values(x.Request.Headers); sent["X-Own"] != "mine" || sent["Content-Type"] != "text/plain" || !strings.HasPrefix(sent["User-Agent"], "Grafana k6") {
		t.Errorf("sent headers %v", sent)
	}
	r := *x.Response
	if want := "POST " + address + " mine 두 그릇"; string(r.Body) != want || r.Bytes != int64(len(want)) || r.Truncated {
		t.Errorf("body %q of %d bytes, want %q", r.Body, r.Bytes, want)
	}
	if r.Status != 201 || r.Text != "201 Created" || r.Protocol != "HTTP/1.1" || r.RemoteIP != "127.0.0.1" || r.URL != "" || values(r.Headers)["Set-Cookie"] != "a=1, b=2" {
		t.Errorf("response %+v", r)
	}
}

func TestBodiesComeBackByteForByte(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	for name, sent := range map[string][]byte{
		"nothing": nil, "every byte": every, "text": []byte("가\u2028\u2029😀\"\\"), "broken text": []byte("\xff\xfe가\xed\xa0\x80"),
		"as much as is kept": bytes.Repeat([]byte{0xff, 0, 'a'}, loadtest.MaxExchangeBody/3+1)[:loadtest.MaxExchangeBody],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plan(serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				_, _ = w.Write(body)
			}), step("PUT", "/"))
			p.Headers = []loadtest.Header{{Name: "Authorization", Value: "Bearer not-in-it", Secret: true}}
			p.Scenarios[0].Steps[0].Request.Body = &loadtest.Body{Kind: loadtest.BodyBinary, Base64: base64.StdEncoding.EncodeToString(sent)}
			got := try(t, p)
			r := got[0].Response
			if r == nil || !bytes.Equal(r.Body, sent) || r.Bytes != int64(len(sent)) || r.Truncated {
				t.Fatalf("%+v", got)
			}
			if got[0].Request.Body != string(sent) {
				t.Errorf("request's body has %d bytes, want %d", len(got[0].Request.Body), len(sent))
			}
		})
	}
}

func TestLargeBodiesAreCut(t *testing.T) {
	const size = 5 << 20
	r := answer(t, plan(serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("0123456789abcdef"), size/16))
	}), step("GET", "/")))
	if len(r.Body) != loadtest.MaxExchangeBody || r.Bytes != size || !r.Truncated || !bytes.HasPrefix(r.Body, []byte("0123456789abcdef0")) {
		t.Errorf("%d of %d bytes, truncated %t", len(r.Body), r.Bytes, r.Truncated)
	}
}

func TestSecretsAreMaskedWhereverTheyComeBack(t *testing.T) {
	const secret = "Bearer s3cr/et-t0ken김"
	long := strings.Repeat("x", loadtest.MaxExchangeBody-8) // the cut goes through the secret
	var sent string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = r.Header.Get("Authorization")
		w.Header().Set("X-Echo", "you are "+sent)
		w.Header().Set("Location", "/?token=s3cr%2Fet-t0ken%EA%B9%80")
		fmt.Fprintf(w, `\xff{"you":"%s","word":"s3cr\/et-t0ken\uae40"}%s`, sent, long[:len(long)-60])
		_, _ = io.WriteString(w, "s3cr/et-t0ken김s3cr/et-t0ken김")
	})
	p := plan(url, step("GET", "/{id}", "id", "s3cr/et-t0ken김"))
	p.Headers = []loadtest.Header{{Name: "Authorization", Value: secret, Secret: true}}
	p.Scenarios[0].Steps[0].Request.Body = &loadtest.Body{Kind: loadtest.BodyRaw, Text: "I am " + secret}
	got := try(t, p)
	if sent != secret {
		t.Fatalf("the target was sent %q", sent)
	}
	all := fmt.Sprintf("%+v %+v %s", got, *got[0].Response, got[0].Response.Body)
	for _, part := range []string{"s3cr", "t0ken", "et-t"} {
		if strings.Contains(all, part) {
			t.Errorf("an exchange shows %q", part)
		}
	}
	if values(got[0].Request.Headers)["Authorization"] != loadtest.Mask || !strings.Contains(string(got[0].Response.Body), loadtest.Mask) {
		t.Errorf("exchange %.500s", all)
	}
}

func TestTimingsTellWhereTheTimeWent(t *testing.T) {
	const pause = 150 * time.Millisecond
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-time.After(pause)
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-time.After(pause)
		_, _ = io.WriteString(w, "late")
	}))
	t.Cleanup(server.Close)
	p := plan(server.URL, step("GET", "/"))
	p.Options.InsecureTLS = true
	r := answer(t, p)
	split := r.Timings
	if split.Wait < pause || split.Receive < pause*9/10 || split.Connect <= 0 || split.TLS <= 0 || split.Lookup < 0 {
		t.Errorf("timings %+v", split)
	}
	if sum := split.Lookup + split.Connect + split.TLS + split.Send + split.Wait + split.Receive; split.Total != sum || sum < 2*pause*9/10 {
		t.Errorf("total %v of %+v", split.Total, split)
	}
}

func TestRedirectsAreFollowedAsInARun(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old" {
			http.Redirect(w, r, "/new", http.StatusFound)
		}
	})
	r := answer(t, plan(url, step("GET", "/old")))
	if r.Status != 200 || r.URL != url+"/new" {
		t.Errorf("response %+v", r)
	}
	none := 0
	p := plan(url, step("GET", "/old"))
	p.Options.MaxRedirects = &none
	if r := answer(t, p); r.Status != 302 || r.URL != "" {
		t.Errorf("without redirects: %+v", r)
	}
}

func TestJourneysKeepTheirCookiesAndOthersHaveNone(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hello" {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "mine"})
			return
		}
		c, err := r.Cookie("session")
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, c.Value)
	})
	steps := []loadtest.Step{step("GET", "/hello"), step("GET", "/who")}
	p := plan(url, steps...)
	p.Scenarios[0].Name = "rotation"
	p.Scenarios = append(p.Scenarios, loadtest.Scenario{Name: "journey", Order: loadtest.Journey, Steps: steps})
	got := map[string]int{}
	for _, x := range try(t, p) {
		got[x.Scenario+" "+x.Step] = x.Response.Status
		if sent := values(x.Request.Headers)["Cookie"]; (sent == "session=mine") != (x.Response.Status == 200 && x.Step == "GET /who") {
			t.Errorf("%s %s was sent the cookie %q", x.Scenario, x.Step, sent)
		}
	}
	want := map[string]int{"rotation GET /hello": 200, "rotation GET /who": 401, "journey GET /hello": 200, "journey GET /who": 200}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statuses, -want +got:\n%s", diff)
	}
}

func TestOfVariantsTheFirstIsSent(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RequestURI) })
	s := step("GET", "/{id}", "id", "none")
	s.Variants = []loadtest.Request{step("GET", "", "id", "first").Request, step("GET", "", "id", "second").Request}
	if r := answer(t, plan(url, s)); string(r.Body) != "/first" {
		t.Errorf("sent %s", r.Body)
	}
}
