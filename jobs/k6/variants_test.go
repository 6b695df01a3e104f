package k6_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

func TestVariantsTakeTurnsEvenly(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]map[string]int{} // by operation, then by what differs
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("X-Key") != "k" {
			t.Errorf("%s %s: key %q, %v", r.Method, r.URL, r.Header.Get("X-Key"), err)
		}
		mu.Lock()
		defer mu.Unlock()
		operation := r.Method + " " + r.URL.Path
		if seen[operation] == nil {
			seen[operation] = map[string]int{}
		}
		seen[operation][fmt.Sprintf("%s %s %s", r.URL.RawQuery, r.Header.Get("X-Nth"), body)]++
	}))
	t.Cleanup(server.Close)
	p := loadtest.Plan{Name: "varied", BaseURL: server.URL, Scenarios: []loadtest.Scenario{
		{
			Name: "turns", Executor: loadtest.SharedIterations, VUs: 4, Iterations: 240,
			Steps: []loadtest.Step{varied("/a", 1, 4), varied("/b", 2, 6), step("GET", "/plain", 1)},
		},
		{
			Name: "journey", Executor: loadtest.SharedIterations, VUs: 2, Iterations: 20, Order: loadtest.Journey,
			Steps: []loadtest.Step{varied("/c", 1, 10)},
		},
	}}
	p.Auth = []loadtest.Credential{{Kind: loadtest.CredentialAPIKey, In: loadtest.InHeader, Name: "X-Key", Value: "k"}}
	if log, err := run(t, p); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	mu.Lock()
	defer mu.Unlock()
	for operation, want := range map[string][]int{
		"POST /a": {15, 15, 15, 15}, "POST /b": {20, 20, 20, 20, 20, 20}, "GET /plain": {60}, "POST /c": {2, 2, 2, 2, 2, 2, 2, 2, 2, 2},
	} {
		if got := slices.Collect(maps.Values(seen[operation])); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want each of %d as often as the others", operation, seen[operation], len(want))
		}
	}
}

// varied is a step with n variants that differ in all that can.
func varied(path string, weight, n int) loadtest.Step {
	s := step("POST", path, weight)
	s.Request.Body = &loadtest.Body{Kind: loadtest.BodyRaw, Text: "body"}
	for i := range n {
		r := loadtest.Request{Body: &loadtest.Body{Kind: loadtest.BodyRaw, Text: fmt.Sprint("body ", i)}}
		switch i % 4 {
		case 1:
			r.Query = []loadtest.Param{{Name: "q", Value: fmt.Sprint(i)}}
		case 2:
			r.Headers = []loadtest.Param{{Name: "X-Nth", Value: fmt.Sprint(i)}}
		case 3:
			r.Body = nil
			r.Query = []loadtest.Param{{Name: "bare", Value: fmt.Sprint(i)}}
		}
		s.Variants = append(s.Variants, r)
	}
	return s
}

// Variants keep what their step says already out of their file.
func TestVariantsAreStoredCompactly(t *testing.T) {
	s := step("GET", "/a/{id}", 1)
	s.Request = loadtest.Request{PathParams: []loadtest.Param{{Name: "id", Value: "1"}}, Headers: []loadtest.Param{{Name: "X-Long", Value: "the same"}}}
	for range 3 {
		s.Variants = append(s.Variants, s.Request)
	}
	s.Variants[1].PathParams = []loadtest.Param{{Name: "id", Value: "2"}}
	bundle, err := k6.Build(once("http://x", s).WithDefaults(loadtest.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(bundle.Files[k6.VariantsFile]), `[{},{"url":"http://x/a/2"},{}]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	var plan struct{ Variants int }
	if err := json.Unmarshal(bundle.Files[k6.PlanFile], &plan); err != nil || plan.Variants != 3 {
		t.Errorf("the plan tells of %d variants, %v", plan.Variants, err)
	}
}

func TestStepsGoToTheirOwnBaseURL(t *testing.T) {
	one, other := newTarget(t, nil), newTarget(t, nil)
	p := once(one.URL+"/v1", step("GET", "/a", 1), step("GET", "/b", 1), step("GET", "/c", 1))
	p.Scenarios[0].Steps[1].BaseURL = other.URL + "/v2/"
	p.Scenarios[0].Steps[2].BaseURL = other.URL
	p.Scenarios[0].Steps[2].Auth = []string{"bearer"}
	p.Auth = []loadtest.Credential{{Kind: loadtest.CredentialBearer, Value: "t"}}
	if log, err := run(t, p); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	var got []string
	for _, r := range append(one.requests(), other.requests()...) {
		got = append(got, r.URL.Path+r.Header.Get("Authorization"))
	}
	// Credentials go to another origin only where the step names them.
	if want := []string{"/v1/aBearer t", "/v2/b", "/cBearer t"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
