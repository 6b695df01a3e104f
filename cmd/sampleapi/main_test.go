package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRunServesUntilItIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--addr", "127.0.0.1:0", "--latency", "2ms", "--seed", "5"}, writer)
	}()

	line, err := bufio.NewReader(reader).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address, found := strings.CutPrefix(strings.TrimSpace(line), "sample API listening on http://")
	if !found || strings.HasSuffix(address, ":0") {
		t.Fatalf("it said %q", line)
	}
	response, err := http.Get("http://" + address + "/knobs") //nolint:noctx // a test's client
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"constant(2ms)"`) || !strings.Contains(string(body), "GET /reports/sales") {
		t.Errorf("the knobs are %s", body)
	}

	err = run(ctx, []string{"--addr", address}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), address+" is in use") {
		t.Errorf("a second one on %s: %v", address, err)
	}

	cancel()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestRunRefusesWhatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		reason string
	}{
		"flag":        {[]string{"--colour", "red"}, "colour"},
		"latency":     {[]string{"--latency", "fast"}, "fast"},
		"error rate":  {[]string{"--error-rate", "2"}, "error_rate"},
		"queue alone": {[]string{"--queue-limit", "2"}, "concurrency"},
		"address":     {[]string{"--addr", "nowhere"}, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout bytes.Buffer
			err := run(t.Context(), c.args, &stdout)
			if err == nil || !strings.Contains(err.Error(), c.reason) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v does not say %q in one line", err, c.reason)
			}
			if stdout.Len() > 0 {
				t.Errorf("it printed %s", stdout.String())
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"--help"}, &stdout); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--addr", "--latency", "--error-rate", "--concurrency", "--seed"} {
		if !strings.Contains(stdout.String(), flag) {
			t.Errorf("the help does not name %s", flag)
		}
	}
}
