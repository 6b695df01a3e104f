package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/views/paths"
)

// What discovering the largest document may take.
const (
	largestWithin  = 4 * time.Second
	firstByte      = 150 * time.Millisecond
	memoryPerByte  = 25
	memoryAnyway   = 64 << 20
	keptPerByte    = 5 // of memory, once it is read
	largest        = "github-api.json"
	firstByteTries = 15
)

type discoveryCmd struct {
	Documents string `env:"PLOG_DOCUMENTS" default:"../shared/openapi" help:"A folder of documents with its INDEX.tsv."`
}

// Run measures and prints.
func (c *discoveryCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

func (c *discoveryCmd) measure(ctx context.Context, b *bench) (s section, err error) {
	s = section{
		title: "Discovery",
		how: "Every document is fetched from this machine, read, given one example per operation and stored in SQLite, " +
			"each in a process of its own whose peak memory is the operating system's figure. Then PLOG itself makes a project of the largest.",
	}
	all, err := readIndex(c.Documents)
	if err != nil {
		return s, err
	}
	address, stop, err := serveFolder(ctx, c.Documents)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	err = inTemp(func(dir string) error {
		if err := c.each(ctx, b, &s, all, address, dir); err != nil {
			return err
		}
		return c.page(ctx, b, &s, address, dir)
	})
	return s, err
}

// indexed is a document of the folder, as its index has it.
type indexed struct {
	name       string
	operations int
	valid      bool
}

func readIndex(dir string) (all []indexed, err error) {
	f, err := os.Open(filepath.Join(dir, "INDEX.tsv")) //nolint:gosec // the person at the terminal names it
	if err != nil {
		return nil, fmt.Errorf("documents: %w (name a folder of them with --documents)", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	lines := csv.NewReader(f)
	lines.Comma, lines.LazyQuotes, lines.FieldsPerRecord = '\t', true, -1
	rows, err := lines.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("index of documents: %w", err)
	}
	for _, row := range rows[min(1, len(rows)):] {
		if len(row) < 6 {
			continue
		}
		d := indexed{name: row[0], valid: !strings.Contains(row[5], "INVALID")}
		if d.operations, err = strconv.Atoi(row[4]); err != nil && d.valid {
			return nil, fmt.Errorf("index of documents: %s: %w", row[0], err)
		}
		all = append(all, d)
	}
	return all, nil
}

// serveFolder serves the files of a folder on this machine.
func serveFolder(ctx context.Context, dir string) (address string, stop func() error, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("serve documents: %w", err)
	}
	server := &http.Server{Handler: http.FileServer(http.Dir(dir)), ReadHeaderTimeout: time.Minute}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	return "http://" + l.Addr().String() + "/", func() error {
		err := server.Close()
		if ended := <-done; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	}, nil
}

// each measures every document in a process of its own.
func (c *discoveryCmd) each(ctx context.Context, b *bench, s *section, all []indexed, address, dir string) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	t := table{title: "One document in one process:", head: []string{"Document", "KiB", "operations", "in the index", "faults", "fetched and read", "examples", "stored", "peak memory"}}
	wrong, refused := 0, 0
	for _, d := range all {
		b.say("discovery: %s", d.name)
		result := filepath.Join(dir, "result.json")
		used, err := toEnd(ctx, dir, os.Environ(), self, "--bin", b.bin, "discover-one", address+(&url.URL{Path: d.name}).EscapedPath(), result)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		one, err := readDiscovered(result)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		if one.Refused != "" {
			refused++
			t.add(d.name, "", "refused: "+one.Refused, "", "", "", "", "", mib(used.memory))
			if d.valid {
				wrong++
			}
			continue
		}
		if d.valid && one.Operations != d.operations {
			wrong++
		}
		t.add(d.name, strconv.Itoa(one.Bytes>>10), strconv.Itoa(one.Operations), strconv.Itoa(d.operations), strconv.Itoa(one.Faults),
			ms(one.ReadMS), ms(one.ExamplesMS), ms(one.StoredMS), mib(used.memory))
		if d.name == largest {
			total := one.ReadMS + one.ExamplesMS + one.StoredMS
			limit := uint64(memoryPerByte*one.Bytes + memoryAnyway)
			s.targets = append(s.targets,
				target{"the largest document fetched, read, given examples, stored", "≤ " + ms(milliseconds(largestWithin)), ms(total), total <= milliseconds(largestWithin)},
				target{"its peak memory (25 × its size + 64 MiB)", "≤ " + mib(limit), mib(used.memory), used.memory <= limit})
		}
	}
	s.tables = append(s.tables, t)
	s.targets = append(s.targets, target{"valid documents read with as many operations as the index says", "all", fmt.Sprintf("all but %d of %d", wrong, len(all)), wrong == 0})
	s.notes = append(s.notes, fmt.Sprintf("%d documents, %d of them refused (no OpenAPI document at all)", len(all), refused))
	return nil
}

