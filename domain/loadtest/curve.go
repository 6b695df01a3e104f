package loadtest

import (
	"slices"
	"time"
)

// Point is the load that a plan asks for at one moment after the run's start.
type Point struct {
	At   time.Duration
	VUs  float64 // of the executors that are told how many VUs; those of a rate are not known beforehand
	Rate float64 // requests per second that are to be started, of the executors that are told a rate
}

// End returns when the scenario's last iteration may start, after the run's start.
func (s Scenario) End() time.Duration { return s.StartTime.Duration + s.length() }

func (s Scenario) length() time.Duration {
	if !s.Executor.Ramps() {
		return s.Duration.Duration
	}
	var sum time.Duration
	for _, stage := range s.Stages {
		sum += stage.Duration.Duration
	}
	return sum
}

// startLevel is the load at the scenario's start: VUs, or iterations per second.
func (s Scenario) startLevel() float64 {
	if s.Executor.Arrives() {
		return s.Rate
	}
	return float64(s.VUs)
}

func (s Scenario) peakLevel() float64 {
	peak := s.startLevel()
	if s.Executor.Ramps() {
		for _, stage := range s.Stages {
			peak = max(peak, stage.Target)
		}
	}
	return peak
}

// levelAt returns the load at a moment after the run's start:
//
//	level │      ╭──── target of the second stage
//	      │    ╱
//	start │───╯        a stage without a duration is a jump
//	      └──────────▶ 0 before the start time and after the end
func (s Scenario) levelAt(at time.Duration) float64 {
	at -= s.StartTime.Duration
	if at < 0 || at > s.length() {
		return 0
	}
	level := s.startLevel()
	if !s.Executor.Ramps() {
		return level
	}
	for _, stage := range s.Stages {
		if at < stage.Duration.Duration {
			return level + (stage.Target-level)*float64(at)/float64(stage.Duration.Duration)
		}
		at -= stage.Duration.Duration
		level = stage.Target
	}
	return level
}

// requestsPerIteration is how many requests one iteration sends.
func (s Scenario) requestsPerIteration() int {
	if s.Order == Journey {
		return len(s.Steps)
	}
	return min(1, len(s.Steps))
}

// Planned returns how long the plan's load lasts: until the end of the
// scenario that ends last, without the grace for its last iterations.
func Planned(p Plan) time.Duration {
	var end time.Duration
	for _, s := range p.Scenarios {
		end = max(end, s.End())
	}
	return end
}

// Offered returns the requests per second that the arrival-rate scenarios are
// to start at a moment after the run's start.
func Offered(p Plan, at time.Duration) float64 { return p.at(at).Rate }

func (p Plan) at(at time.Duration) Point {
	point := Point{At: at}
	for _, s := range p.Scenarios {
		level := s.levelAt(at)
		if s.Executor.Arrives() {
			point.Rate += level * float64(s.requestsPerIteration())
		} else {
			point.VUs += level
		}
	}
	return point
}

// LoadCurve returns the load over time for a picture of it: n points evenly
// spread from the start to the end, and both sides of every bend, in order.
// Without a duration there is no curve.
func LoadCurve(p Plan, n int) []Point {
	end := Planned(p)
	if end <= 0 {
		return nil
	}
	moments := p.bends()
	for i := range n {
		moments = append(moments, time.Duration(float64(end)*float64(i)/float64(max(n-1, 1))))
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	points := make([]Point, 0, len(moments))
	for _, at := range moments {
		if at >= 0 && at <= end {
			points = append(points, p.at(at))
		}
	}
	return points
}

// bends are the moments around which the load may change its course.
func (p Plan) bends() []time.Duration {
	var moments []time.Duration
	around := func(at time.Duration) { moments = append(moments, at-1, at, at+1) }
	for _, s := range p.Scenarios {
		at := s.StartTime.Duration
		around(at)
		if s.Executor.Ramps() {
			for _, stage := range s.Stages {
				at += stage.Duration.Duration
				around(at)
			}
		} else {
			around(s.End())
		}
	}
	return moments
}
