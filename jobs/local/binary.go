package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/jobs/k6"
)

const output = "plog" // the k6 output that reports to PLOG

// Version returns the name and version of the k6 that runs would use, such as
// "k6 v1.8.1"; Unavailable, in words, if there is none that can be used.
func (r *Runner) Version(ctx context.Context) (string, error) {
	_, version, err := r.find(ctx)
	return version, err
}

// find returns the k6 to use and its version.
func (r *Runner) find(ctx context.Context) (path, version string, err error) {
	if path, err = r.lookup(); err != nil {
		return "", "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", "", broken(path, err)
	}
	key := fmt.Sprint(path, info.Size(), info.ModTime())
	r.mu.Lock()
	version = r.checked[key]
	r.mu.Unlock()
	if version != "" {
		return path, version, nil
	}
	if version, err = ask(ctx, path, r.cfg.Environ); err != nil {
		return "", "", err
	}
	r.mu.Lock()
	r.checked[key] = version
	r.mu.Unlock()
	return path, version, nil
}

func (r *Runner) lookup() (string, error) {
	if r.cfg.Binary != "" {
		path, err := exec.LookPath(r.cfg.Binary)
		if err != nil {
			return "", broken(r.cfg.Binary, err)
		}
		return absolute(path)
	}
	candidates := []string{filepath.Join("bin", "k6"), "k6"}
	if own, err := os.Executable(); err == nil {
		candidates = append([]string{filepath.Join(filepath.Dir(own), "k6")}, candidates...)
	}
	for _, candidate := range candidates {
		path, err := exec.LookPath(candidate)
		if err == nil {
			return absolute(path)
		}
		if !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, fs.ErrNotExist) {
			return "", broken(candidate, err)
		}
	}
	return "", domain.Errorf(domain.Unavailable, "run.k6_missing",
		"k6 is missing: it is not beside PLOG, not in ./bin and not on PATH. Build it with “make build”, or say where it is with K6_BINARY.")
}

func absolute(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", broken(path, err)
	}
	return path, nil
}

// ask runs the binary to see that it is a k6 with PLOG's output.
func ask(ctx context.Context, path string, environ []string) (version string, err error) {
	cmd := exec.CommandContext(ctx, path, "version", "--json") //nolint:gosec // the operator's choice
	cmd.Env = k6.ChildEnv(environ)
	text, err := cmd.Output()
	if err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("ask k6 for its version: %w", context.Cause(ctx))
		}
		return "", broken(path, err)
	}
	var details struct {
		Version    string
		Extensions []struct{ Outputs []string }
	}
	if err := json.Unmarshal(text, &details); err != nil {
		return "", broken(path, err)
	}
	for _, e := range details.Extensions {
		if slices.Contains(e.Outputs, output) {
			return strings.TrimSpace("k6 " + details.Version), nil
		}
	}
	return "", domain.Errorf(domain.Unavailable, "run.k6_foreign",
		"{{.Path}} is a k6 without PLOG's output. Build PLOG's own with “make build”, or say where it is with K6_BINARY.", "Path", path)
}

func broken(path string, err error) error {
	return domain.Errorf(domain.Unavailable, "run.k6_broken",
		"{{.Path}} cannot be run as k6: {{.Error}}. Build it with “make build”, or say where it is with K6_BINARY.",
		"Path", path, "Error", cause(err)).Because(err)
}

// cause is err without what the sentence around it says already.
func cause(err error) string {
	var lookup *exec.Error
	if errors.As(err, &lookup) {
		err = lookup.Err
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}
