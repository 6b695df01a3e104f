package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// stopWithin is how long a program may take to end after it was asked to.
const stopWithin = 20 * time.Second

// child is a program that runs beside a measurement.
type child struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // of its end, once done is closed
	last *tail
}

// start starts a program and waits for the line of its standard output in which
// find sees what it looks for. The caller stops the child.
func start(ctx context.Context, env []string, find func(line string) (string, bool), path string, args ...string) (*child, string, error) {
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // PLOG's own programs
	cmd.Env = env
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopWithin
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", fmt.Errorf("start %s: %w", path, err)
	}
	c := &child{cmd: cmd, done: make(chan struct{}), last: &tail{}}
	cmd.Stderr = c.last
	if err := cmd.Start(); err != nil {
		return nil, "", fmt.Errorf("start %s: %w", path, err)
	}
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if value, ok := find(lines.Text()); ok {
				found <- value
				break
			}
		}
		_, _ = io.Copy(io.Discard, out) // a full pipe would stop the program
		c.err = cmd.Wait()
		close(c.done)
	}()
	select {
	case value := <-found:
		return c, value, nil
	case <-c.done:
		return nil, "", fmt.Errorf("%s ended at once: %w: %s", path, c.err, c.last)
	}
}

// stop asks the program to end and waits for it.
func (c *child) stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-c.done:
	case <-time.After(stopWithin):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
	var exit *exec.ExitError
	if c.err != nil && !errors.As(c.err, &exit) {
		return fmt.Errorf("stop %s: %w", c.cmd.Path, c.err)
	}
	return nil
}

// spent is what a process used until its end.
type spent struct {
	cpu    time.Duration // user and system
	wall   time.Duration
	memory uint64 // bytes: the most it had resident
}

// toEnd runs a program and returns what it used. Any exit code but 0 is an error.
func toEnd(ctx context.Context, dir string, env []string, path string, args ...string) (spent, error) {
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // PLOG's own programs
	cmd.Dir, cmd.Env = dir, env
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = stopWithin
	last := &tail{}
	cmd.Stdout, cmd.Stderr = io.Discard, last
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return spent{}, fmt.Errorf("%s: %w: %s", path, err, last)
	}
	s := spent{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(begun)}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.memory = uint64(usage.Maxrss) << 10 // Linux counts KiB
	}
	return s, nil
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4 << 10

// Write implements io.Writer; it never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

// String returns the end in one line.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(strings.Fields(string(bytes.TrimSpace(t.text))), " ")
}
