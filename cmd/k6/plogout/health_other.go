//go:build !unix

package plogout

import "github.com/shirou/gopsutil/v4/process"

// cpuSeconds returns the CPU time this process has used.
func cpuSeconds(p *process.Process) float64 {
	t, err := p.Times()
	if err != nil {
		return 0
	}
	return t.User + t.System
}
