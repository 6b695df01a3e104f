package plogout

import (
	"context"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"plog.dev/plog/domain/metrics"
)

// lagProbe is how often the process shows how late its timers fire.
const lagProbe = 100 * time.Millisecond

// memoryEvery is how many beats share one look at the memory: it moves slowly,
// and looking costs more than all the rest of a beat.
const memoryEvery = 5

// health watches our own process.
type health struct {
	self   *process.Process // nil where it cannot be read
	cpu    float64          // seconds at the last beat
	at     time.Time        // of the last beat
	beats  int
	memory uint64       // bytes at the last look
	lag    atomic.Int64 // the worst since the last beat, in nanoseconds
}

func newHealth() *health {
	h := &health{at: time.Now()}
	if p, err := process.NewProcess(int32(os.Getpid())); err == nil { //nolint:gosec // process numbers fit
		h.self = p
		h.cpu = cpuSeconds(p)
	}
	return h
}

// probe measures timers until ctx ends.
func (h *health) probe(ctx context.Context) {
	for {
		due := time.Now().Add(lagProbe)
		timer := time.NewTimer(lagProbe)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		late := int64(time.Since(due))
		for {
			worst := h.lag.Load()
			if late <= worst || h.lag.CompareAndSwap(worst, late) {
				break
			}
		}
	}
}

// beat returns the health since the last beat. It is not for concurrent use.
func (h *health) beat(at time.Time) *metrics.Heartbeat {
	b := &metrics.Heartbeat{At: at.UTC(), CPUs: runtime.GOMAXPROCS(0), LoopLag: time.Duration(h.lag.Swap(0))}
	if h.self == nil {
		return b
	}
	now, cpu := time.Now(), cpuSeconds(h.self)
	if took := now.Sub(h.at).Seconds(); took > 0 && cpu >= h.cpu {
		b.CPU = (cpu - h.cpu) / took
	}
	h.at, h.cpu = now, cpu
	if h.beats%memoryEvery == 0 {
		if m, err := h.self.MemoryInfo(); err == nil {
			h.memory = m.RSS
		}
	}
	h.beats++
	b.MemoryBytes = h.memory
	return b
}
