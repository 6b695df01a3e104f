package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

const lockName = "plog.lock"

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errFolder(dir).Because(err)
	}
	return nil
}

// makeFile makes the database file before SQLite does, so that nobody else may
// read it, and so that a folder that cannot be written says so itself.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the path is the operator's own
	if err != nil {
		return err
	}
	return f.Close()
}

// lockFolder takes the folder for this process; the lock file tells others by
// whose hand.
func lockFolder(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, lockName)
	lock := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !locked {
		return nil, errLocked(dir, holder(path))
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), lock.Unlock())
	}
	return lock, nil
}

// holder returns the process id in a lock file, "?" if there is none yet.
func holder(path string) string {
	text, err := os.ReadFile(path) //nolint:gosec // the path is the operator's own
	pid := strings.TrimSpace(string(text))
	if err != nil || pid == "" {
		return "?"
	}
	return pid
}
