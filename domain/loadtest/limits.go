package loadtest

import "time"

// What a plan may ask for at most unless Limits says otherwise, and what is
// never exceeded.
const (
	DefaultMaxVUs      = 10_000
	DefaultMaxRate     = 100_000.0 // iterations per second
	DefaultMaxDuration = 24 * time.Hour

	minDuration    = time.Second // k6's own
	maxScenarios   = 50
	maxSteps       = 1_000
	maxStages      = 200
	maxIterations  = 1_000_000_000
	maxWeight      = 1_000
	maxTotalWeight = 10_000
	maxBody        = 16 << 20 // bytes
	maxText        = 64 << 10 // bytes of one value
)

// Limits are what an installation lets a plan ask for. The zero value has the
// defaults and checks no thresholds.
type Limits struct {
	MaxVUs      int           // K6_MAX_VUS; 0 is DefaultMaxVUs
	MaxRate     float64       // iterations per second; 0 is DefaultMaxRate
	MaxDuration time.Duration // of a whole run; 0 is DefaultMaxDuration
	// CheckThreshold says what is wrong with a threshold's syntax, best as a
	// domain.Error; nil checks only that there is one.
	CheckThreshold func(Threshold) error
}

func (l Limits) maxVUs() int {
	if l.MaxVUs > 0 {
		return l.MaxVUs
	}
	return DefaultMaxVUs
}

func (l Limits) maxRate() float64 {
	if l.MaxRate > 0 {
		return l.MaxRate
	}
	return DefaultMaxRate
}

func (l Limits) maxDuration() time.Duration {
	if l.MaxDuration > 0 {
		return l.MaxDuration
	}
	return DefaultMaxDuration
}
