//go:build e2e

package e2e

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is the user of that name on Linux, to whom read-only means it.
const nobody = 65534

func TestWhatKeepsPLOGFromStarting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	used := serve(t, t.TempDir(), "127.0.0.1:0")
	tests := []struct {
		name string
		env  []string
		code int
		says string
	}{
		{"port in use", []string{"PLOG_ADDR=" + taken.Addr().String()}, 1, taken.Addr().String()},
		{"port of another PLOG", []string{"PLOG_ADDR=" + used.addr}, 1, used.addr},
		{"folder of another PLOG", []string{"PLOG_DATA_DIR=" + used.dir}, 1, used.dir},
		{"folder cannot be made", []string{"PLOG_DATA_DIR=/proc/plog"}, 1, "/proc/plog"},
		{"variable is wrong", []string{"PLOG_RUN_SLOTS=many"}, 104, "PLOG_RUN_SLOTS: \"many\" is not a whole number"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := append([]string{"PLOG_ADDR=127.0.0.1:0", "PLOG_DATA_DIR=" + t.TempDir()}, tt.env...)
			refused(t, exec.Command(program(t, "plog"), "serve"), tt.code, tt.says, env...)
		})
	}
	if status, _ := get(t, used.url("/healthz")); status != http.StatusOK {
		t.Errorf("the PLOG that was there before: status %d", status)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program(t, "plog"), "serve")
	if os.Geteuid() == 0 { // nothing is read-only to root
		cmd = exec.Command(copyOf(t, cmd.Path), "serve")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		cmd.Dir = "/"
	}
	refused(t, cmd, 1, dir, "PLOG_DATA_DIR="+dir, "PLOG_ADDR=127.0.0.1:0", "HOME=/")
}

// refused fails the test unless the program ends with that code and one
// sentence that names what is wrong.
func refused(t *testing.T, cmd *exec.Cmd, code int, says string, env ...string) {
	t.Helper()
	p := launch(t, cmd, env...)
	got, said := p.code(), p.said()
	t.Log(said)
	if sentences := strings.Count(said, "plog: "); got != code || sentences != 1 || !strings.Contains(said, says) || strings.Contains(said, "goroutine") {
		t.Errorf("exit code %d, want %d and one sentence about %q:\n%s", got, code, says, said)
	}
}

// copyOf returns a copy of a program that every user may run.
func copyOf(t *testing.T, path string) string {
	t.Helper()
	code, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "plog-e2e-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, filepath.Base(path))
	if err := os.WriteFile(file, code, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWithoutK6(t *testing.T) {
	s := sample(t)
	missing := filepath.Join(t.TempDir(), "no-k6-here")
	plog := serve(t, t.TempDir(), "127.0.0.1:0", "PLOG_SAMPLE_URL="+s.document(), "K6_BINARY="+missing)
	plog.says(missing)
	if status, _ := get(t, plog.url("/healthz")); status != http.StatusOK {
		t.Errorf("/healthz: status %d", status)
	}
	if status, text := get(t, plog.url("/readyz")); status != http.StatusServiceUnavailable || !strings.Contains(text, missing) {
		t.Errorf("/readyz: status %d: %s", status, text)
	}
	p := openBrowser(t).signedIn(plog)
	addSample(p)
	pick(p, "GET /cart")
	start(p)
	p.until(finished)
	p.says(`.verdict-reason`, missing)
	p.picture("without-k6")
}

func TestForMachines(t *testing.T) {
	plog := serve(t, t.TempDir(), "127.0.0.1:0")
	for path, says := range map[string]string{
		"/healthz": "",
		"/readyz":  "",
		"/metrics": "plog_runs{",
		"/login":   "PLOG",
	} {
		if status, text := get(t, plog.url(path)); status != http.StatusOK || !strings.Contains(text, says) {
			t.Errorf("%s: status %d: %s", path, status, text)
		}
	}
}

// get returns what a program without a session is answered.
func get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(within(t), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}
