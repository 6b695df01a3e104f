//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// shop is a running sample API, which knows what it was asked.
type shop struct {
	t   *testing.T
	url string
}

// sample starts the sample shop.
func sample(t *testing.T, args ...string) *shop {
	t.Helper()
	p := launch(t, exec.Command(program(t, "sampleapi"), append([]string{"--addr", "127.0.0.1:0"}, args...)...))
	const says = "listening on "
	_, url, _ := strings.Cut(p.says(says), says)
	return &shop{t, url}
}

// document returns the address of its OpenAPI document.
func (s *shop) document() string { return s.url + "/openapi.json" }

// counts returns how many requests of each operation it has answered.
func (s *shop) counts() map[string]int {
	s.t.Helper()
	var truth struct {
		Operations []struct {
			Operation string
			Count     int
		}
	}
	fetch(s.t, s.url+"/truth", &truth)
	counts := map[string]int{}
	for _, o := range truth.Operations {
		counts[o.Operation] = o.Count
	}
	return counts
}

// total returns how many requests it has answered.
func (s *shop) total() (n int) {
	s.t.Helper()
	for _, count := range s.counts() {
		n += count
	}
	return n
}

// busier waits until it has answered more requests than before.
func (s *shop) busier(before int) {
	s.t.Helper()
	for deadline := within(s.t); s.total() <= before; {
		if deadline.Err() != nil {
			s.t.Fatalf("the shop is left alone: %d requests", before)
		}
	}
}

// fetch reads JSON.
func fetch(t *testing.T, url string, into any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}
