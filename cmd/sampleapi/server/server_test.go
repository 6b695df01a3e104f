package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/cmd/sampleapi/server"
	"plog.dev/plog/cmd/sampleapi/truth"
)

const oneProduct = "GET /products/{productId}"

func newServer(t testing.TB, knobs map[string]any) http.Handler {
	t.Helper()
	handler, err := server.New(server.Config{Seed: 7, MemoryCap: 1 << 20, Samples: truth.DefaultLimit})
	if err != nil {
		t.Fatal(err)
	}
	turn(t, handler, knobs, http.StatusOK)
	return handler
}

func answer(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func get(t testing.TB, handler http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	return answer(handler, httptest.NewRequest(http.MethodGet, path, nil))
}

func turn(t testing.TB, handler http.Handler, knobs any, want int) string {
	t.Helper()
	body, err := json.Marshal(knobs)
	if err != nil {
		t.Fatal(err)
	}
	got := answer(handler, httptest.NewRequest(http.MethodPut, "/knobs", bytes.NewReader(body)))
	if got.Code != want {
		t.Fatalf("PUT /knobs %s: status %d: %s", body, got.Code, got.Body)
	}
	return got.Body.String()
}

type state struct {
	Seed     uint64 `json:"seed"`
	GrownKiB int64  `json:"grown_kib"`
	truth.Report
}

func truthOf(t testing.TB, handler http.Handler) state {
	t.Helper()
	var s state
	if err := json.Unmarshal(get(t, handler, "/truth").Body.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func figures(t testing.TB, handler http.Handler, operation string) truth.Figures {
	t.Helper()
	report := truthOf(t, handler)
	at := slices.IndexFunc(report.Operations, func(f truth.Figures) bool { return f.Operation == operation })
	if at < 0 {
		t.Fatalf("the truth has no %s", operation)
	}
	return report.Operations[at]
}

// What a client counts over real connections is what the truth says, the moment the last answer is read.
func TestTruthIsWhatClientsCounted(t *testing.T) {
	handler := newServer(t, map[string]any{"*": map[string]any{"error_rate": 0.3, "error_status": 503, "payload_bytes": 20000}})
	listening := httptest.NewServer(handler)
	defer listening.Close()

	var mu sync.Mutex
	counted := map[string]int64{}
	var clients sync.WaitGroup
	for client := range 8 {
		clients.Go(func() {
			for n := range 50 {
				path := fmt.Sprintf("/products/%d", client*50+n)
				response, err := http.Get(listening.URL + path) //nolint:noctx // a test's client
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(response.Body)
				if err != nil || len(body) != 20000 {
					t.Errorf("%s: %d bytes, %v", path, len(body), err)
				}
				_ = response.Body.Close()
				mu.Lock()
				counted[strconv.Itoa(response.StatusCode)]++
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	got := figures(t, handler, oneProduct)
	if diff := cmp.Diff(counted, got.Statuses); diff != "" || got.Count != 400 {
		t.Errorf("clients (-) and truth (+) differ:\n%s", diff)
	}
	if got.Statuses["503"] < 60 || got.Statuses["503"] > 180 {
		t.Errorf("%d of 400 failed at a rate of 0.3", got.Statuses["503"])
	}
}

// In the bubble the clock is exact, so the figures can be compared whole.
func TestAConcurrencyLimitSaturates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := newServer(t, map[string]any{"*": map[string]any{
			"latency": "constant(50ms)", "concurrency": 1, "queue_limit": 2,
		}})
		var requests sync.WaitGroup
		for range 4 {
			requests.Go(func() { get(t, handler, "/products/42") })
		}
		requests.Wait()

		want := truth.Figures{
			Operation: oneProduct, Count: 4, Statuses: map[string]int64{"200": 3, "503": 1},
			Latency:  truth.Summary{Count: 4, Max: 150e6, Sum: 300e6, P50: 50e6, P90: 150e6, P95: 150e6, P99: 150e6, P999: 150e6},
			Queued:   truth.Summary{Count: 4, Max: 100e6, Sum: 150e6, P90: 100e6, P95: 100e6, P99: 100e6, P999: 100e6},
			Injected: truth.Summary{Count: 4, Max: 50e6, Sum: 150e6, P50: 50e6, P90: 50e6, P95: 50e6, P99: 50e6, P999: 50e6},
		}
		if diff := cmp.Diff(want, figures(t, handler, oneProduct)); diff != "" {
			t.Errorf("truth differs (-want +got):\n%s", diff)
		}
	})
}

func TestAClientThatLeavesIsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := newServer(t, map[string]any{"*": map[string]any{"latency": "2s", "concurrency": 1}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var requests sync.WaitGroup
		for range 2 {
			requests.Go(func() {
				answer(handler, httptest.NewRequestWithContext(ctx, http.MethodGet, "/products/1", nil))
			})
		}
		requests.Wait()
		got := figures(t, handler, oneProduct)
		if got.Statuses["499"] != 2 || got.Latency.Max != int64(time.Second) {
			t.Errorf("two clients left after a second: %+v", got)
		}
		if report := truthOf(t, handler); report.InFlight != 0 {
			t.Errorf("%d requests in flight", report.InFlight)
		}
	})
}

func TestASeedRepeatsLatenciesAndErrors(t *testing.T) {
	once := func() (report truth.Report) {
		synctest.Test(t, func(t *testing.T) {
			handler := newServer(t, map[string]any{
				"*":        map[string]any{"latency": "lognormal(20ms, 0.5)", "error_rate": 0.1},
				oneProduct: map[string]any{"latency": "mix(95% 5ms, 5% uniform(100ms, 200ms))"},
			})
			for id := range 200 {
				get(t, handler, fmt.Sprintf("/products/%d", id+1))
				get(t, handler, "/products")
			}
			report = truthOf(t, handler).Report
		})
		return report
	}
	if diff := cmp.Diff(once(), once()); diff != "" {
		t.Errorf("the same seed gave:\n%s", diff)
	}
}

func TestPercentileStepsAreKnownExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := newServer(t, map[string]any{"*": map[string]any{"latency": "steps(80% 10ms, 97% 40ms, 100% 90ms)"}})
		for range 5000 {
			get(t, handler, "/cart")
		}
		got := figures(t, handler, "GET /cart").Latency
		if got.P50 != 10e6 || got.P90 != 40e6 || got.P95 != 40e6 || got.P99 != 90e6 || got.Min != 10e6 || got.Max != 90e6 {
			t.Errorf("latency %+v", got)
		}
	})
}

