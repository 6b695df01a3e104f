package sqlite_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/repo/repotest"
	"plog.dev/plog/repo/sqlite"
)

// role tells a child of the test binary what to be.
const role = "PLOG_TEST_ROLE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(role); dir != "" {
		if err := appendForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func reopen(t *testing.T, dir string, opts ...sqlite.Option) (*bundle, error) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir, opts...)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = db.Close() })
	return &bundle{DB: db}, nil
}

func TestOpenMakesAPrivateFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "데이터 ?#%20 'x'", "plog")
	b, err := reopen(t, dir)
	must(t, err)
	must(t, b.Ping(t.Context()))
	if a := b.Applied(); len(a.Migrations) == 0 || a.Backup != "" {
		t.Errorf("applied %+v", a)
	}
	for name, want := range map[string]os.FileMode{".": 0o700, "plog.db": 0o600, "plog.db-wal": 0o600, "secret.key": 0o600, "plog.lock": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if mode := info.Mode().Perm(); mode != want {
			t.Errorf("%s has mode %o, want %o", name, mode, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		code  domain.Code
		key   string
	}{
		"a second PLOG": {func(t *testing.T, dir string) {
			_, err := reopen(t, dir)
			must(t, err)
		}, domain.Conflict, "store.locked"},
		"a newer schema": {func(t *testing.T, dir string) {
			closed(t, dir, "INSERT INTO bun_migrations (name, group_id) VALUES ('9999', 9)")
		}, domain.Conflict, "store.newer"},
		"a file that is no database": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "plog.db"), bytes.Repeat([]byte("no database\n"), 1000), 0o600))
		}, domain.Unavailable, "store.corrupt"},
		"a damaged database": {func(t *testing.T, dir string) {
			closed(t, dir, "SELECT 1")
			f, err := os.OpenFile(filepath.Join(dir, "plog.db"), os.O_RDWR, 0)
			must(t, err)
			_, err = f.WriteAt(bytes.Repeat([]byte{0xa5}, 4000), 100)
			must(t, err)
			must(t, f.Close())
		}, domain.Unavailable, "store.corrupt"},
		"a file in the folder's place": {func(t *testing.T, dir string) {
			must(t, os.Remove(dir))
			must(t, os.WriteFile(dir, nil, 0o600))
		}, domain.Unavailable, "store.folder"},
		"a lost key": {func(t *testing.T, dir string) {
			closed(t, dir, "SELECT 1")
			must(t, os.Remove(filepath.Join(dir, "secret.key")))
		}, domain.Invalid, "store.key_gone"},
		"another key": {func(t *testing.T, dir string) {
			closed(t, dir, "SELECT 1")
			must(t, os.WriteFile(filepath.Join(dir, "secret.key"), []byte(strings.Repeat("00", 32)), 0o600))
		}, domain.Invalid, "store.wrong_key"},
		"a folder that cannot be written": {func(t *testing.T, dir string) {
			if os.Geteuid() == 0 {
				t.Skip("skipped: the superuser may write everywhere")
			}
			must(t, os.Chmod(dir, 0o500)) //nolint:gosec // a folder wants its x
		}, domain.Unavailable, "store.read_only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c.spoil(t, dir)
			_, err := reopen(t, dir)
			wantCode(t, err, c.code, c.key)
			if strings.Count(err.Error(), dir) == 0 {
				t.Errorf("the sentence does not name the folder: %v", err)
			}
		})
	}
}

// closed makes a database, changes it, and closes it.
func closed(t *testing.T, dir, query string) {
	t.Helper()
	b, err := reopen(t, dir)
	must(t, err)
	b.Exec(t, query)
	must(t, b.Close())
}

func TestLockNamesItsHolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := reopen(t, dir)
	must(t, err)
	_, err = reopen(t, dir)
	if want := fmt.Sprintf("pid %d", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v does not say %q", err, want)
	}
	must(t, first.Close())
	_, err = reopen(t, dir)
	must(t, err)
}

func TestSecretKeys(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{"the folder's": "", "hex": hex.EncodeToString(random(32)), "a passphrase": "열려라 참깨"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			b, err := reopen(t, dir, sqlite.WithSecretKey(key))
			must(t, err)
			must(t, b.Projects().Create(t.Context(), &b.project))
			plan := b.plan(t)
			run := b.run(t, plan)
			for _, body := range b.Texts(t, "SELECT body FROM plan_versions UNION ALL SELECT plan FROM runs") {
				if strings.Contains(body, "비밀") || !strings.Contains(body, "주문") {
					t.Errorf("stored: %s", body)
				}
			}
			must(t, b.Close())
			_, err = reopen(t, dir, sqlite.WithSecretKey("another"))
			wantCode(t, err, domain.Invalid, "store.wrong_key")
			b, err = reopen(t, dir, sqlite.WithSecretKey(key))
			must(t, err)
			same(t, plan, got[loadtest.Plan](t)(b.Plans().Get(t.Context(), plan.ID)))
			same(t, run, got[loadtest.Run](t)(b.Runs().Get(t.Context(), run.ID)))
		})
	}
}

