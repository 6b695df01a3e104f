package k6

import (
	"math"
	"time"

	"plog.dev/plog/domain/loadtest"
)

// setupTimeout is how long the gate may hold an instance.
const setupTimeout = "10m"

// systemTags are the tags by which PLOG tells series apart; url and vu would
// make too many of them.
var systemTags = []string{"method", "name", "status", "group", "check", "scenario", "error", "error_code", "expected_response"}

type options struct {
	Scenarios             map[string]scenario    `json:"scenarios"`
	Thresholds            map[string][]threshold `json:"thresholds,omitempty"`
	SystemTags            []string               `json:"systemTags"`
	SetupTimeout          string                 `json:"setupTimeout"`
	InsecureSkipTLSVerify bool                   `json:"insecureSkipTLSVerify,omitempty"`
	NoConnectionReuse     bool                   `json:"noConnectionReuse,omitempty"`
	MaxRedirects          *int                   `json:"maxRedirects,omitempty"`
}

// scenario is k6's, with durations as k6 writes them.
type scenario struct {
	Executor         loadtest.Executor `json:"executor"`
	Exec             string            `json:"exec,omitempty"` // the script's function; absent is the default one
	VUs              *int              `json:"vus,omitempty"`
	StartVUs         *int              `json:"startVUs,omitempty"`
	Rate             *int64            `json:"rate,omitempty"`
	StartRate        *int64            `json:"startRate,omitempty"`
	TimeUnit         string            `json:"timeUnit,omitempty"`
	Duration         string            `json:"duration,omitempty"`
	MaxDuration      string            `json:"maxDuration,omitempty"`
	Iterations       int               `json:"iterations,omitempty"`
	Stages           []stage           `json:"stages,omitempty"`
	PreAllocatedVUs  int               `json:"preAllocatedVUs,omitempty"`
	MaxVUs           int               `json:"maxVUs,omitempty"`
	StartTime        string            `json:"startTime,omitempty"`
	GracefulStop     string            `json:"gracefulStop,omitempty"`
	GracefulRampDown string            `json:"gracefulRampDown,omitempty"`
}

type stage struct {
	Duration string `json:"duration"`
	Target   int64  `json:"target"`
}

type threshold struct {
	Threshold      string `json:"threshold"`
	AbortOnFail    bool   `json:"abortOnFail,omitempty"`
	DelayAbortEval string `json:"delayAbortEval,omitempty"`
}

func optionsOf(p loadtest.Plan, withThresholds bool) options {
	o := options{
		Scenarios:             make(map[string]scenario, len(p.Scenarios)),
		SystemTags:            systemTags,
		SetupTimeout:          setupTimeout,
		InsecureSkipTLSVerify: p.Options.InsecureTLS,
		NoConnectionReuse:     p.Options.NoConnectionReuse,
		MaxRedirects:          p.Options.MaxRedirects,
	}
	for _, s := range p.Scenarios {
		o.Scenarios[s.Name] = scenarioOf(s)
	}
	if withThresholds && len(p.Thresholds) > 0 {
		o.Thresholds = map[string][]threshold{}
		for _, t := range p.Thresholds {
			o.Thresholds[t.Metric] = append(o.Thresholds[t.Metric], threshold{
				Threshold: t.Expression, AbortOnFail: t.AbortOnFail, DelayAbortEval: seconds(t.DelayAbort.Duration),
			})
		}
	}
	return o
}

func scenarioOf(s loadtest.Scenario) scenario {
	k := scenario{
		Executor:     s.Executor,
		StartTime:    seconds(s.StartTime.Duration),
		GracefulStop: seconds(s.GracefulStop.Duration),
	}
	switch s.Executor {
	case loadtest.ConstantVUs:
		k.VUs, k.Duration = &s.VUs, s.Duration.String()
	case loadtest.RampingVUs:
		k.StartVUs, k.GracefulRampDown = &s.VUs, k.GracefulStop
		k.Stages = stagesOf(s.Stages, 1)
	case loadtest.ConstantArrivalRate:
		rate, per := wholeRate(s.Rate)
		k.Rate, k.TimeUnit, k.Duration = &rate[0], per.String(), s.Duration.String()
		k.PreAllocatedVUs, k.MaxVUs = s.PreVUs, s.MaxVUs
	case loadtest.RampingArrivalRate:
		rates := []float64{s.Rate}
		for _, stage := range s.Stages {
			rates = append(rates, stage.Target)
		}
		whole, per := wholeRate(rates...)
		k.StartRate, k.TimeUnit = &whole[0], per.String()
		k.Stages = stagesOf(s.Stages, per.Seconds())
		k.PreAllocatedVUs, k.MaxVUs = s.PreVUs, s.MaxVUs
	case loadtest.SharedIterations, loadtest.PerVUIterations:
		k.VUs, k.Iterations, k.MaxDuration = &s.VUs, s.Iterations, s.Duration.String()
	}
	return k
}

func stagesOf(stages []loadtest.Stage, per float64) []stage {
	all := make([]stage, len(stages))
	for i, s := range stages {
		all[i] = stage{Duration: s.Duration.String(), Target: int64(math.Round(s.Target * per))}
	}
	return all
}

// wholeRate writes rates per second as k6 wants them: whole numbers per unit of
// time. The unit is the shortest in which none changes by more than a
// millionth; k6 spreads iterations evenly within it, however long it is.
func wholeRate(perSecond ...float64) (rates []int64, per time.Duration) {
	for _, unit := range []float64{1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 20, 30, 60, 100, 600, 1000, 3600, 10_000, 36_000, 100_000} {
		rates = rates[:0]
		exact := true
		for _, r := range perSecond {
			whole := math.Round(r * unit)
			rates = append(rates, int64(whole))
			exact = exact && math.Abs(whole-r*unit) <= 1e-6*r*unit
		}
		per = time.Duration(unit * float64(time.Second))
		if exact {
			break
		}
	}
	return rates, per
}

// seconds writes a duration for k6, nothing for none.
func seconds(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