func TestRawDurationsAndReset(t *testing.T) {
	handler := newServer(t, nil)
	for range 25 {
		get(t, handler, "/products/1")
	}
	get(t, handler, "/no/such/path")
	raw := get(t, handler, "/truth?raw=1&operation="+url.QueryEscape(oneProduct))
	var sum, greatest int64
	lines := strings.Fields(raw.Body.String())
	for _, line := range lines {
		n, err := strconv.ParseInt(line, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		sum, greatest = sum+n, max(greatest, n)
	}
	report := truthOf(t, handler)
	latency := report.Operations[0].Latency
	if len(lines) != 25 || sum != latency.Sum || greatest != latency.Max || report.Unmatched != 1 {
		t.Errorf("%d lines, sum %d, max %d; truth %+v", len(lines), sum, greatest, report)
	}
	if status := get(t, handler, "/truth?raw=1&operation=x").Code; status != http.StatusNotFound {
		t.Errorf("raw of an unknown operation: status %d", status)
	}
	if status := answer(handler, httptest.NewRequest(http.MethodDelete, "/truth", nil)).Code; status != http.StatusNoContent {
		t.Errorf("DELETE /truth: status %d", status)
	}
	if report := truthOf(t, handler); len(report.Operations) != 0 || report.Overall.Count != 0 || report.Unmatched != 0 {
		t.Errorf("after the reset: %+v", report)
	}
}

func TestMemoryGrowsUpToTheCapAndIsLetGo(t *testing.T) {
	handler := newServer(t, map[string]any{"GET /cart": map[string]any{"memory_growth_kib": 100}})
	for range 20 {
		get(t, handler, "/cart")
	}
	if grown := truthOf(t, handler).GrownKiB; grown != 1000 {
		t.Errorf("%d KiB grown, the cap is 1024", grown)
	}
	turn(t, handler, map[string]any{}, http.StatusOK)
	if grown := truthOf(t, handler).GrownKiB; grown != 0 {
		t.Errorf("%d KiB kept after the knobs changed", grown)
	}
}

func TestKnobsAreRefusedWithAReason(t *testing.T) {
	good := map[string]any{"*": map[string]any{"latency": "normal(50ms, 10ms)", "error_rate": 0.5}}
	handler := newServer(t, good)
	before := get(t, handler, "/knobs").Body.String()
	for name, c := range map[string]struct {
		knobs  any
		status int
		reason string
	}{
		"unknown operation": {map[string]any{"GET /nothing": map[string]any{}}, 422, "GET /nothing"},
		"unknown knob":      {map[string]any{"*": map[string]any{"speed": 1}}, 400, "speed"},
		"latency":           {map[string]any{"*": map[string]any{"latency": "fast"}}, 400, "fast"},
		"error rate":        {map[string]any{"*": map[string]any{"error_rate": 1.5}}, 422, "1.5"},
		"error status":      {map[string]any{"*": map[string]any{"error_status": 200}}, 422, "error_status"},
		"queue alone":       {map[string]any{"*": map[string]any{"queue_limit": 1}}, 422, "concurrency"},
		"payload":           {map[string]any{"*": map[string]any{"payload_bytes": -1}}, 422, "payload_bytes"},
		"no object":         {[]int{1}, 400, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := turn(t, handler, c.knobs, c.status); !strings.Contains(got, c.reason) {
				t.Errorf("%s does not say %q", got, c.reason)
			}
		})
	}
	if after := get(t, handler, "/knobs").Body.String(); after != before {
		t.Errorf("a refused change left %s", after)
	}
}

