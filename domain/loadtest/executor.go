package loadtest

import "slices"

// Executors returns the executors PLOG offers, the simplest first.
func Executors() []Executor {
	return []Executor{ConstantVUs, RampingVUs, ConstantArrivalRate, RampingArrivalRate, SharedIterations, PerVUIterations}
}

// Known reports whether PLOG offers the executor.
func (e Executor) Known() bool { return slices.Contains(Executors(), e) }

// Arrives reports whether the executor starts iterations at a rate, however long they take.
func (e Executor) Arrives() bool { return e == ConstantArrivalRate || e == RampingArrivalRate }

// Ramps reports whether the executor follows stages.
func (e Executor) Ramps() bool { return e == RampingVUs || e == RampingArrivalRate }

// Iterates reports whether the executor ends after a number of iterations.
func (e Executor) Iterates() bool { return e == SharedIterations || e == PerVUIterations }
