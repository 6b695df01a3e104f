package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/local"
)

const ours = `{"version":"v1.2.3","extensions":[{"module":"x","version":"1","outputs":["plog"]}]}`

// fake writes a program that passes for PLOG's k6 and does what body says, in
// the words of the shell, when it is to run a test.
func fake(t *testing.T, body string) (path string) {
	t.Helper()
	return program(t, "if [ \"$1\" = version ]; then echo '"+ours+"'; exit; fi\n"+body)
}

func program(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "k6")
	// A process forked meanwhile would hold the file open for writing, and the
	// system runs no such program ("text file busy").
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	return path
}

// pipe is a named pipe: to open an end of it waits for the other.
type pipe string

func newPipe(t *testing.T) pipe {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return pipe(path)
}

func (p pipe) read(t *testing.T) string {
	t.Helper()
	f, err := os.Open(string(p))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func (p pipe) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(string(p), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func launch(id string) loadtest.Launch {
	return loadtest.Launch{
		Run: domain.RunID(id), IngestURL: "http://127.0.0.1:1/ingest", Token: "t",
		Plan: loadtest.Plan{
			Name: "p", BaseURL: "http://127.0.0.1:1",
			Headers: []loadtest.Header{{Name: "Authorization", Value: "hush", Secret: true}},
			Scenarios: []loadtest.Scenario{{
				Name: "default", Executor: loadtest.ConstantVUs, VUs: 1, Duration: domain.Dur(time.Second),
				GracefulStop: domain.Dur(time.Millisecond), Steps: []loadtest.Step{{Method: "GET", Path: "/"}},
			}},
		},
	}
}

func none(loadtest.Process) error { return nil }

// result is what Run or Adopt returned.
type result struct {
	loadtest.Outcome
	err error
}

// await fails a test that would hang.
func await[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(30 * time.Second):
		t.Fatalf("%s did not happen", what)
	}
	panic("unreachable")
}

func inBackground(do func() (loadtest.Outcome, error)) <-chan result {
	done := make(chan result, 1)
	go func() {
		o, err := do()
		done <- result{o, err}
	}()
	return done
}

// tiedEnv lets the owner's k6 end with it.
const tiedEnv = "PLOG_TEST_TIED"

// ownerEnv makes this test's binary an owner of a run: what PLOG is to k6.
const ownerEnv = "PLOG_TEST_OWNER"

func TestMain(m *testing.M) {
	if code, asked := local.Supervised(os.Args); asked {
		os.Exit(code)
	}
	if binary := os.Getenv(ownerEnv); binary != "" {
		own(binary, os.Args[len(os.Args)-1])
		return
	}
	os.Exit(m.Run())
}

func own(binary, folder string) {
	r := local.New(local.Config{Dir: folder, Binary: binary, Tied: os.Getenv(tiedEnv) != ""})
	_, err := r.Run(context.Background(), launch("run"), func(p loadtest.Process) error {
		return json.NewEncoder(os.Stdout).Encode(p)
	})
	fmt.Fprintln(os.Stderr, "the owner was not killed:", err)
}

// orphan starts a run in another process and kills that process once ready
// says that k6 runs.
func orphan(t *testing.T, binary, folder string, ready func()) loadtest.Run {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, folder)
	cmd.Env = append(os.Environ(), ownerEnv+"="+binary)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var p loadtest.Process
	if err := json.NewDecoder(out).Decode(&p); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-p.PID, syscall.SIGKILL) })
	ready()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	return loadtest.Run{ID: "run", Process: &p, Plan: launch("run").Plan}
}
