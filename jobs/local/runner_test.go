package local_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/local"
)

func TestOutcomeIsWhatK6EndedWith(t *testing.T) {
	for name, c := range map[string]struct {
		body, says string
		code       int
		log        []string
	}{
		"well":      {body: "exit 0"},
		"with code": {body: `echo '{"level":"error","msg":"TypeError: x at file://'"$PWD"'/script.js:1","error":"boom"}' >&2; exit 107`, code: 107, says: "The script broke.", log: []string{"TypeError: x at script.js:1: boom"}},
		"samples":   {body: `echo '{"level":"warning","msg":"plog:sample {}"}'; echo '{"msg":"words"}'; echo 'panic: raw'; exit 2`, code: 2, says: "exit code 2. Its last words: words / panic: raw", log: []string{"words", "panic: raw"}},
		"killed":    {body: `echo 'out of everything'; kill -9 $$`, code: 137, says: "k6 was killed", log: []string{"out of everything"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := local.New(local.Config{Dir: t.TempDir(), Binary: fake(t, c.body)})
			o, err := r.Run(t.Context(), launch("run"), none)
			if err != nil {
				t.Fatal(err)
			}
			if o.ExitCode != c.code || o.Stopped || !strings.Contains(o.Reason.String(), c.says) {
				t.Errorf("outcome %+v, want code %d and …%s…", o, c.code, c.says)
			}
			if len(o.LastLog) < len(c.log) {
				t.Fatalf("last log %q", o.LastLog)
			}
			if diff := cmp.Diff(c.log, o.LastLog[:len(c.log):len(c.log)]); len(c.log) > 0 && diff != "" {
				t.Errorf("last log, -want +got:\n%s", diff)
			}
		})
	}
}

func TestKilledFromOutside(t *testing.T) {
	for name, victim := range map[string]func(k6, supervisor int) int{
		"k6":             func(k6, _ int) int { return k6 },
		"its supervisor": func(_, supervisor int) int { return supervisor },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lifeline := newPipe(t) // k6 holds its end as long as it lives
			r := local.New(local.Config{Dir: t.TempDir(), Binary: fake(t, "echo last words; exec 3>"+string(lifeline)+"; echo $$ >&3; exec sleep 1000")})
			recorded := make(chan loadtest.Process, 1)
			done := inBackground(func() (loadtest.Outcome, error) {
				return r.Run(t.Context(), launch("run"), func(p loadtest.Process) error { recorded <- p; return nil })
			})
			supervisor := await(t, "the start", recorded)
			life, err := os.Open(string(lifeline))
			if err != nil {
				t.Fatal(err)
			}
			defer life.Close() //nolint:errcheck // only read
			words := bufio.NewReader(life)
			line, err := words.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			k6, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(victim(k6, supervisor.PID), syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			o := await(t, "the end", done)
			if o.err != nil || o.ExitCode != 137 || !strings.Contains(o.Reason.String(), "last words") {
				t.Errorf("outcome %+v", o)
			}
			dead := make(chan error, 1)
			go func() {
				_, err := words.ReadByte()
				dead <- err
			}()
			if err := await(t, "k6's death", dead); !errors.Is(err, io.EOF) {
				t.Errorf("k6's end of the line: %v", err)
			}
		})
	}
}

