package discover_test

import (
	"bufio"
	"cmp"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestRealServers finds the documents of real frameworks' servers, which
// up.sh starts; they are beside the repository unless PLOG_SERVERS says otherwise.
func TestRealServers(t *testing.T) {
	if testing.Short() {
		t.Skip("real servers take their time to start: not with -short")
	}
	script, err := filepath.Abs(filepath.Join(cmp.Or(os.Getenv("PLOG_SERVERS"), filepath.Join("..", "..", "..", "shared", "servers")), "up.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil {
		t.Skipf("no real servers: %v (set PLOG_SERVERS to their folder)", err)
	}
	type place struct {
		path       string
		operations int
		base       string
	}
	for name, places := range map[string][]place{
		"fastapi":            {{"", 9, ""}, {"/docs", 9, ""}, {"/redoc", 9, ""}, {"/openapi.json", 9, ""}, {"/admin/ui", 1, "/admin"}},
		"nestjs":             {{"", 6, ""}, {"/api", 6, ""}, {"/api-yaml", 6, ""}},
		"swagger-ui-express": {{"/docs/", 3, "/v1"}, {"/docs", 3, "/v1"}, {"/multi/", 3, "/v1"}, {"/byurl/", 2, "/v1"}},
		"docs-zoo": {
			{"/redoc", 20, "/v2"}, {"/docs/redoc/", 7, ""}, {"/rapidoc", 9, ""}, {"/elements", 9, ""},
			{"/scalar-url", 9, ""}, {"/scalar-inline", 20, "/v2"}, {"/scalar-multi", 20, "/v2"}, {"/swagger-ui.html", 20, "/v2"},
		},
		"huma":        {{"", 5, ""}, {"/docs", 5, ""}},
		"gin-swagger": {{"", 4, "/api/v1"}, {"/swagger/index.html", 4, "/api/v1"}},
	} {
		t.Run(name, func(t *testing.T) {
			base := start(t, script, name)
			for _, p := range places {
				found, err := find(t, base+p.path)
				if err != nil {
					t.Errorf("%s: %v", p.path, err)
					continue
				}
				if got := len(found.Document.Operations); got != p.operations || found.BaseURL() != base+p.base {
					t.Errorf("%s: %d operations at %s by %s, want %d at %s", p.path, got, found.BaseURL(), found.Strategy, p.operations, base+p.base)
				}
			}
		})
	}
}

// start runs a server in a process group of its own until the test ends, and
// returns its address once it answers.
func start(t *testing.T, script, name string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, script, name, port)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			t.Log(lines.Text())
		}
		_ = cmd.Wait() // it is ended by a signal
	}()
	t.Cleanup(func() { cancel(); <-ended })
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if res, err := http.Get("http://" + address); err == nil { //nolint:noctx // bound by the loop
			_ = res.Body.Close()
			return "http://" + address
		}
		select {
		case <-tick.C:
		case <-ended:
			t.Fatalf("%s ended before it answered", name)
		case <-ctx.Done():
			t.Fatalf("%s did not answer", name)
		}
	}
}
