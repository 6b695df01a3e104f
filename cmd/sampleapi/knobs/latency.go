package knobs

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// longest is the longest latency that is ever drawn; heavy tails are cut there.
const longest = 10 * time.Minute

// Distribution says how long requests take.
type Distribution interface {
	// Draw returns one latency, between zero and ten minutes.
	Draw(random *rand.Rand) time.Duration
	// String returns the text that ParseLatency reads back.
	String() string
}

// Constant is the same latency for every request.
type Constant time.Duration

// Uniform is every latency from Low to High with the same probability.
type Uniform struct{ Low, High time.Duration }

// Normal is the bell curve; draws below zero are zero.
type Normal struct{ Mean, Deviation time.Duration }

// LogNormal is Median × e^(Sigma × z) with z standard normal: the usual shape of web latencies.
type LogNormal struct {
	Median time.Duration
	Sigma  float64
}

// Exponential is the memoryless distribution with the given mean.
type Exponential struct{ Mean time.Duration }

// Part is one distribution of a Mix and the share of requests (0–1) that it gets.
type Part struct {
	Share float64
	Of    Distribution
}

// Mix draws from one of its parts; the shares add up to 1.
type Mix []Part

// Step ends at cumulative share UpTo (0–1) and holds the latency of everything since the step before.
type Step struct {
	UpTo float64
	Of   time.Duration
}

// Steps is a staircase of percentiles, ascending, the last one at 1. Its percentiles are known exactly:
// 50% 10ms, 95% 40ms, 100% 90ms has p50 = 10 ms, p95 = 40 ms, p99 = 90 ms.
type Steps []Step

// Draw returns the constant.
func (d Constant) Draw(*rand.Rand) time.Duration { return time.Duration(d) }

// Draw returns a latency from Low to High.
func (d Uniform) Draw(random *rand.Rand) time.Duration {
	return d.Low + time.Duration(random.Float64()*float64(d.High-d.Low))
}

// Draw returns Mean + Deviation × z, not below zero.
func (d Normal) Draw(random *rand.Rand) time.Duration {
	return clamp(float64(d.Mean) + random.NormFloat64()*float64(d.Deviation))
}

// Draw returns Median × e^(Sigma × z).
func (d LogNormal) Draw(random *rand.Rand) time.Duration {
	return clamp(float64(d.Median) * math.Exp(d.Sigma*random.NormFloat64()))
}

// Draw returns Mean × an exponential variate of mean 1.
func (d Exponential) Draw(random *rand.Rand) time.Duration {
	return clamp(float64(d.Mean) * random.ExpFloat64())
}

// Draw chooses a part by its share and draws from it.
func (d Mix) Draw(random *rand.Rand) time.Duration {
	u := random.Float64()
	for _, part := range d {
		if u < part.Share {
			return part.Of.Draw(random)
		}
		u -= part.Share
	}
	return d[len(d)-1].Of.Draw(random)
}

// Draw returns the latency of the first step that reaches the drawn share.
func (d Steps) Draw(random *rand.Rand) time.Duration {
	u := random.Float64()
	for _, step := range d {
		if u < step.UpTo {
			return step.Of
		}
	}
	return d[len(d)-1].Of
}

func (d Constant) String() string { return "constant(" + time.Duration(d).String() + ")" }

func (d Uniform) String() string { return fmt.Sprintf("uniform(%s, %s)", d.Low, d.High) }

func (d Normal) String() string { return fmt.Sprintf("normal(%s, %s)", d.Mean, d.Deviation) }

func (d LogNormal) String() string {
	return fmt.Sprintf("lognormal(%s, %s)", d.Median, strconv.FormatFloat(d.Sigma, 'f', -1, 64))
}

func (d Exponential) String() string { return fmt.Sprintf("exponential(%s)", d.Mean) }

func (d Mix) String() string {
	parts := make([]string, len(d))
	for i, part := range d {
		parts[i] = percent(part.Share) + " " + part.Of.String()
	}
	return "mix(" + strings.Join(parts, ", ") + ")"
}

func (d Steps) String() string {
	parts := make([]string, len(d))
	for i, step := range d {
		parts[i] = percent(step.UpTo) + " " + step.Of.String()
	}
	return "steps(" + strings.Join(parts, ", ") + ")"
}

func clamp(nanoseconds float64) time.Duration {
	return time.Duration(min(max(nanoseconds, 0), float64(longest)))
}

// percent prints a share of 0–1 with at most six decimals, so that 0.07 reads "7%".
func percent(share float64) string {
	text := strconv.FormatFloat(share*100, 'f', 6, 64)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".") + "%"
}
