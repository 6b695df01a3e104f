package local

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
)

// superviseArg asks a program of ours to be the supervisor; see the package's comment.
const superviseArg = "supervise-k6"

// Supervised lets a program be what stands between PLOG and its k6. A main that
// starts Runners, and a TestMain of tests that do, call it first with os.Args:
// when asked is true the work is done, and the process is to exit with code.
func Supervised(args []string) (code int, asked bool) {
	if len(args) < 3 || args[1] != superviseArg {
		return 0, false
	}
	return supervise(os.Stdin, args[2:]), true
}

// supervisor returns the command line that runs argv supervised.
func supervisor(argv []string) (program string, args []string, err error) {
	program, err = os.Executable()
	if err != nil {
		return "", nil, fmt.Errorf("find PLOG's own program: %w", err)
	}
	return program, append([]string{superviseArg}, argv...), nil
}

// The lines with which PLOG lets a supervised k6 begin.
const (
	beginAlone = "go\n"      // k6 goes on whatever becomes of PLOG
	beginTied  = "go tied\n" // k6 is killed when PLOG goes: PLOG holds the pipe open
	beginOnce  = "go once\n" // tied, and with OnceMemory at most
)

// supervise waits for PLOG's line, runs argv in the working directory and
// writes down how it ended.
func supervise(in io.Reader, argv []string) int {
	// A signal to the group is k6's to obey: it must not end this process before
	// the code is written. Caught signals, unlike ignored ones, are not inherited.
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	lines := bufio.NewReader(in)
	line, err := lines.ReadString('\n')
	if err != nil {
		return 125 // PLOG did not put the run on record
	}
	if line == beginOnce {
		limit := syscall.Rlimit{Cur: OnceMemory, Max: OnceMemory}
		if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil { // k6 inherits it
			return exitCodeOf(err)
		}
	}
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec,noctx // the k6 that the Runner checked; its end is all there is to wait for
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return exitCodeOf(err)
	}
	if line != beginAlone {
		// Ends with this process, at the latest when PLOG's end of the pipe is closed.
		go func() {
			_, _ = io.Copy(io.Discard, lines)
			_ = cmd.Process.Kill() // it may have ended
		}()
	}
	code := exitCodeOf(cmd.Wait())
	if err := dir(".").write(exitFile, []byte(strconv.Itoa(code)+"\n")); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return code
}

// exitCodeOf returns a command's exit code, as shells count: 128 and the signal
// for one that a signal ended.
func exitCodeOf(err error) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
