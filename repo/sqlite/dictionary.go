package sqlite

import (
	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

const (
	// A run of 50 operations has some hundred series. Beyond these bounds the
	// database is asked instead.
	runsRemembered   = 64
	seriesRemembered = 20_000 // of each run
)

// dictionary remembers by which numbers runs and their series are stored. It
// belongs to whoever holds Rollups.turn.
type dictionary struct {
	runs map[domain.RunID]*entry
	tick uint64
}

type entry struct {
	run    int64
	series map[metrics.Series]int64
	used   uint64
}

func newDictionary() *dictionary { return &dictionary{runs: map[domain.RunID]*entry{}} }

// find returns what is remembered of a run, nil if nothing is.
func (d *dictionary) find(run domain.RunID) *entry {
	e := d.runs[run]
	if e != nil {
		d.tick++
		e.used = d.tick
	}
	return e
}

// keep remembers what a transaction stored, once it is committed.
func (d *dictionary) keep(run domain.RunID, number int64, fresh map[metrics.Series]int64) {
	e := d.find(run)
	if e == nil {
		if len(d.runs) >= runsRemembered {
			d.forgetOldest()
		}
		d.tick++
		e = &entry{run: number, series: map[metrics.Series]int64{}, used: d.tick}
		d.runs[run] = e
	}
	for s, id := range fresh {
		if len(e.series) >= seriesRemembered {
			return
		}
		e.series[s] = id
	}
}

func (d *dictionary) forget(run domain.RunID) { delete(d.runs, run) }

func (d *dictionary) forgetOldest() {
	var (
		oldest domain.RunID
		used   = d.tick + 1
	)
	for run, e := range d.runs {
		if e.used < used {
			oldest, used = run, e.used
		}
	}
	d.forget(oldest)
}
