package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"plog.dev/plog/domain/loadtest"
)

const (
	pollEvery = 200 * time.Millisecond
	// sameStart allows for how finely systems tell a process's start.
	sameStart = 2 * time.Second
	// exitUnknown stands for a code that nobody was told.
	exitUnknown = -1
)

// child is a k6 that this PLOG started. It has not begun until recorded.
type child struct {
	cmd   *exec.Cmd
	dir   dir
	gate  io.WriteCloser
	begin string // the line that lets k6 begin; but for beginAlone the gate stays open as long as PLOG lives
}

func start(d dir, env []string, binary string, args []string, begin string) (*child, error) {
	log, err := os.OpenFile(d.path(logFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer log.Close() //nolint:errcheck // the child has its own
	program, args, err := supervisor(append([]string{binary}, args...))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, args...) //nolint:gosec,noctx // our own program; it outlives whoever asked for the run
	cmd.Dir, cmd.Env = string(d), env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	gate, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start k6: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start k6: %w", err)
	}
	return &child{cmd: cmd, dir: d, gate: gate, begin: begin}, nil
}

// record hands the process to started and lets k6 begin; when that fails, it
// never does.
func (c *child) record(started func(loadtest.Process) error) error {
	pid := c.cmd.Process.Pid
	at, err := startOf(context.Background(), pid)
	if err == nil {
		err = started(loadtest.Process{PID: pid, StartedAt: at, Dir: string(c.dir)})
	}
	if err == nil {
		_, err = io.WriteString(c.gate, c.begin)
	}
	if c.begin == beginAlone || err != nil {
		err = errors.Join(err, c.gate.Close())
	}
	if err != nil {
		c.kill()
		_ = c.cmd.Wait() // it was killed
	}
	return err
}

func (c *child) wait() int {
	err := c.cmd.Wait()
	if code, known := c.dir.exitCode(); known {
		return code
	}
	// The supervisor ended without k6: its group must not go on unwatched.
	c.kill()
	return exitCodeOf(err)
}

func (c *child) interrupt() { signalGroup(c.cmd.Process.Pid, syscall.SIGINT) }
func (c *child) kill()      { signalGroup(c.cmd.Process.Pid, syscall.SIGKILL) }

// foster is a k6 that an earlier PLOG started: its end can only be looked for.
type foster struct {
	group, pid int
	startedAt  time.Time
	dir        dir
}

// find returns what still lives of a recorded process: the supervisor, or k6
// alone if somebody ended that.
func find(ctx context.Context, p loadtest.Process, d dir) (foster, bool) {
	whole := foster{group: p.PID, pid: p.PID, startedAt: p.StartedAt, dir: d}
	if whole.alive(ctx) {
		return whole, true
	}
	pids, err := process.PidsWithContext(ctx)
	if err != nil {
		return foster{}, false
	}
	for _, pid := range pids {
		member := foster{group: p.PID, pid: int(pid), dir: d}
		group, err := syscall.Getpgid(member.pid)
		if err == nil && group == p.PID && member.alive(ctx) {
			return member, true
		}
	}
	return foster{}, false
}

func (f foster) wait() int {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for f.alive(context.Background()) {
		<-poll.C
	}
	if code, known := f.dir.exitCode(); known {
		return code
	}
	f.kill()
	return exitUnknown
}

func (f foster) interrupt() { signalGroup(f.group, syscall.SIGINT) }
func (f foster) kill()      { signalGroup(f.group, syscall.SIGKILL) }

// alive reports whether the process id is still that of the run's process: it
// works in the run's folder, which no other does, or it started when the run's
// did. The start alone would lose it when the machine's clock is set. A process
// that has ended and that nobody waited for is not alive.
func (f foster) alive(ctx context.Context) bool {
	p := &process.Process{Pid: int32(f.pid)} //nolint:gosec // a process id
	status, err := p.StatusWithContext(ctx)
	if err != nil || slices.Contains(status, process.Zombie) {
		return false
	}
	if cwd, err := p.CwdWithContext(ctx); err == nil && cwd == string(f.dir) {
		return true
	}
	at, err := startOf(ctx, f.pid)
	return err == nil && at.Sub(f.startedAt).Abs() <= sameStart
}

// signalGroup reaches the supervisor and k6. A group that has ended is what was wanted.
func signalGroup(group int, signal syscall.Signal) { _ = syscall.Kill(-group, signal) }

func startOf(ctx context.Context, pid int) (time.Time, error) {
	ms, err := (&process.Process{Pid: int32(pid)}).CreateTimeWithContext(ctx) //nolint:gosec // a process id
	if err != nil {
		return time.Time{}, fmt.Errorf("start of process %d: %w", pid, err)
	}
	return time.UnixMilli(ms).UTC(), nil
}
