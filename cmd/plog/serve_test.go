package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// builtFor is the folder of the program that the tests built; empty if none did.
var builtFor string

var buildOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "plog-test-*")
	if err != nil {
		return "", err
	}
	builtFor = dir
	file := filepath.Join(dir, "plog")
	out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build plog: %w\n%s", err, out)
	}
	return file, nil
})

// instance is a plog serve in a process of its own.
type instance struct {
	t    *testing.T
	cmd  *exec.Cmd
	link string
	logs <-chan string
}

// serve starts plog serve on the data folder and waits until it is ready.
func serve(t *testing.T, dir, k6 string) *instance {
	t.Helper()
	file, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), file)
	cmd.Env = append(os.Environ(), "PLOG_DATA_DIR="+dir, "PLOG_ADDR=127.0.0.1:0", "K6_BINARY="+k6)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	logs := make(chan string, 10_000)
	go func() {
		defer close(logs)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			logs <- lines.Text()
		}
	}()
	p := &instance{t: t, cmd: cmd, logs: logs}
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	_, link, ready := strings.Cut(strings.TrimSpace(line), "PLOG is ready: ")
	if !ready {
		t.Fatalf("plog serve said %q, %v", line, err)
	}
	p.link = link
	return p
}

// end sends a signal and waits for the process; further calls do nothing.
func (p *instance) end(s os.Signal) (code int) {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Signal(s) // it may have ended by itself
		for range p.logs {          // the pipe is read to its end before Wait closes it
		}
		_ = p.cmd.Wait() // the code says it
	}
	return p.cmd.ProcessState.ExitCode()
}

// logged waits for a log line with the text.
func (p *instance) logged(text string) string {
	p.t.Helper()
	deadline := time.After(60 * time.Second)
	for {
		select {
		case line, open := <-p.logs:
			if !open {
				p.t.Fatalf("plog ended without logging %q", text)
			}
			if strings.Contains(line, text) {
				return line
			}
		case <-deadline:
			p.t.Fatalf("plog did not log %q within a minute", text)
		}
	}
}

// browser is signed in to an instance.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func (p *instance) browse() *browser {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	link, err := url.Parse(p.link)
	if err != nil {
		p.t.Fatal(err)
	}
	b := &browser{t: p.t, base: "http://" + link.Host, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	if status, _, _ := b.do(http.MethodGet, link.RequestURI(), nil); status != http.StatusSeeOther {
		p.t.Fatalf("sign in: status %d", status)
	}
	return b
}

func (b *browser) do(method, target string, form url.Values) (status int, location, body string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+target, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(text)
}

// post sends a form and returns where it leads.
func (b *browser) post(target string, form url.Values) string {
	b.t.Helper()
	status, location, body := b.do(http.MethodPost, target, form)
	if status != http.StatusSeeOther {
		b.t.Fatalf("POST %s: status %d\n%s", target, status, body)
	}
	return location
}

// run imports a plan of the given seconds against the shop, starts it and
// returns the run's id.
func (b *browser) run(shop *petShop, seconds int) string {
	b.t.Helper()
	apis := b.post("/projects", url.Values{"target": {shop.URL + "/openapi.json"}})
	project := regexp.MustCompile(`^/projects/[^/]+`).FindString(apis)
	plan := b.post(project+"/plans/import", url.Values{"yaml": {fmt.Sprintf(
		"name: pets\nbase_url: %s\nscenarios:\n  - name: s\n    executor: constant-vus\n    vus: 2\n    duration: %ds\n    think_time: 10ms\n    steps:\n      - method: GET\n        path: /pets\n",
		shop.URL, seconds)}})
	return path.Base(b.post(plan+"/run", nil))
}

func TestAKilledPLOGGoesOnWithItsRun(t *testing.T) {
	k6 := k6Binary(t)
	shop, dir := newPetShop(t), t.TempDir()
	first := serve(t, dir, k6)
	run := first.browse().run(shop, 6)
	<-shop.seen
	first.end(syscall.SIGKILL)
	before := shop.count("GET /pets")

	second := serve(t, dir, k6) // on another port
	second.logged("run finished")
	got := plog(t.Context(), t, nil, "export", run, "--data-dir", dir) // beside the server
	var r result
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatalf("export: %v\n%s", err, got.stderr)
	}
	if sent := shop.count("GET /pets"); r.Verdict != "passed" || r.Overall.Requests != sent || sent <= before {
		t.Errorf("%s with %d requests; the target counted %d, %d of them before PLOG was killed", r.Verdict, r.Overall.Requests, sent, before)
	}
	if code := second.end(os.Interrupt); code != exitOK {
		t.Errorf("exit code %d after an interrupt", code)
	}
}

func TestServeEndsGracefully(t *testing.T) {
	k6 := k6Binary(t)
	shop, dir := newPetShop(t), t.TempDir()
	p := serve(t, dir, k6)
	b := p.browse()
	run := b.run(shop, 600)
	<-shop.seen
	if code := p.end(syscall.SIGTERM); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	got := plog(t.Context(), t, nil, "export", run, "--data-dir", dir)
	var r result
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil || r.Verdict != "aborted" || r.Overall.Requests == 0 {
		t.Errorf("export: %v, %+v\n%s", err, r, got.stderr)
	}
}

func TestWhatKeepsServeFromStarting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	used := t.TempDir()
	serve(t, used, "")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		env  map[string]string
		code int
		says string
	}{
		{"port in use", map[string]string{"PLOG_DATA_DIR": t.TempDir(), "PLOG_ADDR": taken.Addr().String()}, exitError, "PLOG_ADDR"},
		{"folder in use", map[string]string{"PLOG_DATA_DIR": used, "PLOG_ADDR": "127.0.0.1:0"}, exitError, "Another PLOG"},
		{"folder is a file", map[string]string{"PLOG_DATA_DIR": file, "PLOG_ADDR": "127.0.0.1:0"}, exitError, file},
		{"bad address", map[string]string{"PLOG_ADDR": "nowhere"}, exitBadConfig, "PLOG_ADDR"},
		{"bad log level", map[string]string{"PLOG_LOG_LEVEL": "loud"}, exitBadConfig, "PLOG_LOG_LEVEL"},
		{"bad log format", map[string]string{"PLOG_LOG_FORMAT": "xml"}, exitBadConfig, "PLOG_LOG_FORMAT"},
		{"bad base URL", map[string]string{"PLOG_BASE_URL": "plog"}, exitBadConfig, "PLOG_BASE_URL"},
		{"interval in words", map[string]string{"SCHEDULER_REFETCH_INTERVAL": "often"}, exitBadConfig, "SCHEDULER_REFETCH_INTERVAL"},
		{"interval too short", map[string]string{"SCHEDULER_REFETCH_INTERVAL": "5s"}, exitBadConfig, "SCHEDULER_REFETCH_INTERVAL"},
		{"no slots", map[string]string{"PLOG_RUN_SLOTS": "0"}, exitBadConfig, "PLOG_RUN_SLOTS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plog(t.Context(), t, tt.env, "serve")
			if lines := strings.Count(got.stderr, "plog: "); got.code != tt.code || lines != 1 || !strings.Contains(got.stderr, tt.says) {
				t.Errorf("exit code %d, want %d and one sentence about %q:\n%s", got.code, tt.code, tt.says, got.stderr)
			}
		})
	}
}