func TestCancelStopsGracefully(t *testing.T) {
	ready := newPipe(t)
	r := local.New(local.Config{Dir: t.TempDir(), Binary: fake(t,
		`trap 'echo flushed; kill $! 2>/dev/null; exit 105' INT; sleep 1000 & echo $$ >`+string(ready)+`; wait`)})
	ctx, cancel := context.WithCancelCause(t.Context())
	done := inBackground(func() (loadtest.Outcome, error) { return r.Run(ctx, launch("run"), none) })
	ready.read(t)
	cancel(loadtest.ErrStoppedByUser)
	o := await(t, "the end", done)
	if o.err != nil || !o.Stopped || o.ExitCode != 105 {
		t.Errorf("outcome %+v", o)
	}
	if diff := cmp.Diff(loadtest.ErrStoppedByUser.Message, o.Reason); diff != "" {
		t.Errorf("reason, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"flushed"}, o.LastLog); diff != "" {
		t.Errorf("last log, -want +got:\n%s", diff)
	}
}

func TestCancelKillsWhatDoesNotStop(t *testing.T) {
	ready := newPipe(t)
	r := local.New(local.Config{Dir: t.TempDir(), FlushGrace: time.Millisecond, Binary: fake(t,
		`trap '' INT; echo $$ >`+string(ready)+`; exec sleep 1000`)})
	ctx, cancel := context.WithCancelCause(t.Context())
	done := inBackground(func() (loadtest.Outcome, error) { return r.Run(ctx, launch("run"), none) })
	ready.read(t)
	cancel(loadtest.ErrShutdown)
	if o := await(t, "the end", done); o.err != nil || !o.Stopped || o.ExitCode != 137 {
		t.Errorf("outcome %+v", o)
	}
}

func TestNothingBeginsBeforeItIsOnRecord(t *testing.T) {
	folder := t.TempDir()
	r := local.New(local.Config{Dir: folder, Binary: fake(t, "touch began")})
	full := errors.New("disk is full")
	var p loadtest.Process
	_, err := r.Run(t.Context(), launch("run"), func(q loadtest.Process) error { p = q; return full })
	if !errors.Is(err, full) {
		t.Errorf("Run: %v, want %v", err, full)
	}
	if _, err := os.Stat(filepath.Join(p.Dir, "began")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("k6 began: %v", err)
	}
	if err := syscall.Kill(p.PID, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the supervisor lives on: %v", err)
	}
}

func TestCancelledBeforeTheStart(t *testing.T) {
	r := local.New(local.Config{Dir: t.TempDir(), Binary: fake(t, "exit 1")})
	if _, err := r.Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(loadtest.ErrStoppedByUser)
	o, err := r.Run(ctx, launch("run"), func(loadtest.Process) error {
		t.Error("started")
		return nil
	})
	if err != nil || !o.Stopped {
		t.Errorf("outcome %+v, %v", o, err)
	}
}

func TestFolderIsPrivateAndHoldsNoSecret(t *testing.T) {
	folder := t.TempDir()
	r := local.New(local.Config{
		Dir: folder, Binary: fake(t, "env >env; for a in \"$@\"; do echo \"[$a]\" >>args; done"),
		Environ: append(os.Environ(), "K6_VUS=77", "PLOG_SECRET_KEY=key"),
	})
	if _, err := r.Run(t.Context(), launch("run"), none); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(folder, "run")
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, name := range []string{"script.js", "plan.json", "k6.json", "ingest.url", "k6.log"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 || strings.Contains(read(name), "hush") {
			t.Errorf("%s: mode %v", name, info.Mode())
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info.Mode(), err)
	}
	env := read("env")
	if !strings.Contains(env, "PLOG_SECRET_0=hush") || !strings.Contains(env, "K6_PLOG_RUN=run") ||
		!strings.Contains(env, "K6_PLOG_INGEST_URL_FILE="+filepath.Join(dir, "ingest.url")) {
		t.Errorf("environment lacks what k6 needs:\n%s", env)
	}
	if strings.Contains(env, "K6_VUS") || strings.Contains(env, "PLOG_SECRET_KEY") {
		t.Errorf("environment has what is not k6's:\n%s", env)
	}
	if args := read("args"); !strings.Contains(args, "[--address]\n[]\n") {
		t.Errorf("arguments:\n%s", args)
	}
	if err := r.Remove("run"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Remove: %v", err)
	}
	if err := r.Remove("run"); err != nil {
		t.Errorf("Remove again: %v", err)
	}
	for _, id := range []domain.RunID{"", ".", "..", "a/b", "../x", `a\b`} {
		if err := r.Remove(id); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("Remove(%q): %v", id, err)
		}
	}
}

func TestUnwritableFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := local.New(local.Config{Dir: folder, Binary: fake(t, "")})
	_, err := r.Run(t.Context(), launch("run"), none)
	if domain.CodeOf(err) != domain.Unavailable || !strings.Contains(err.Error(), folder) {
		t.Errorf("Run: %v", err)
	}
}

func TestBinary(t *testing.T) {
	notExecutable := filepath.Join(t.TempDir(), "k6")
	if err := os.WriteFile(notExecutable, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ binary, says string }{
		"missing":        {"/nowhere/k6", "/nowhere/k6 cannot be run as k6: no such file"},
		"not executable": {notExecutable, "permission denied"},
		"another":        {program(t, "echo hello"), "cannot be run as k6"},
		"fails":          {program(t, "exit 3"), "exit status 3"},
		"stock":          {program(t, `echo '{"version":"v1.8.1"}'`), "without PLOG's output"},
	} {
		r := local.New(local.Config{Dir: t.TempDir(), Binary: c.binary})
		_, err := r.Run(t.Context(), launch("run"), none)
		if domain.CodeOf(err) != domain.Unavailable || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want Unavailable with %q", name, err, c.says)
		}
	}
	if v, err := local.New(local.Config{Binary: fake(t, "")}).Version(t.Context()); err != nil || v != "k6 v1.2.3" {
		t.Errorf("Version: %q, %v", v, err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("PATH", t.TempDir())
	_, err := local.New(local.Config{}).Version(t.Context())
	if domain.CodeOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "K6_BINARY") {
		t.Errorf("Version without any k6: %v", err)
	}
}
