package loadtest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"plog.dev/plog/domain"
)

// DefaultIterationsLimit is how long a scenario of a fixed number of
// iterations may take when its plan does not say: k6's maxDuration.
const DefaultIterationsLimit = 10 * time.Minute

// WithDefaults returns a copy of p in which everything that may be left out
// has its value. What a person has to decide (VUs, rate, duration, steps)
// stays as it is, for Validate to ask about. It shares no scenario or step
// with p.
func (p Plan) WithDefaults(l Limits) Plan {
	p.BaseURL = strings.TrimSpace(p.BaseURL)
	p.Auth = authWithDefaults(p.Auth)
	p.Scenarios = slices.Clone(p.Scenarios)
	taken := map[string]bool{}
	for _, s := range p.Scenarios {
		taken[s.Name] = true
	}
	for i := range p.Scenarios {
		p.Scenarios[i] = p.Scenarios[i].withDefaults()
		if p.Scenarios[i].Name == "" {
			p.Scenarios[i].Name = freeName(taken, i)
		}
	}
	share := vusLeft(p.Scenarios, l.maxVUs())
	for i, s := range p.Scenarios {
		if s.Executor.Arrives() {
			p.Scenarios[i].PreVUs, p.Scenarios[i].MaxVUs = s.arrivalVUs(share)
		}
	}
	p.Thresholds = slices.Clone(p.Thresholds)
	for i, t := range p.Thresholds {
		p.Thresholds[i].Metric = strings.TrimSpace(t.Metric)
		p.Thresholds[i].Expression = strings.TrimSpace(t.Expression)
		if p.Thresholds[i].Metric == "" {
			p.Thresholds[i].Metric = "http_req_duration"
		}
	}
	if p.Name = strings.TrimSpace(p.Name); p.Name == "" {
		p.Name = nameOf(p)
	}
	return p
}

func (s Scenario) withDefaults() Scenario {
	s.Name = strings.TrimSpace(s.Name)
	if s.Order == "" {
		s.Order = Rotate
	}
	if s.Executor == "" {
		s.Executor = s.likelyExecutor()
	}
	if s.Executor.Iterates() && s.Duration.Duration == 0 {
		s.Duration = domain.Dur(DefaultIterationsLimit)
	}
	s.Stages = slices.Clone(s.Stages)
	s.Steps = slices.Clone(s.Steps)
	for i := range s.Steps {
		s.Steps[i].Method = strings.ToUpper(strings.TrimSpace(s.Steps[i].Method))
		s.Steps[i].BaseURL = strings.TrimSpace(s.Steps[i].BaseURL)
		if s.Steps[i].Weight == 0 {
			s.Steps[i].Weight = 1
		}
	}
	return s
}

// vusLeft returns how many VUs of limit each arrival-rate scenario that does
// not say its own may have beside what all others ask for; at least 1.
func vusLeft(scenarios []Scenario, limit int) int {
	open := 0
	for _, s := range scenarios {
		switch {
		case !s.Executor.Arrives():
			limit -= int(min(max(s.peakLevel(), 0), float64(limit)))
		case s.MaxVUs == 0:
			open++
		default:
			limit -= min(max(s.MaxVUs, 0), limit)
		}
	}
	return max(limit/max(open, 1), 1)
}

func (s Scenario) likelyExecutor() Executor {
	switch {
	case len(s.Stages) > 0 && s.Rate > 0:
		return RampingArrivalRate
	case len(s.Stages) > 0:
		return RampingVUs
	case s.Rate > 0:
		return ConstantArrivalRate
	case s.Iterations > 0:
		return SharedIterations
	}
	return ConstantVUs
}

// arrivalVUs chooses the VUs that a rate needs by Little's law, VUs = rate ×
// seconds per iteration: enough for a quarter of a second per request at once,
// and for two seconds per request at most.
func (s Scenario) arrivalVUs(limit int) (pre, most int) {
	rate := s.peakLevel()
	if math.IsNaN(rate) || rate < 0 {
		return s.PreVUs, s.MaxVUs // Validate refuses it
	}
	requests := float64(s.requestsPerIteration())
	pause := s.ThinkTime.Seconds() * requests
	need := func(perRequest float64) int {
		return int(math.Min(math.Ceil(rate*(requests*perRequest+pause)), float64(limit)))
	}
	pre, most = s.PreVUs, s.MaxVUs
	if most == 0 {
		most = max(need(2), pre, min(20, limit))
	}
	if pre == 0 {
		pre = min(max(need(0.25), 5), most)
	}
	return pre, most
}

func freeName(taken map[string]bool, i int) string {
	name := "default"
	for n := i + 1; taken[name]; n++ {
		name = fmt.Sprintf("scenario_%d", n)
	}
	taken[name] = true
	return name
}

// nameOf returns a name in no particular language: "GET /pets", "GET /pets + 2"
// or, while there is no step, the base URL.
func nameOf(p Plan) string {
	first, n := "", 0
	for _, s := range p.Scenarios {
		for _, step := range s.Steps {
			if n == 0 {
				first = step.Label()
			}
			n++
		}
	}
	if n > 1 {
		return fmt.Sprintf("%s + %d", first, n-1)
	}
	if n == 0 {
		return p.BaseURL
	}
	return first
}
