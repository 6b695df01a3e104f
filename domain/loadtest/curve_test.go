package loadtest_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plog.dev/plog/domain/loadtest"
)

var oneStep = []loadtest.Step{{Method: "GET", Path: "/"}}

func ramp(stages ...loadtest.Stage) loadtest.Plan {
	return loadtest.Plan{Scenarios: []loadtest.Scenario{{
		Executor: loadtest.RampingArrivalRate, Rate: 10, Stages: stages, PreVUs: 5, MaxVUs: 50, Steps: oneStep,
	}}}
}

func TestEstimate(t *testing.T) {
	two := []loadtest.Step{{Method: "GET", Path: "/a"}, {Method: "GET", Path: "/b"}}
	for name, c := range map[string]struct {
		scenarios []loadtest.Scenario
		want      loadtest.Estimate
	}{
		"VUs without a pause": {
			[]loadtest.Scenario{{Executor: loadtest.ConstantVUs, VUs: 7, Duration: seconds(20), Steps: two}},
			loadtest.Estimate{Duration: 20 * time.Second, PeakVUs: 7},
		},
		"VUs that pause": {
			[]loadtest.Scenario{{Executor: loadtest.ConstantVUs, VUs: 5, Duration: seconds(20), ThinkTime: seconds(2), Steps: two}},
			loadtest.Estimate{Duration: 20 * time.Second, PeakVUs: 5, Requests: loadtest.Range{Max: 55, Bounded: true}},
		},
		"a rate of journeys": {
			[]loadtest.Scenario{{Executor: loadtest.ConstantArrivalRate, Rate: 50, Duration: seconds(10), MaxVUs: 100, Order: loadtest.Journey, Steps: two}},
			loadtest.Estimate{Duration: 10 * time.Second, PeakVUs: 100, PeakRate: 100, Requests: loadtest.Range{Min: 1000, Max: 1000, Bounded: true}},
		},
		"stages": {
			ramp(loadtest.Stage{Duration: seconds(10), Target: 30}, loadtest.Stage{Duration: seconds(5), Target: 0}).Scenarios,
			loadtest.Estimate{Duration: 15 * time.Second, PeakVUs: 50, PeakRate: 30, Requests: loadtest.Range{Min: 275, Max: 275, Bounded: true}},
		},
		"iterations": {
			[]loadtest.Scenario{
				{Executor: loadtest.PerVUIterations, VUs: 3, Iterations: 4, Duration: seconds(60), Steps: oneStep},
				{Executor: loadtest.SharedIterations, VUs: 3, Iterations: 100, Duration: seconds(60), StartTime: seconds(61), Steps: two, Order: loadtest.Journey},
			},
			loadtest.Estimate{Duration: 121 * time.Second, PeakVUs: 3, Requests: loadtest.Range{Min: 212, Max: 212, Bounded: true}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, loadtest.Plan{Scenarios: c.scenarios}.Estimate()); diff != "" {
				t.Errorf("estimate, -want +got:\n%s", diff)
			}
		})
	}
}

func TestOfferedFollowsTheStages(t *testing.T) {
	p := ramp(
		loadtest.Stage{Duration: seconds(10), Target: 30},
		loadtest.Stage{Duration: seconds(0), Target: 100},
		loadtest.Stage{Duration: seconds(10), Target: 100})
	p.Scenarios[0].StartTime = seconds(5)
	for at, want := range map[float64]float64{0: 0, 4.999: 0, 5: 10, 10: 20, 14.5: 29, 15: 100, 25: 100, 25.001: 0} {
		if got := loadtest.Offered(p, time.Duration(at*float64(time.Second))); math.Abs(got-want) > 1e-6 {
			t.Errorf("offered at %v s: %v, want %v", at, got, want)
		}
	}
}

// TestCurveHoldsAsManyRequestsAsEstimated measures the area under the curve.
func TestCurveHoldsAsManyRequestsAsEstimated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var stages []loadtest.Stage
		for range rapid.IntRange(1, 8).Draw(t, "stages") {
			stages = append(stages, loadtest.Stage{
				Duration: seconds(float64(rapid.IntRange(0, 300).Draw(t, "duration"))),
				Target:   float64(rapid.IntRange(0, 1000).Draw(t, "target")),
			})
		}
		p := ramp(stages...)
		curve := loadtest.LoadCurve(p, rapid.IntRange(0, 100).Draw(t, "points"))
		area := 0.0
		for i := 1; i < len(curve); i++ {
			a, b := curve[i-1], curve[i]
			if b.At <= a.At {
				t.Fatalf("point %d at %v is not after %v", i, b.At, a.At)
			}
			area += (a.Rate + b.Rate) / 2 * (b.At - a.At).Seconds()
		}
		if want := float64(p.Estimate().Requests.Max); math.Abs(area-want) > 1 {
			t.Fatalf("area under the curve is %v, estimated %v", area, want)
		}
	})
}
