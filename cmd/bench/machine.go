package main

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/shirou/gopsutil/v4/mem"
)

// describeMachine returns a list of what the figures were measured on. What the
// system does not tell is left out.
func describeMachine(ctx context.Context, b *bench) string {
	var out strings.Builder
	item := func(format string, args ...any) { fmt.Fprintf(&out, "- "+format+"\n", args...) }
	if cpus, err := cpu.InfoWithContext(ctx); err == nil && len(cpus) > 0 {
		item("CPU: %s, %d of its threads", cpus[0].ModelName, runtime.NumCPU())
	}
	if m, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		item("memory: %s", mib(m.Total))
	}
	if h, err := host.InfoWithContext(ctx); err == nil {
		item("system: %s %s, %s %s, %s", h.Platform, h.PlatformVersion, h.OS, h.KernelVersion, runtime.GOARCH)
	}
	item("%s", runtime.Version())
	if v, err := exec.CommandContext(ctx, b.binary("k6"), "version").Output(); err == nil { //nolint:gosec // PLOG's own
		line, _, _ := strings.Cut(string(v), "\n")
		item("%s", strings.TrimSpace(line))
	}
	if v, err := exec.CommandContext(ctx, b.binary("plog"), "version").Output(); err == nil { //nolint:gosec // PLOG's own
		line, _, _ := strings.Cut(string(v), "\n")
		item("%s", strings.TrimSpace(line))
	}
	item("load average before: %s", loadAverage(ctx))
	return out.String()
}

// loadAverage says how busy the machine is with whatever it does.
func loadAverage(ctx context.Context) string {
	l, err := load.AvgWithContext(ctx)
	if err != nil {
		return "unknown"
	}
	return fmt.Sprintf("%.1f over 1 min, %.1f over 5 min, of %d cores", l.Load1, l.Load5, runtime.NumCPU())
}
