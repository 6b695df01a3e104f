package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"syscall"

	"plog.dev/plog/domain/metrics"
)

// samples are the durations of requests as k6 measured them, in milliseconds,
// by the name of their operation; "" is all together.
type samples map[string][]float64

// readSamples reads what k6's csv output writes and keeps http_req_duration,
// without setup and teardown.
func readSamples(r io.Reader) (samples, error) {
	lines := csv.NewReader(r)
	lines.ReuseRecord = true
	head, err := lines.Read()
	if err != nil {
		return nil, fmt.Errorf("read k6's csv: %w", err)
	}
	head = slices.Clone(head)
	column := map[string]int{}
	for _, name := range []string{"metric_name", "metric_value", "name", "group"} {
		if column[name] = slices.Index(head, name); column[name] < 0 {
			return nil, fmt.Errorf("read k6's csv: it has no column %s", name)
		}
	}
	all := samples{}
	for {
		line, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read k6's csv: %w", err)
		}
		if line[column["metric_name"]] != metrics.HTTP || metrics.Unmeasured(line[column["group"]]) {
			continue
		}
		took, err := strconv.ParseFloat(line[column["metric_value"]], 64)
		if err != nil {
			return nil, fmt.Errorf("read k6's csv: %w", err)
		}
		name := line[column["name"]]
		if _, known := all[name]; !known {
			name = string([]byte(name)) // the reader's line is used again
		}
		all[name] = append(all[name], took)
		all[""] = append(all[""], took)
	}
}

func (s samples) sort() {
	for _, durations := range s {
		slices.Sort(durations)
	}
}

// pipe is a named pipe that is read while a program writes to it.
type pipe struct {
	path string
	read chan error
	got  samples
}

func openPipe(path string) (*pipe, error) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	p := &pipe{path: path, read: make(chan error, 1)}
	go func() {
		f, err := os.Open(path) // waits for the writer
		if err != nil {
			p.read <- err
			return
		}
		p.got, err = readSamples(f)
		p.read <- errors.Join(err, f.Close())
	}()
	return p, nil
}

// finish returns what was written. The writer must have ended.
func (p *pipe) finish() (samples, error) {
	// If it never came, the reader still waits for one. Without a reader this
	// fails, which is as well.
	if w, err := os.OpenFile(p.path, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
		_ = w.Close()
	}
	if err := <-p.read; err != nil {
		return nil, err
	}
	p.got.sort()
	return p.got, nil
}
