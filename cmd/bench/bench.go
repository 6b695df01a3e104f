package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// bench is what every measurement works with.
type bench struct {
	bin            string // absolute
	stdout, stderr io.Writer
}

// measurement is one chapter of the results.
type measurement interface {
	measure(ctx context.Context, b *bench) (section, error)
}

func newBench(bin string, stdout, stderr io.Writer) (*bench, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return nil, fmt.Errorf("folder of the binaries: %w", err)
	}
	return &bench{bin: bin, stdout: stdout, stderr: stderr}, nil
}

// binary returns the path of a program of PLOG.
func (b *bench) binary(name string) string { return filepath.Join(b.bin, name) }

// print measures and writes the section.
func (b *bench) print(ctx context.Context, m measurement) error {
	s, err := m.measure(ctx, b)
	if err != nil {
		return err
	}
	_, err = io.WriteString(b.stdout, s.markdown())
	return err
}

// say tells a person who waits what is going on.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.stderr, format+"\n", args...)
}

// inTemp gives do a folder that is gone afterwards.
func inTemp(do func(dir string) error) (err error) {
	dir, err := os.MkdirTemp("", "plog-bench-")
	if err != nil {
		return fmt.Errorf("temporary folder: %w", err)
	}
	defer func() {
		if gone := os.RemoveAll(dir); err == nil && gone != nil {
			err = fmt.Errorf("remove temporary folder: %w", gone)
		}
	}()
	return do(dir)
}
