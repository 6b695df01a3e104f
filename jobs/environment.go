package jobs

import (
	"context"
	"os"
	"runtime"

	"github.com/shirou/gopsutil/v4/host"
	"github.com/shirou/gopsutil/v4/mem"

	"plog.dev/plog/domain/loadtest"
)

// Environment returns this machine as a report names it, with the given
// versions of PLOG and k6. What the system does not tell is left empty.
func Environment(ctx context.Context, plog, k6 string) loadtest.Environment {
	env := loadtest.Environment{PLOG: plog, K6: k6, OS: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Runner: "local"}
	if name, err := os.Hostname(); err == nil {
		env.Host = name
	}
	if info, err := host.InfoWithContext(ctx); err == nil && info.Platform != "" {
		env.OS = info.Platform + " " + info.PlatformVersion + " (" + runtime.GOARCH + ")"
	}
	if m, err := mem.VirtualMemoryWithContext(ctx); err == nil {
		env.Memory = m.Total
	}
	return env
}
