//go:build unix

package plogout

import (
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// cpuSeconds returns the CPU time this process has used. One system call costs
// a hundredth of what reading /proc does.
func cpuSeconds(*process.Process) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return (time.Duration(u.Utime.Nano()) + time.Duration(u.Stime.Nano())).Seconds()
}
