package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// usage is what a program that goes on used over a while.
type usage struct {
	cores  float64 // CPU time over time
	memory uint64  // bytes: the most resident that was seen
}

// meter watches a program.
type meter struct {
	p     *process.Process
	since time.Time
	cpu   float64 // seconds used by then
	stop  context.CancelFunc
	most  chan uint64
}

// watchUsage begins to measure the program; end tells.
func watchUsage(ctx context.Context, pid int) (*meter, error) {
	p, err := process.NewProcessWithContext(ctx, int32(pid)) //nolint:gosec // a process id
	if err != nil {
		return nil, fmt.Errorf("watch process: %w", err)
	}
	cpu, err := p.TimesWithContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("watch process: %w", err)
	}
	sampling, stop := context.WithCancel(ctx)
	m := &meter{p: p, since: time.Now(), cpu: cpu.User + cpu.System, stop: stop, most: make(chan uint64, 1)}
	go func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		var most uint64
		for {
			if info, err := p.MemoryInfoWithContext(sampling); err == nil {
				most = max(most, info.RSS)
			}
			select {
			case <-sampling.Done():
				m.most <- most
				return
			case <-tick.C:
			}
		}
	}()
	return m, nil
}

// end returns what was used since the beginning.
func (m *meter) end(ctx context.Context) (usage, error) {
	m.stop()
	most := <-m.most
	cpu, err := m.p.TimesWithContext(ctx)
	if err != nil {
		return usage{}, fmt.Errorf("watch process: %w", err)
	}
	return usage{cores: (cpu.User + cpu.System - m.cpu) / time.Since(m.since).Seconds(), memory: most}, nil
}

// databaseSize returns the bytes of a data folder's database, with its
// write-ahead log.
func databaseSize(dir string) (int64, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.db*"))
	if err != nil {
		return 0, fmt.Errorf("size of the database: %w", err)
	}
	var sum int64
	for _, file := range files {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the log went into the database meanwhile
		}
		if err != nil {
			return 0, fmt.Errorf("size of the database: %w", err)
		}
		sum += info.Size()
	}
	return sum, nil
}