// A plan is stored as it always was, but for what it has beyond that: plans of
// earlier versions are read.
func TestPlansAreStoredWithoutWhatTheyLack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.plan(t)
	p.Auth = nil
	must(t, b.Plans().Save(t.Context(), &p))
	for _, body := range b.Texts(t, "SELECT body FROM plan_versions WHERE version = 2") {
		var stored struct {
			Auth      any
			Scenarios []struct{ Steps []map[string]any }
		}
		must(t, json.Unmarshal([]byte(body), &stored))
		step := stored.Scenarios[0].Steps[0]
		same(t, []string{"method", "path", "request"}, slices.Sorted(maps.Keys(step)))
		same(t, nil, stored.Auth)
	}
	same(t, p, got[loadtest.Plan](t)(b.Plans().Get(t.Context(), p.ID)))
}

func TestOpenReadOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := sqlite.OpenReadOnly(t.Context(), dir)
	wantCode(t, err, domain.NotFound, "store.no_data")
	owner, err := reopen(t, dir)
	must(t, err)
	must(t, owner.Projects().Create(t.Context(), &owner.project))
	run := owner.newRun(t)
	read := func(t *testing.T) {
		db, err := sqlite.OpenReadOnly(t.Context(), dir)
		must(t, err)
		same(t, run, got[loadtest.Run](t)(db.Runs().Get(t.Context(), run)).ID)
		wantCode(t, db.Runs().Rename(t.Context(), run, "x"), domain.Unavailable, "store.read_only")
		_, err = db.Rollups().Append(t.Context(), run, repotest.Many("a", 1, 1))
		wantCode(t, err, domain.Unavailable, "store.read_only")
		must(t, db.Close())
	}
	t.Run("beside its owner", read)
	must(t, owner.Close())
	t.Run("alone", read)
	closed(t, dir, "DELETE FROM bun_migrations")
	_, err = sqlite.OpenReadOnly(t.Context(), dir)
	wantCode(t, err, domain.Conflict, "store.older")
}

func TestOpenTempLeavesNothing(t *testing.T) {
	t.Parallel()
	db, err := sqlite.OpenTemp(t.Context())
	must(t, err)
	must(t, db.Ping(t.Context()))
	must(t, db.Close())
	if _, err := os.Stat(db.Dir()); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", db.Dir(), err)
	}
}

// appendForever stores batches of a new run in dir and prints the number of
// each once it is acknowledged, until it is killed.
func appendForever(dir string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	project := domain.Project{Name: "crash"}
	if err := db.Projects().Create(ctx, &project); err != nil {
		return err
	}
	run := loadtest.Run{ProjectID: project.ID}
	if err := db.Runs().Create(ctx, &run); err != nil {
		return err
	}
	fmt.Println(run.ID)
	for seq := uint64(1); ; seq++ {
		if _, err := db.Rollups().Append(ctx, run.ID, repotest.Many("a", seq, 50)); err != nil {
			return err
		}
		fmt.Println(seq)
	}
}

func TestKilledWhileAppending(t *testing.T) {
	t.Parallel()
	for _, acknowledged := range []int{1, 40, 150} {
		t.Run(fmt.Sprint(acknowledged), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run, last := killAfter(t, dir, acknowledged)
			b, err := reopen(t, dir)
			must(t, err)
			b.CheckIntegrity(t)
			var seq uint64
			for batch, err := range b.Rollups().Batches(t.Context(), run) {
				must(t, err)
				seq++
				if batch.Seq != seq || len(batch.Rollups) != 50 {
					t.Fatalf("batch %d in place %d with %d rollups", batch.Seq, seq, len(batch.Rollups))
				}
			}
			if seq < last {
				t.Errorf("%d batches acknowledged, %d found", last, seq)
			}
			got[bool](t)(b.Rollups().Append(t.Context(), run, metrics.Batch{Instance: "a", Seq: seq + 1}))
		})
	}
}

// killAfter lets a child append to dir until so many batches are acknowledged,
// kills it, and returns its run and the last acknowledged number.
func killAfter(t *testing.T, dir string, acknowledged int) (domain.RunID, uint64) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test binary
	child.Env = append(os.Environ(), role+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	var lines []string
	in := bufio.NewScanner(out)
	for len(lines) <= acknowledged && in.Scan() {
		lines = append(lines, in.Text())
	}
	must(t, child.Process.Kill())
	rest, err := io.ReadAll(out) // what it acknowledged until the signal reached it
	must(t, err)
	lines = append(lines, strings.Fields(string(rest))...)
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	var last uint64
	_, err = fmt.Sscan(lines[len(lines)-1], &last)
	must(t, err)
	return domain.RunID(lines[0]), last
}
