//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

// place is an address of a real server and what has to be found there.
type place struct {
	path       string
	operations int
	definition string // to ask for, of several
}

// realServer is one of the servers that up.sh starts, with every docs page and
// document link that it has.
type realServer struct {
	name    string
	finds   []place
	nothing []string // addresses with nothing to find
}

var realServers = []realServer{
	{name: "fastapi", finds: []place{
		{path: "", operations: 9}, {path: "/docs", operations: 9}, {path: "/redoc", operations: 9}, {path: "/openapi.json", operations: 9},
		{path: "/admin/ui", operations: 1}, {path: "/admin/schema.json", operations: 1},
	}},
	{name: "nestjs", finds: []place{{path: "", operations: 6}, {path: "/api", operations: 6}, {path: "/api-json", operations: 6}, {path: "/api-yaml", operations: 6}}},
	{name: "swagger-ui-express", finds: []place{
		{path: "", operations: 3}, {path: "/docs/", operations: 3}, {path: "/docs", operations: 3}, {path: "/multi/", operations: 3},
		{path: "/multi/", operations: 2, definition: "Users"}, {path: "/byurl/", operations: 2},
	}},
	{name: "docs-zoo", finds: []place{
		{path: "", operations: 20}, {path: "/redoc", operations: 20}, {path: "/docs/redoc/", operations: 7}, {path: "/rapidoc", operations: 9},
		{path: "/elements", operations: 9}, {path: "/scalar-url", operations: 9}, {path: "/scalar-inline", operations: 20},
		{path: "/scalar-multi", operations: 20}, {path: "/scalar-multi", operations: 9, definition: "Galaxy"},
		{path: "/swagger-ui.html", operations: 20}, {path: "/swagger-ui.html", operations: 7, definition: "관리"},
		{path: "/v3/api-docs/swagger-config", operations: 20}, {path: "/v3/api-docs", operations: 20},
		{path: "/openapi/galaxy.yaml", operations: 9}, {path: "/openapi/petstore.json", operations: 20},
	}},
	{name: "huma", finds: []place{
		{path: "", operations: 5}, {path: "/docs", operations: 5}, {path: "/openapi.yaml", operations: 5},
		{path: "/openapi.json", operations: 5}, {path: "/openapi-3.0.json", operations: 5},
	}},
	{name: "gin-swagger", finds: []place{{path: "", operations: 4}, {path: "/swagger/index.html", operations: 4}, {path: "/swagger/doc.json", operations: 4}}},
	{name: "wiremock", nothing: []string{""}, finds: []place{
		{path: "/__admin/swagger-ui/", operations: 41}, {path: "/__admin/docs", operations: 41}, {path: "/__admin/docs/swagger", operations: 41},
	}},
	{name: "alertmanager", nothing: []string{"", "/api/v2/status"}},
}

// TestServersAreDiscovered finds the documents of real frameworks' servers from
// every link that a person may have, with the program itself.
func TestServersAreDiscovered(t *testing.T) {
	script, err := filepath.Abs(filepath.Join(cmp.Or(os.Getenv("PLOG_SERVERS"), filepath.Join("..", "..", "..", "..", "shared", "servers")), "up.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil {
		t.Skipf("no real servers: %v (set PLOG_SERVERS to their folder)", err)
	}
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "server\taddress\tdefinition\toperations\tstrategy\ttook")
	for _, s := range realServers {
		t.Run(s.name, func(t *testing.T) {
			base := bringUp(t, script, s.name)
			for _, p := range s.finds {
				began := time.Now()
				found, said := discovered(t, base+p.path, p.definition)
				_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%d of %d\t%s\t%d ms\n", s.name, cmp.Or(p.path, "/"), p.definition, len(found.Operations), p.operations, found.Strategy, time.Since(began).Milliseconds())
				if len(found.Operations) != p.operations {
					t.Errorf("%s %s: %d operations, want %d\n%s", p.path, p.definition, len(found.Operations), p.operations, said)
				}
			}
			for _, path := range s.nothing {
				found, said := discovered(t, base+path, "")
				_, _ = fmt.Fprintf(out, "%s\t%s\t\tnothing, as is right\t%s\t\n", s.name, cmp.Or(path, "/"), found.Strategy)
				if !strings.Contains(said, "No API document was found") || !strings.Contains(said, base+"/openapi.json") {
					t.Errorf("%s: not honest about having found nothing:\n%s", path, said)
				}
			}
		})
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", table.String())
}

// discovery is what discover --json writes.
type discovery struct {
	Title      string            `json:"title"`
	Strategy   string            `json:"strategy"`
	Operations []json.RawMessage `json:"operations"`
}

// discovered runs plog discover and returns what it found and what it said.
func discovered(t *testing.T, address, definition string) (found discovery, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program(t, "plog"), "discover", "--json", "--definition", definition, address)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	raw, err := cmd.Output()
	if err != nil {
		return found, stderr.String()
	}
	if err := json.Unmarshal(raw, &found); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return found, stderr.String()
}

// bringUp starts a server in a process group of its own until the test ends,
// and returns its address once it answers. A server that this machine cannot
// run is skipped.
func bringUp(t *testing.T, script, name string) string {
	t.Helper()
	const installing = 4 * time.Minute
	address := freeAddr(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), installing)
	cmd := exec.CommandContext(ctx, script, name, port)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Skipf("%s cannot be started: %v", name, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
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
			if ctx.Err() == nil {
				t.Skipf("%s does not run on this machine:\n%s", name, said.String())
			}
			t.Skipf("%s was not installed within %s", name, installing)
		}
	}
}