func TestPagesNeedNoOtherHost(t *testing.T) {
	handler := newServer(t, nil)
	for path, has := range map[string]string{
		"/docs/":                       "swagger-initializer.js",
		"/docs/swagger-initializer.js": `url: "/openapi.json"`,
		"/docs/swagger-ui-bundle.js":   "SwaggerUIBundle",
		"/docs/swagger-ui.css":         ".swagger-ui",
		"/docs/favicon-32x32.png":      "PNG",
		"/":                            "Sample shop",
		"/healthz":                     "ok",
	} {
		got := get(t, handler, path)
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), has) {
			t.Errorf("%s: status %d without %q", path, got.Code, has)
		}
	}
	korean := httptest.NewRequest(http.MethodGet, "/", nil)
	korean.Header.Set("Accept-Language", "ko-KR,ko;q=0.9,en;q=0.8")
	if body := answer(handler, korean).Body.String(); !strings.Contains(body, "샘플 쇼핑몰") || !strings.Contains(body, `lang="ko"`) {
		t.Error("the index page does not speak Korean")
	}
	if report := truthOf(t, handler); report.Overall.Count != 0 || report.Unmatched != 0 {
		t.Errorf("pages were counted: %+v", report)
	}
}

func BenchmarkGetProduct(b *testing.B)   { benchmark(b, "/products/42") }
func BenchmarkListProducts(b *testing.B) { benchmark(b, "/products?q=키보드&sort=price") }

func benchmark(b *testing.B, path string) {
	handler := newServer(b, nil)
	request := httptest.NewRequest(http.MethodGet, strings.ReplaceAll(path, "키보드", url.QueryEscape("키보드")), nil)
	b.ReportAllocs()
	for b.Loop() {
		if got := answer(handler, request); got.Code != http.StatusOK {
			b.Fatal(got.Code)
		}
	}
	if got := truthOf(b, handler).Overall.Latency; got.Count == 0 || got.Max == math.MaxInt64 {
		b.Fatal("nothing was measured")
	}
}
