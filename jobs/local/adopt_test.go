package local_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/local"
)

func TestAdoptWhatOutlivedItsOwner(t *testing.T) {
	ready, proceed, folder := newPipe(t), newPipe(t), t.TempDir()
	binary := fake(t, "echo $$ >"+string(ready)+"; read url <"+string(proceed)+"; echo \"$url $(cat ingest.url)\"; exit 3")
	run := orphan(t, binary, folder, func() { ready.read(t) })
	r := local.New(local.Config{Dir: folder, Binary: binary})
	r.SetIngestURL("http://127.0.0.1:2/ingest")
	done := inBackground(func() (loadtest.Outcome, error) { return r.Adopt(t.Context(), run) })
	select {
	case o := <-done:
		t.Fatalf("adopted and over at once: %+v", o)
	default:
	}
	proceed.write(t, "now\n")
	o := await(t, "the end", done)
	if o.err != nil || o.ExitCode != 3 || o.Stopped {
		t.Errorf("outcome %+v", o)
	}
	again, err := r.Adopt(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o.Outcome, again); diff != "" {
		t.Errorf("adopted after its end, -first +second:\n%s", diff)
	}
	if url, err := os.ReadFile(filepath.Join(run.Process.Dir, "ingest.url")); err != nil || string(url) != "http://127.0.0.1:2/ingest" {
		t.Errorf("ingest.url: %q, %v", url, err)
	}
}

func TestAdoptedCanBeStopped(t *testing.T) {
	for name, supervisorDies := range map[string]bool{"with its supervisor": false, "alone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ready, folder := newPipe(t), t.TempDir()
			binary := fake(t, `trap 'kill $! 2>/dev/null; exit 105' INT; sleep 1000 & echo $$ >`+string(ready)+`; wait`)
			run := orphan(t, binary, folder, func() { ready.read(t) })
			want := 105
			if supervisorDies {
				if err := syscall.Kill(run.Process.PID, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				want = -1 // nobody was told
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(loadtest.ErrStoppedByUser)
			o, err := local.New(local.Config{Dir: folder, Binary: binary}).Adopt(ctx, run)
			if err != nil || !o.Stopped || o.ExitCode != want {
				t.Errorf("outcome %+v, %v", o, err)
			}
		})
	}
}

func TestTiedK6EndsWithItsOwner(t *testing.T) {
	t.Setenv(tiedEnv, "yes")
	lifeline := newPipe(t)
	binary := fake(t, "exec 3>"+string(lifeline)+"; echo runs >&3; exec sleep 1000")
	var held *os.File
	orphan(t, binary, t.TempDir(), func() {
		var err error
		if held, err = os.Open(string(lifeline)); err != nil {
			t.Fatal(err)
		}
		if _, err = io.ReadFull(held, make([]byte, len("runs\n"))); err != nil {
			t.Fatal(err)
		}
	})
	// The owner was killed: the other end of the pipe is closed when k6 is gone, too.
	if rest, err := io.ReadAll(held); err != nil || len(rest) != 0 {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestNothingToAdopt(t *testing.T) {
	folder := t.TempDir()
	r := local.New(local.Config{Dir: folder})
	for name, p := range map[string]*loadtest.Process{
		"never started":              nil,
		"the id is another's now":    {PID: os.Getpid(), StartedAt: time.Now().Add(-time.Hour), Dir: filepath.Join(folder, "run")},
		"no such process, no traces": {PID: 1 << 22, StartedAt: time.Now()},
	} {
		if _, err := r.Adopt(t.Context(), loadtest.Run{ID: "run", Process: p}); domain.CodeOf(err) != domain.NotFound {
			t.Errorf("%s: %v, want NotFound", name, err)
		}
	}
	dir := filepath.Join(folder, "half")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "exit"), []byte("10"), 0o600); err != nil {
		t.Fatal(err)
	}
	gone := loadtest.Run{ID: "half", Process: &loadtest.Process{PID: 1 << 22}}
	if _, err := r.Adopt(t.Context(), gone); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a code half written: %v, want NotFound", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "exit"), []byte("109\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := r.Adopt(t.Context(), gone)
	if err != nil || o.ExitCode != 109 || !strings.Contains(o.Reason.String(), "k6 itself broke") {
		t.Errorf("ended meanwhile: %+v, %v", o, err)
	}
}
