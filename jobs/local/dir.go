package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// The files of a run's folder beside those of the k6.Bundle.
const (
	ingestFile = "ingest.url" // where to report to, read again before each attempt
	logFile    = "k6.log"     // what k6 wrote to its standard output and error
	exitFile   = "exit"       // k6's exit code and a newline, once it has ended
)

// dir is the folder of one run. It holds what k6 was given and what it said,
// for nobody but PLOG's own user.
type dir string

func (d dir) path(name string) string { return filepath.Join(string(d), name) }

// create makes the folder anew.
func (d dir) create() error {
	if err := os.RemoveAll(string(d)); err != nil {
		return fmt.Errorf("clear folder: %w", err)
	}
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	return nil
}

// write replaces a file at once: no reader sees half of it.
func (d dir) write(name string, content []byte) error {
	next := d.path(name + ".next")
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(next, d.path(name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// exitCode returns the code that k6 ended with; false while there is none. A
// line without its end is still being written.
func (d dir) exitCode() (code int, known bool) {
	text, err := os.ReadFile(d.path(exitFile))
	if err != nil || !strings.HasSuffix(string(text), "\n") {
		return 0, false
	}
	code, err = strconv.Atoi(strings.TrimSpace(string(text)))
	return code, err == nil
}

// tail returns the last bytes of the log, at most n, from the start of a line.
func (d dir) tail(n int64) (string, error) {
	f, err := os.Open(d.path(logFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("open log: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return "", fmt.Errorf("read log: %w", err)
	}
	from := max(size-n, 0)
	text := make([]byte, size-from)
	read, err := f.ReadAt(text, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read log: %w", err)
	}
	s := string(text[:read])
	if from > 0 {
		_, s, _ = strings.Cut(s, "\n")
	}
	return s, nil
}
