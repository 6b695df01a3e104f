package local_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
	"plog.dev/plog/jobs/local"
)

var onePlan = k6.Bundle{Files: map[string][]byte{"script.js": []byte("the script"), "k6.json": nil}, Env: []string{"PLOG_SECRET_0=s3cret"}}

func TestOnceLeavesNothingButWhatItSaid(t *testing.T) {
	folder := t.TempDir()
	r := local.New(local.Config{Dir: folder, Binary: fake(t, `cat script.js; echo " $PLOG_SECRET_0 $*"; ulimit -d; exit 99`)})
	out, log, err := r.Once(t.Context(), onePlan, []string{"run", "it"}, 1<<20)
	if err != nil || out.ExitCode != 99 || out.Stopped {
		t.Errorf("outcome %+v, %v", out, err)
	}
	if diff := cmp.Diff("the script s3cret run it\n524288\n", string(log)); diff != "" {
		t.Errorf("log, -want +got:\n%s", diff)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, log, err = r.Once(t.Context(), onePlan, nil, 5); err != nil || string(log) != "the s" {
		t.Errorf("the log's start %q, %v", log, err)
	}
}

func TestOnceEndsWithItsContext(t *testing.T) {
	ready, folder := newPipe(t), t.TempDir()
	r := local.New(local.Config{Dir: folder, Binary: fake(t, `trap '' INT TERM; echo began; echo now >`+string(ready)+`; while :; do sleep 1000; done`)})
	ctx, cancel := context.WithCancelCause(t.Context())
	var log []byte
	done := inBackground(func() (out loadtest.Outcome, err error) {
		out, log, err = r.Once(ctx, onePlan, nil, 1<<20)
		return out, err
	})
	ready.read(t)
	cancel(errors.New("nobody waits any more"))
	o := await(t, "the end", done)
	if o.err != nil || !o.Stopped || !strings.Contains(string(log), "began") {
		t.Errorf("outcome %+v, log %q", o, log)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestOnceNeedsAK6(t *testing.T) {
	r := local.New(local.Config{Dir: t.TempDir(), Binary: "/nowhere/k6"})
	if _, _, err := r.Once(t.Context(), onePlan, nil, 1); domain.CodeOf(err) != domain.Unavailable {
		t.Errorf("%v, want Unavailable", err)
	}
}
