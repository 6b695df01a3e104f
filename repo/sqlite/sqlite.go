// Package sqlite keeps PLOG's data in one SQLite file: plog.db in a data
// folder that one PLOG has to itself. One connection writes, a pool reads.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	driver "modernc.org/sqlite"

	"plog.dev/plog/migrations"
)

const (
	fileName = "plog.db"
	readers  = 4
)

// DB is an open data folder. Its repositories may be used from anywhere until
// Close. Where nothing else is said, their methods return *domain.Error with
// NotFound for what does not exist, Unavailable (store.full, store.busy,
// store.read_only) while the file cannot be written, and Internal otherwise.
type DB struct {
	dir       string
	temporary bool // dir is removed on Close
	lock      *flock.Flock
	writer    *bun.DB // one connection
	reader    *bun.DB
	vault     *vault
	applied   Applied
	rollups   *Rollups
}

// Option changes how a data folder is opened.
type Option func(*options)

type options struct{ secret string }

// WithSecretKey sets the key that secrets are encrypted with: 32 bytes as hex
// or base64, or any passphrase. Without it, or empty, the folder's own file
// secret.key is used, and made when the folder is new.
func WithSecretKey(key string) Option { return func(o *options) { o.secret = key } }

// Open opens the data folder dir, makes it if need be, and brings its database
// to the newest schema after a backup. The caller closes the DB. It returns a
// *domain.Error: Conflict when another PLOG uses the folder (store.locked) or a
// newer one wrote it (store.newer), Invalid for a wrong secret key
// (store.wrong_key), Unavailable when the folder or file cannot be used
// (store.read_only, store.full, store.corrupt, store.folder).
func Open(ctx context.Context, dir string, opts ...Option) (*DB, error) {
	db, err := open(ctx, dir, opts)
	if err != nil {
		return nil, fmt.Errorf("open data folder: %w", explain(err, dir))
	}
	return db, nil
}

func open(ctx context.Context, dir string, opts []Option) (_ *DB, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	db := &DB{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	if db.lock, err = lockFolder(dir); err != nil {
		return nil, err
	}
	if err := makeFile(filepath.Join(dir, fileName)); err != nil {
		return nil, err
	}
	if db.writer, err = connect(dir, 1, url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "journal_size_limit(67108864)"},
	}); err != nil {
		return nil, err
	}
	if db.reader, err = connect(dir, readers, url.Values{
		"_pragma": {"busy_timeout(5000)", "cache_size(-16000)", "query_only(1)"},
	}); err != nil {
		return nil, err
	}
	if db.applied, err = migrateUp(ctx, db.writer, dir, migrations.Files); err != nil {
		return nil, err
	}
	db.vault, err = openVault(ctx, db.writer, dir, settle(opts).secret, true)
	if err != nil {
		return nil, err
	}
	db.rollups = newRollups(db)
	return db, nil
}

// OpenReadOnly opens the data folder dir for reading, also while another PLOG
// uses it. Every write returns Unavailable with the key store.read_only. The
// caller closes the DB. Errors are those of Open, and Conflict (store.older)
// when the database waits to be migrated.
func OpenReadOnly(ctx context.Context, dir string, opts ...Option) (*DB, error) {
	db, err := openReadOnly(ctx, dir, opts)
	if err != nil {
		return nil, fmt.Errorf("open data folder for reading: %w", explain(err, dir))
	}
	return db, nil
}

func openReadOnly(ctx context.Context, dir string, opts []Option) (_ *DB, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		return nil, errNoData(dir).Because(err)
	}
	db := &DB{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	db.reader, err = connect(dir, readers, url.Values{
		"mode": {"ro"}, "_pragma": {"busy_timeout(5000)", "query_only(1)"},
	})
	if err != nil {
		return nil, err
	}
	db.writer = db.reader
	if err := checkCurrent(ctx, db.reader, dir, migrations.Files); err != nil {
		return nil, err
	}
	db.vault, err = openVault(ctx, db.reader, dir, settle(opts).secret, false)
	if err != nil {
		return nil, err
	}
	db.rollups = newRollups(db)
	return db, nil
}

// OpenTemp opens a new data folder that Close removes.
func OpenTemp(ctx context.Context) (*DB, error) {
	dir, err := os.MkdirTemp("", "plog-")
	if err != nil {
		return nil, fmt.Errorf("make temporary data folder: %w", explain(err, os.TempDir()))
	}
	db, err := Open(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	db.temporary = true
	return db, nil
}

// Close ends all connections and gives the folder free for another PLOG.
func (db *DB) Close() error {
	var errs []error
	if db.rollups != nil {
		errs = append(errs, db.rollups.close())
	}
	for _, pool := range []*bun.DB{db.reader, db.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Unlock())
	}
	if db.temporary {
		errs = append(errs, os.RemoveAll(db.dir))
	}
	return errors.Join(errs...)
}

// Dir returns the data folder's absolute path.
func (db *DB) Dir() string { return db.dir }

// Applied returns what Open did to the schema.
func (db *DB) Applied() Applied { return db.applied }

// Ping returns an error when the database cannot be read.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.fail("ping", db.reader.QueryRowContext(ctx, "SELECT 1 FROM meta LIMIT 1").Scan(&one))
}

// connect returns a pool of connections; PRAGMAs are in the DSN because one
// that is sent through a pool reaches one connection only.
func connect(dir string, connections int, params url.Values) (*bun.DB, error) {
	dsn := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, fileName)), RawQuery: params.Encode()}
	connector, err := driver.NewConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return bun.NewDB(pool, sqlitedialect.New()), nil
}

// write carries fn out in one transaction of the writing connection.
func (db *DB) write(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.writer.RunInTx(ctx, nil, fn)
}

// fail explains err, if there is one, as a failure of doing.
func (db *DB) fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, explain(err, db.dir))
}

func settle(opts []Option) options {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// micros is a moment as it is stored: Unix microseconds, 0 for none.
type micros int64

func at(t time.Time) micros {
	if t.IsZero() {
		return 0
	}
	return micros(t.UnixMicro())
}

func (m micros) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}

// stored returns t as it will be read again.
func stored(t time.Time) time.Time { return at(t).time() }