// page makes a project of the largest document in PLOG itself.
func (c *discoveryCmd) page(ctx context.Context, b *bench, s *section, address, dir string) (err error) {
	server, err := b.startPLOG(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if err := server.signIn(ctx); err != nil {
		return err
	}
	before, _, err := memoryOf(server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	begun := time.Now()
	at, err := server.post(ctx, paths.Projects, url.Values{"target": {address + largest}}, "")
	if err != nil {
		return fmt.Errorf("add project: %w", err)
	}
	took := time.Since(begun)
	project := domain.ProjectID(strings.Split(strings.TrimPrefix(at, paths.Projects+"/"), "/")[0])
	waits := make([]float64, firstByteTries)
	for i := range waits {
		if waits[i], err = server.firstByte(ctx, paths.APIs(project)); err != nil {
			return err
		}
	}
	after, peak, err := memoryOf(server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	t := table{title: "The largest document in PLOG itself:", head: []string{"What", "Measured"}}
	t.add("a project of it, until its page is there", ms(milliseconds(took)))
	t.add("its page's first byte (ms)", spread(waits))
	t.add("memory before", mib(before))
	t.add("memory at its peak", mib(peak))
	t.add("memory afterwards", mib(after))
	s.tables = append(s.tables, t)
	info, err := os.Stat(filepath.Join(c.Documents, largest))
	if err != nil {
		return fmt.Errorf("size of the largest document: %w", err)
	}
	limit, kept := uint64(memoryPerByte*info.Size()+memoryAnyway), uint64(keptPerByte*info.Size())
	s.targets = append(s.targets,
		target{"first byte of the largest document's page", "≤ " + ms(milliseconds(firstByte)), ms(median(waits)), median(waits) <= milliseconds(firstByte)},
		target{"PLOG's peak memory", "≤ " + mib(limit), mib(peak), peak <= limit},
		target{"what of it stays (5 × its size)", "≤ " + mib(kept), mib(after - min(before, after)), after <= before+kept})
	return nil
}

// firstByte returns how many milliseconds a page's first byte takes.
func (s *plogServer) firstByte(ctx context.Context, path string) (float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return 0, fmt.Errorf("load page: %w", err)
	}
	begun := time.Now()
	res, err := s.browser.Do(req)
	if err != nil {
		return 0, fmt.Errorf("load page: %w", err)
	}
	_, read := io.ReadFull(res.Body, make([]byte, 1))
	took := milliseconds(time.Since(begun))
	if _, rest := io.Copy(io.Discard, res.Body); read == nil {
		read = rest
	}
	if err := errors.Join(read, res.Body.Close()); err != nil {
		return 0, fmt.Errorf("load page: %w", err)
	}
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("load %s: PLOG answers %s", path, res.Status)
	}
	return took, nil
}

// memoryOf returns what a process has resident, and the most it ever had, in bytes.
func memoryOf(pid int) (now, peak uint64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("memory of process: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		figure, err := strconv.ParseUint(kib, 10, 64)
		switch {
		case err != nil:
		case name == "VmRSS":
			now = figure << 10
		case name == "VmHWM":
			peak = figure << 10
		}
	}
	return now, cmp.Or(peak, now), nil
}
