package loadtest

import (
	"math"
	"time"
)

// Range is a number of requests that is known within bounds.
type Range struct {
	Min, Max int64
	// Bounded is false when Max is not known: it depends on how quickly the target answers.
	Bounded bool
}

// Exact reports whether the number is known.
func (r Range) Exact() bool { return r.Bounded && r.Min == r.Max }

// Estimate is what a plan will do, as far as it can be told beforehand.
type Estimate struct {
	Duration time.Duration
	Requests Range
	PeakVUs  int     // most VUs at once, with all that arrival rates may add
	PeakRate float64 // most requests per second that arrival rates start
}

// Estimate returns what the plan will do. Arrival rates are taken at their
// word: a target too slow for the VUs drops iterations, and fewer arrive.
func (p Plan) Estimate() Estimate {
	e := Estimate{Duration: Planned(p), Requests: Range{Bounded: true}}
	for _, s := range p.Scenarios {
		r := s.requests()
		e.Requests.Min += r.Min
		e.Requests.Max += r.Max
		e.Requests.Bounded = e.Requests.Bounded && r.Bounded
	}
	if !e.Requests.Bounded {
		e.Requests.Max = 0
	}
	for _, at := range p.bends() {
		e.PeakRate = max(e.PeakRate, p.at(at).Rate)
		e.PeakVUs = max(e.PeakVUs, p.vusAt(at))
	}
	return e
}

func (p Plan) vusAt(at time.Duration) int {
	sum := 0.0
	for _, s := range p.Scenarios {
		if at < s.StartTime.Duration || at > s.End() {
			continue
		}
		if s.Executor.Arrives() {
			sum += float64(max(s.MaxVUs, s.PreVUs))
		} else {
			sum += s.levelAt(at)
		}
	}
	return int(math.Ceil(math.Min(sum, math.MaxInt32)))
}

func (s Scenario) requests() Range {
	each := float64(s.requestsPerIteration())
	switch {
	case s.Executor.Arrives():
		n := count(s.area() * each)
		return Range{Min: n, Max: n, Bounded: true}
	case s.Executor == SharedIterations:
		n := count(float64(s.Iterations) * each)
		return Range{Min: n, Max: n, Bounded: true}
	case s.Executor == PerVUIterations:
		n := count(float64(s.Iterations) * float64(s.VUs) * each)
		return Range{Min: n, Max: n, Bounded: true}
	case s.ThinkTime.Duration > 0:
		return Range{Max: count(s.area()/s.ThinkTime.Seconds() + s.peakLevel()*each), Bounded: true}
	}
	return Range{}
}

// area is the load over time: iterations, or VU seconds. Each stage is a
// trapezoid, (from + to) / 2 × seconds.
func (s Scenario) area() float64 {
	if !s.Executor.Ramps() {
		return s.startLevel() * s.Duration.Seconds()
	}
	sum, level := 0.0, s.startLevel()
	for _, stage := range s.Stages {
		sum += (level + stage.Target) / 2 * stage.Duration.Seconds()
		level = stage.Target
	}
	return sum
}

func count(f float64) int64 {
	if math.IsNaN(f) || f <= 0 {
		return 0
	}
	return int64(math.Round(math.Min(f, math.MaxInt32*1000)))
}
