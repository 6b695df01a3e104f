package analysis

import (
	"slices"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// input is what every rule looks at.
type input struct {
	run  loadtest.Run
	s    metrics.Snapshot
	logs []metrics.LogLine
}

// rule returns what it finds, usually nothing.
type rule func(input) []Finding

// Findings returns what a person should know about the run, worst first. Each
// finding carries the figures it rests on; without evidence there is none.
func Findings(run loadtest.Run, s metrics.Snapshot, logs []metrics.LogLine) []Finding {
	in := input{run: run, s: s, logs: logs}
	found := []Finding{}
	for _, r := range []rule{
		generatorSaturated, lostSamples, scriptErrors, droppedIterations, sharedMachine, // can the load be trusted?
		alwaysFailing, concentratedErrors, failingChecks, // what went wrong?
		saturation, // how did the target cope?
		fewSamples,
	} {
		found = append(found, r(in)...)
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return weight(b.Severity) - weight(a.Severity) })
	return found
}

func weight(s Severity) int {
	switch s {
	case Bad:
		return 2
	case Warn:
		return 1
	}
	return 0
}

// ratio returns a/b, and 0 when there is nothing to divide by.
func ratio(a, b uint64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
