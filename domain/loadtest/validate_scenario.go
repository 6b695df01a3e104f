package loadtest

import (
	"fmt"
	"regexp"
	"time"
)

var scenarioName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,100}$`)

func (v *validator) scenario(field string, s Scenario) {
	if !scenarioName.MatchString(s.Name) {
		v.Add(field+".name", "plan.rule.scenario_name", "Name the scenario with Latin letters, digits, _ and - only, at most 100 of them.")
	}
	if !s.Executor.Known() {
		v.Add(field+".executor", "plan.rule.executor", "“{{.Executor}}” is not a kind of load. Choose one of {{.Known}}.", "Executor", string(s.Executor), "Known", fmt.Sprint(Executors()))
		return
	}
	if s.Order != Rotate && s.Order != Journey {
		v.Add(field+".order", "plan.rule.order", "“{{.Order}}” is not an order of steps. Choose rotate or journey.", "Order", string(s.Order))
	}
	switch {
	case s.Executor.Arrives():
		v.arrival(field, s)
	case s.Executor.Ramps():
		v.vus(field+".vus", s.VUs, 0)
	default:
		v.vus(field+".vus", s.VUs, 1)
	}
	if s.Executor.Iterates() {
		v.iterations(field+".iterations", s)
	}
	if s.Executor.Ramps() {
		v.stages(field, s)
	} else {
		v.duration(field+".duration", s.Duration.Duration)
	}
	v.pause(field+".start_time", s.StartTime.Duration)
	v.pause(field+".graceful_stop", s.GracefulStop.Duration)
	v.pause(field+".think_time", s.ThinkTime.Duration)
	v.steps(field, s)
}

func (v *validator) vus(field string, n, least int) {
	switch {
	case n < least && least > 0:
		v.Add(field, "plan.rule.vus", "Use at least 1 virtual user.")
	case n < 0:
		v.Add(field, "plan.rule.vus_negative", "The number of virtual users cannot be negative.")
	case n > v.limits.maxVUs():
		v.tooManyVUs(field, n)
	}
}

func (v *validator) arrival(field string, s Scenario) {
	v.rate(field+".rate", s.Rate, s.Executor == RampingArrivalRate)
	v.vus(field+".pre_vus", s.PreVUs, 1)
	v.vus(field+".max_vus", s.MaxVUs, 1)
	if s.MaxVUs < s.PreVUs {
		v.Add(field+".max_vus", "plan.rule.max_vus", "The most virtual users cannot be fewer than the {{.Pre}} there are from the start.", "Pre", s.PreVUs)
	}
}

func (v *validator) rate(field string, rate float64, zero bool) {
	switch {
	case !finite(rate):
		v.Add(field, "plan.rule.rate_number", "Write the rate as a number of requests per second, such as 50.")
	case rate < 0:
		v.Add(field, "plan.rule.rate_negative", "The rate cannot be negative.")
	case rate == 0 && !zero:
		v.Add(field, "plan.rule.rate", "Use a rate above 0 per second.")
	case rate > 0 && rate < 0.001:
		v.Add(field, "plan.rule.rate_low", "Use a rate of at least 0.001 per second.")
	case rate > v.limits.maxRate():
		v.Add(field, "plan.rule.rate_high", "{{.Rate}} per second is more than PLOG starts, {{.Max}}.", "Rate", plain(rate), "Max", plain(v.limits.maxRate()))
	}
}

func (v *validator) iterations(field string, s Scenario) {
	switch {
	case s.Iterations < 1:
		v.Add(field, "plan.rule.iterations", "Use at least 1 iteration.")
	case s.Iterations > maxIterations:
		v.Add(field, "plan.rule.iterations_many", "Use at most {{.Max}} iterations.", "Max", maxIterations)
	case s.Executor == SharedIterations && s.Iterations < s.VUs:
		v.Add(field, "plan.rule.iterations_few", "{{.VUs}} virtual users cannot share {{.Iterations}} iterations. Use at least as many iterations as virtual users.", "VUs", s.VUs, "Iterations", s.Iterations)
	}
}

func (v *validator) duration(field string, d time.Duration) {
	switch {
	case d <= 0:
		v.Add(field, "plan.rule.duration", "Say how long it lasts, such as 30s or 5m.")
	case d < minDuration:
		v.Add(field, "plan.rule.duration_short", "Let it last at least 1s.")
	case d > v.limits.maxDuration():
		v.tooLong(field, d)
	}
}

func (v *validator) pause(field string, d time.Duration) {
	switch {
	case d < 0:
		v.Add(field, "plan.rule.negative_time", "A time cannot be negative.")
	case d > v.limits.maxDuration():
		v.tooLong(field, d)
	}
}

func (v *validator) stages(field string, s Scenario) {
	switch n := len(s.Stages); {
	case n == 0:
		v.Add(field+".stages", "plan.rule.stages", "Add at least one stage, such as 30s to 20.")
		return
	case n > maxStages:
		v.Add(field+".stages", "plan.rule.stages_many", "Use at most {{.Max}} stages.", "Max", maxStages)
		return
	}
	var sum time.Duration
	for i, stage := range s.Stages {
		at := fmt.Sprintf("%s.stages.%d", field, i)
		d := stage.Duration.Duration
		v.pause(at+".duration", d)
		sum += min(max(d, 0), v.limits.maxDuration()) // cannot overflow
		if s.Executor == RampingArrivalRate {
			v.rate(at+".target", stage.Target, true)
			continue
		}
		if !finite(stage.Target) || stage.Target != float64(int64(stage.Target)) {
			v.Add(at+".target", "plan.rule.target_whole", "Write a whole number of virtual users.")
			continue
		}
		v.vus(at+".target", int(stage.Target), 0)
	}
	switch {
	case s.peakLevel() <= 0:
		v.Add(field+".stages.0.target", "plan.rule.stages_zero", "Every stage is at 0. Give one a target above 0.")
	case sum < minDuration:
		v.Add(field+".stages.0.duration", "plan.rule.duration_short", "Let it last at least 1s.")
	case sum > v.limits.maxDuration():
		v.tooLong(field+".stages", sum)
	}
}
