package knobs

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Latency is a Distribution that reads and writes itself as text, in flags as in JSON.
// The zero value is no added latency.
type Latency struct{ Distribution }

// MarshalText returns the text that UnmarshalText reads.
func (l Latency) MarshalText() ([]byte, error) {
	if l.Distribution == nil {
		return []byte("constant(0s)"), nil
	}
	return []byte(l.String()), nil
}

// UnmarshalText reads what ParseLatency reads.
func (l *Latency) UnmarshalText(text []byte) error {
	parsed, err := ParseLatency(string(text))
	if err != nil {
		return err
	}
	l.Distribution = parsed
	return nil
}

// ParseLatency reads one of
//
//	20ms                              constant
//	constant(20ms)
//	uniform(10ms, 30ms)               lowest, highest
//	normal(50ms, 10ms)                mean, standard deviation
//	lognormal(50ms, 0.4)              median, sigma
//	exponential(40ms)                 mean
//	mix(95% 20ms, 5% uniform(200ms, 400ms))
//	steps(50% 10ms, 95% 40ms, 100% 90ms)
//
// A number without a unit is milliseconds. The error names the part that does not fit.
func ParseLatency(text string) (Distribution, error) {
	text = strings.TrimSpace(text)
	name, args, called, err := splitCall(text)
	if err != nil {
		return nil, err
	}
	if !called {
		d, err := parseDuration(text)
		return Constant(d), err
	}
	switch name {
	case "constant":
		ds, err := durations(name, args, 1)
		if err != nil {
			return nil, err
		}
		return Constant(ds[0]), nil
	case "uniform":
		ds, err := durations(name, args, 2)
		if err != nil {
			return nil, err
		}
		if ds[0] > ds[1] {
			return nil, fmt.Errorf("uniform: lowest %s is above highest %s", ds[0], ds[1])
		}
		return Uniform{Low: ds[0], High: ds[1]}, nil
	case "normal":
		ds, err := durations(name, args, 2)
		if err != nil {
			return nil, err
		}
		return Normal{Mean: ds[0], Deviation: ds[1]}, nil
	case "lognormal":
		return parseLogNormal(args)
	case "exponential":
		ds, err := durations(name, args, 1)
		if err != nil {
			return nil, err
		}
		return Exponential{Mean: ds[0]}, nil
	case "mix":
		return parseMix(args)
	case "steps":
		return parseSteps(args)
	}
	return nil, fmt.Errorf("%q is no distribution: use constant, uniform, normal, lognormal, exponential, mix or steps", name)
}

func parseLogNormal(args []string) (Distribution, error) {
	if len(args) != 2 {
		return nil, errors.New("lognormal takes a median and a sigma: lognormal(50ms, 0.4)")
	}
	median, err := parseDuration(args[0])
	if err != nil {
		return nil, err
	}
	sigma, err := strconv.ParseFloat(args[1], 64)
	if err != nil || !(sigma >= 0 && sigma <= 10) {
		return nil, fmt.Errorf("lognormal: sigma %q is no number from 0 to 10", args[1])
	}
	return LogNormal{Median: median, Sigma: sigma}, nil
}

func parseMix(args []string) (Distribution, error) {
	var mix Mix
	total := 0.0
	for _, arg := range args {
		share, rest, err := parseShare(arg)
		if err != nil {
			return nil, err
		}
		of, err := ParseLatency(rest)
		if err != nil {
			return nil, err
		}
		total += share
		mix = append(mix, Part{Share: share, Of: of})
	}
	if math.Abs(total-1) > 1e-6 {
		return nil, fmt.Errorf("mix: the shares add up to %s, not to 100%%", percent(total))
	}
	return mix, nil
}

func parseSteps(args []string) (Distribution, error) {
	var steps Steps
	last := Step{}
	for _, arg := range args {
		upTo, rest, err := parseShare(arg)
		if err != nil {
			return nil, err
		}
		of, err := parseDuration(rest)
		if err != nil {
			return nil, err
		}
		if upTo <= last.UpTo || of < last.Of {
			return nil, fmt.Errorf("steps: %q does not rise from the step before", arg)
		}
		last = Step{UpTo: upTo, Of: of}
		steps = append(steps, last)
	}
	if last.UpTo != 1 {
		return nil, errors.New("steps: the last step is not at 100%")
	}
	return steps, nil
}

// splitCall takes "name(a, b(c, d))" apart into name and its top-level arguments.
func splitCall(text string) (name string, args []string, called bool, err error) {
	name, inside, called := strings.Cut(text, "(")
	if !called {
		return text, nil, false, nil
	}
	inside, closed := strings.CutSuffix(inside, ")")
	if !closed {
		return "", nil, true, fmt.Errorf("%q has no closing parenthesis", text)
	}
	depth, from := 0, 0
	for i, r := range inside {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == ',' && depth == 0:
			args = append(args, strings.TrimSpace(inside[from:i]))
			from = i + 1
		}
		if depth < 0 {
			return "", nil, true, fmt.Errorf("%q has a parenthesis too many", text)
		}
	}
	return strings.ToLower(strings.TrimSpace(name)), append(args, strings.TrimSpace(inside[from:])), true, nil
}

func durations(name string, args []string, want int) ([]time.Duration, error) {
	if len(args) != want {
		return nil, fmt.Errorf("%s takes %d values, not %d", name, want, len(args))
	}
	parsed := make([]time.Duration, want)
	for i, arg := range args {
		d, err := parseDuration(arg)
		if err != nil {
			return nil, err
		}
		parsed[i] = d
	}
	return parsed, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if milliseconds, bare := strconv.ParseFloat(text, 64); bare == nil {
		d, err = time.Duration(milliseconds*float64(time.Millisecond)), nil
		if math.Abs(milliseconds) > float64(longest/time.Millisecond) || math.IsNaN(milliseconds) {
			err = errors.New("out of range")
		}
	}
	if err != nil {
		return 0, fmt.Errorf("%q is no duration such as 20ms", text)
	}
	if d < 0 || d > longest {
		return 0, fmt.Errorf("%q is not between 0 and %s", text, longest)
	}
	return d, nil
}

// parseShare takes "95% rest" apart and returns the share as 0–1.
func parseShare(text string) (share float64, rest string, err error) {
	number, rest, found := strings.Cut(text, "%")
	value, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !found || err != nil || !(value > 0 && value <= 100) {
		return 0, "", fmt.Errorf("%q does not begin with a share such as 95%%", text)
	}
	return value / 100, strings.TrimSpace(rest), nil
}
