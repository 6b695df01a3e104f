//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// patience bounds every wait: long enough for a slow machine, short enough to end.
const patience = 45 * time.Second

// program returns the path of one of the built programs.
func program(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("PLOG_BIN")
	if dir == "" {
		t.Fatal("PLOG_BIN is not set: run `make e2e`")
	}
	path, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run `make build`", err)
	}
	return path
}

// proc is a program that a test started. It is ended with the test.
type proc struct {
	t     *testing.T
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone and its last line was read

	mu    sync.Mutex
	lines []string
	news  chan struct{} // closed and renewed with each line
}

// launch starts a program with more environment variables. It is asked to end
// at the end of the test, and killed if it does not.
func launch(t *testing.T, cmd *exec.Cmd, env ...string) *proc {
	t.Helper()
	p := &proc{t: t, cmd: cmd, ended: make(chan struct{}), news: make(chan struct{})}
	r, w := io.Pipe()
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = cmd.Wait() // the state says it
		_ = w.Close()
	}()
	go func() {
		defer close(p.ended)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			p.mu.Lock()
			p.lines = append(p.lines, lines.Text())
			close(p.news)
			p.news = make(chan struct{})
			p.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		p.signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(patience):
			t.Errorf("%s did not end when asked to", filepath.Base(cmd.Path))
			p.end(syscall.SIGKILL)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), p.said())
		}
	})
	return p
}

// says waits for a line that contains text and returns it.
func (p *proc) says(text string) string {
	p.t.Helper()
	deadline := time.After(patience)
	for next := 0; ; {
		p.mu.Lock()
		lines, news := p.lines, p.news
		p.mu.Unlock()
		for ; next < len(lines); next++ {
			if strings.Contains(lines[next], text) {
				return lines[next]
			}
		}
		select {
		case <-news:
		case <-p.ended:
			p.t.Fatalf("%s ended without saying %q:\n%s", filepath.Base(p.cmd.Path), text, p.said())
		case <-deadline:
			p.t.Fatalf("%s did not say %q:\n%s", filepath.Base(p.cmd.Path), text, p.said())
		}
	}
}

// said returns everything the program wrote.
func (p *proc) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

func (p *proc) signal(s os.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Errorf("signal %s: %v", filepath.Base(p.cmd.Path), err)
	}
}

// end sends a signal and returns the exit code, -1 for a process that was killed.
func (p *proc) end(s os.Signal) int {
	p.t.Helper()
	p.signal(s)
	return p.code()
}

// code waits for the process to end by itself.
func (p *proc) code() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("%s does not end:\n%s", filepath.Base(p.cmd.Path), p.said())
	}
	return p.cmd.ProcessState.ExitCode()
}

// plog is a plog serve with its data folder.
type plog struct {
	*proc
	dir  string
	addr string
	link string // signs in, once
}

func (p *plog) url(path string) string { return "http://" + p.addr + path }

// serve starts plog serve on a data folder and waits until it is ready.
func serve(t *testing.T, dir, addr string, env ...string) *plog {
	t.Helper()
	cmd := exec.Command(program(t, "plog"), "serve")
	p := launch(t, cmd, append([]string{"PLOG_DATA_DIR=" + dir, "PLOG_ADDR=" + addr, "K6_BINARY=" + program(t, "k6")}, env...)...)
	_, link, _ := strings.Cut(p.says("PLOG is ready: "), "PLOG is ready: ")
	host, _, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	return &plog{proc: p, dir: dir, addr: host, link: link}
}

// freeAddr returns an address that nobody listens on, for a program that must
// come back to the same one.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// workers returns the living processes that work in a data folder: k6 and its
// supervisors.
func workers(t *testing.T, dir string) []*process.Process {
	t.Helper()
	all, err := process.ProcessesWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var found []*process.Process
	for _, p := range all {
		if cwd, err := p.CwdWithContext(t.Context()); err == nil && strings.HasPrefix(cwd, dir+string(filepath.Separator)) {
			found = append(found, p)
		}
	}
	return found
}

// worker returns the process of that program in a data folder.
func worker(t *testing.T, dir, program string) *process.Process {
	t.Helper()
	for _, p := range workers(t, dir) {
		if exe, err := p.ExeWithContext(t.Context()); err == nil && exe == program {
			return p
		}
	}
	t.Fatalf("no %s works in %s", filepath.Base(program), dir)
	return nil
}

// within returns a context that ends when patience does.
func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
