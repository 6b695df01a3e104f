package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

type microCmd struct {
	Source string        `default:"." type:"existingdir" help:"The source tree."`
	Time   time.Duration `default:"200ms" help:"How long each benchmark runs."`
}

// Run measures and prints.
func (c *microCmd) Run(ctx context.Context, b *bench) error { return b.print(ctx, c) }

// benchmarked are the packages with benchmarks, below the source tree: the
// folder of their module, the package, and which of its benchmarks.
var benchmarked = []struct{ module, pkg, pattern string }{
	{".", "./domain/metrics", "."},
	{".", "./domain/openapi", "."},
	{".", "./repo/sqlite", "Append"},
	{".", "./jobs/hub", "."},
	{".", "./handlers", "."},
	{".", "./handlers/sse", "."},
	{"cmd/k6", "./plogout", "."},
}

func (c *microCmd) measure(ctx context.Context, b *bench) (section, error) {
	s := section{
		title: "Single packages",
		how:   fmt.Sprintf("`go test -bench . -benchmem -benchtime %s`; %d packages.", c.Time, len(benchmarked)),
	}
	t := table{head: []string{"Benchmark", "time/op", "memory/op", "allocations/op", "else"}}
	for _, p := range benchmarked {
		b.say("micro: %s", p.pkg)
		cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", p.pattern, "-benchmem", "-benchtime", c.Time.String(), p.pkg) //nolint:gosec // fixed texts
		cmd.Dir = c.Source + "/" + p.module
		out, err := cmd.CombinedOutput()
		if err != nil {
			s.notes = append(s.notes, fmt.Sprintf("%s: not measured: %v", p.pkg, err))
			continue
		}
		t.rows = append(t.rows, benchmarkRows(strings.TrimPrefix(p.pkg, "./"), out)...)
	}
	s.tables = append(s.tables, t)
	return s, ctx.Err() //nolint:wrapcheck // why it was cancelled
}

// benchmarkRows reads what `go test -bench` prints: a name, a number of
// iterations, and then pairs of a figure and its unit.
func benchmarkRows(pkg string, out []byte) [][]string {
	var rows [][]string
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(words[0], "Benchmark"), "-")
		row := []string{pkg + " " + name, "", "", "", ""}
		var others []string
		for i := 2; i+1 < len(words); i += 2 {
			figure := words[i] + " " + words[i+1]
			switch words[i+1] {
			case "ns/op":
				row[1] = nanoseconds(words[i])
			case "B/op":
				row[2] = bytesOf(words[i])
			case "allocs/op":
				row[3] = words[i]
			default:
				others = append(others, figure)
			}
		}
		row[4] = strings.Join(others, ", ")
		rows = append(rows, row)
	}
	return rows
}

// nanoseconds writes a figure in ns with three digits and a unit that fits.
func nanoseconds(figure string) string {
	v, err := strconv.ParseFloat(figure, 64)
	if err != nil {
		return figure + " ns"
	}
	for _, unit := range []string{"ns", "µs", "ms"} {
		if v < 1000 {
			return fmt.Sprintf("%.3g %s", v, unit)
		}
		v /= 1000
	}
	return fmt.Sprintf("%.3g s", v)
}

func bytesOf(figure string) string {
	v, err := strconv.ParseInt(figure, 10, 64)
	if err != nil || v < 1<<10 {
		return figure + " B"
	}
	return kib(v)
}
