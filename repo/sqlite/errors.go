package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"plog.dev/plog/domain"
)

func errLocked(dir, pid string) *domain.Error {
	return domain.Errorf(domain.Conflict, "store.locked",
		"Another PLOG (pid {{.PID}}) uses the data folder {{.Dir}}. Stop it, or start this one with another PLOG_DATA_DIR.", "PID", pid, "Dir", dir)
}

func errNewer(dir, migration string) *domain.Error {
	return domain.Errorf(domain.Conflict, "store.newer",
		"The data folder {{.Dir}} was written by a newer PLOG (it has the schema {{.Migration}}). Start that version, or one after it.", "Dir", dir, "Migration", migration)
}

func errOlder(dir string) *domain.Error {
	return domain.Errorf(domain.Conflict, "store.older",
		"The data folder {{.Dir}} has the schema of an older PLOG. Run plog migrate once, then try again.", "Dir", dir)
}

func errNoData(dir string) *domain.Error {
	return domain.Errorf(domain.NotFound, "store.no_data",
		"There is no PLOG database in {{.Dir}}. Check PLOG_DATA_DIR.", "Dir", dir)
}

func errFolder(dir string) *domain.Error {
	return domain.Errorf(domain.Unavailable, "store.folder",
		"The data folder {{.Dir}} cannot be made or opened. Check the path and its permissions, or set PLOG_DATA_DIR.", "Dir", dir)
}

func errReadOnly(dir string) *domain.Error {
	return domain.Errorf(domain.Unavailable, "store.read_only",
		"The data folder {{.Dir}} cannot be written. Check its permissions, or set PLOG_DATA_DIR to another folder.", "Dir", dir)
}

func errFull(dir string) *domain.Error {
	return domain.Errorf(domain.Unavailable, "store.full",
		"The disk that holds {{.Dir}} is full. Free some space; nothing that was saved is lost.", "Dir", dir)
}

func errBusy(dir string) *domain.Error {
	return domain.Errorf(domain.Unavailable, "store.busy",
		"The database in {{.Dir}} is busy. Try again in a moment.", "Dir", dir)
}

func errIO(dir string) *domain.Error {
	return domain.Errorf(domain.Unavailable, "store.io",
		"The disk that holds {{.Dir}} reports errors. Check the disk; the log has the details.", "Dir", dir)
}

func errCorrupt(dir string) *domain.Error {
	return domain.Errorf(domain.Unavailable, "store.corrupt",
		"The database file plog.db in {{.Dir}} is damaged or is no PLOG database. Put a backup (plog-….db) in its place, or move it away to start empty.", "Dir", dir)
}

func errWrongKey(dir string) *domain.Error {
	return domain.Errorf(domain.Invalid, "store.wrong_key",
		"The secrets in {{.Dir}} were encrypted with another key. Start PLOG with the PLOG_SECRET_KEY it had before, or without one if it had none.", "Dir", dir)
}

func errKeyGone(dir string) *domain.Error {
	return domain.Errorf(domain.Invalid, "store.key_gone",
		"The key to the secrets in {{.Dir}} is missing. Put the file secret.key back, or set PLOG_SECRET_KEY to the key PLOG had before.", "Dir", dir)
}

// explain turns what the driver and the operating system report about the data
// folder into a sentence. Errors of the domain and ended contexts stay as they are.
func explain(err error, dir string) error {
	var known *domain.Error
	if errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if e := sentence(err, dir); e != nil {
		return e.Because(err)
	}
	return err
}

func sentence(err error, dir string) *domain.Error {
	var lite *driver.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff { // the primary code of an extended one
		case codes.SQLITE_FULL:
			return errFull(dir)
		case codes.SQLITE_READONLY, codes.SQLITE_PERM:
			return errReadOnly(dir)
		case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
			return errCorrupt(dir)
		case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
			return errBusy(dir)
		case codes.SQLITE_CANTOPEN:
			return errFolder(dir)
		case codes.SQLITE_IOERR:
			return errIO(dir)
		}
		return nil
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return errFull(dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return errReadOnly(dir)
	}
	return nil
}

// violates reports whether err is a broken constraint of the given extended code.
func violates(err error, code int) bool {
	var lite *driver.Error
	return errors.As(err, &lite) && lite.Code() == code
}

func brokenReference(err error) bool { return violates(err, codes.SQLITE_CONSTRAINT_FOREIGNKEY) }
