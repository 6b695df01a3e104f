package metrics

import "time"

// instance is what an Aggregate knows of one k6 process.
type instance struct {
	stored   uint64          // every batch up to this number was added
	ahead    map[uint64]bool // and these beyond it
	newest   int64           // the last second it reported
	final    bool
	seen     time.Time
	beat     Heartbeat
	cpuShare float64 // the most of its cores it ever used
	cpuSum   float64 // of the shares of all beats
	beats    int
	loopLag  time.Duration
}

// take reports whether the batch is new.
func (i *instance) take(seq uint64) bool {
	if seq <= i.stored || i.ahead[seq] {
		return false
	}
	if i.ahead == nil {
		i.ahead = map[uint64]bool{}
	}
	i.ahead[seq] = true
	for i.ahead[i.stored+1] {
		i.stored++
		delete(i.ahead, i.stored)
	}
	return true
}

func (i *instance) hear(b *Batch) {
	if b.SentAt.After(i.seen) {
		i.seen = b.SentAt
	}
	i.final = i.final || b.Final
	h := b.Heartbeat
	if h == nil || h.At.Before(i.beat.At) {
		return
	}
	i.beat = *h
	i.loopLag = max(i.loopLag, h.LoopLag)
	if h.CPUs > 0 {
		share := h.CPU / float64(h.CPUs)
		i.cpuShare = max(i.cpuShare, share)
		i.cpuSum += share
		i.beats++
	}
}

func (a *Aggregate) generator() Generator {
	g := Generator{Instances: len(a.instances)}
	for _, i := range a.instances {
		g.CPU += i.beat.CPU
		g.CPUs += i.beat.CPUs
		g.CPUMax = max(g.CPUMax, i.cpuShare)
		g.CPUMean = max(g.CPUMean, i.cpuSum/float64(max(i.beats, 1)))
		g.MemoryBytes += i.beat.MemoryBytes
		g.LoopLagMax = max(g.LoopLagMax, i.loopLag)
		g.LostSamples += i.beat.LostSamples
		g.LostSeries += i.beat.LostSeries
		if i.seen.After(g.LastSeen) {
			g.LastSeen = i.seen
		}
		if i.final {
			g.Final++
		}
	}
	return g
}

// complete returns the newest second that all instances have reported; one that
// has fallen silent is not waited for.
func (a *Aggregate) complete() int64 {
	const patience = 5
	var newest int64
	for _, i := range a.instances {
		newest = max(newest, i.newest)
	}
	complete := newest
	for _, i := range a.instances {
		if !i.final && i.newest > newest-patience {
			complete = min(complete, i.newest)
		}
	}
	return complete
}
