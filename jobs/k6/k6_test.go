package k6_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

var update = flag.Bool("update", false, "write the golden files anew")

func dur(d time.Duration) domain.Duration { return domain.Dur(d) }

// binary returns a real k6: PLOG_K6, the one this repository builds, or the
// one on PATH.
func binary(t *testing.T) string {
	t.Helper()
	built, err := filepath.Abs("../../bin/k6")
	if err != nil {
		t.Fatal(err)
	}
	for _, candidate := range []string{os.Getenv("PLOG_K6"), built, "k6"} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path
		}
	}
	t.Skip("no k6: set PLOG_K6, or build bin/k6")
	return ""
}

// run lets k6 carry the plan out as stock k6 would, and returns its log.
func run(t *testing.T, p loadtest.Plan, env ...string) (log string, err error) {
	t.Helper()
	p = p.WithDefaults(loadtest.Limits{})
	if err := p.Validate(loadtest.Limits{}); err != nil {
		t.Fatal(err)
	}
	bundle, err := k6.Build(p)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range bundle.Files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := k6.Args()
	for i, a := range args {
		if a == "--out" {
			args = append(args[:i:i], args[i+2:]...) // without PLOG
			break
		}
	}
	return execute(t, dir, args, append(bundle.Env, env...)...)
}

func execute(t *testing.T, dir string, args []string, env ...string) (log string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary(t), args...)
	cmd.Dir, cmd.Env = dir, k6.ChildEnv(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

func once(url string, steps ...loadtest.Step) loadtest.Plan {
	return loadtest.Plan{Name: "once", BaseURL: url, Scenarios: []loadtest.Scenario{{
		Name: "default", Executor: loadtest.SharedIterations, VUs: 1, Iterations: 1,
		Duration: dur(time.Minute), Order: loadtest.Journey, Steps: steps,
	}}}
}

func unmarshal(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}
