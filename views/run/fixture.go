package run

import (
	"math"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

// fixtureSeconds is how far the fixture's run is while it lasts; it is planned for 120.
const fixtureSeconds = 48

// Fixture returns a run in the given state with figures made up, for stories and tests. The same state
// yields the same frame.
func Fixture(state loadtest.State) *live.Frame {
	created := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	started := created.Add(4 * time.Second)
	f := &live.Frame{
		Seq: 1, At: created.Add(time.Second), Planned: 120 * time.Second,
		Run: loadtest.Run{
			ID: "0195a000-0000-7000-8000-000000000012", ProjectID: "0195a000-0000-7000-8000-000000000001", PlanID: "0195a000-0000-7000-8000-000000000002",
			Number: 12, Name: "Typical day", Plan: fixturePlan(), State: state, CreatedAt: created,
			Env: loadtest.Environment{PLOG: "dev", K6: "k6 v1.8.1", Host: "build-3", OS: "debian 12", CPUs: 4, Memory: 16 << 30, Runner: "local", Document: "Sample shop 1.0.0"},
		},
	}
	switch state {
	case loadtest.Queued:
		f.Queue = 2
		return f
	case loadtest.Starting:
		return f
	}
	seconds := fixtureSeconds
	f.Run.StartedAt = started
	if state == loadtest.Finished {
		seconds = 120
		f.Run.EndedAt, f.Run.Verdict = started.Add(121*time.Second), loadtest.Failed
		f.Run.Reason = domain.Msg("run.reason.thresholds", "Crossed: {{.Thresholds}}.", "Thresholds", "http_req_duration p(95)<500")
	}
	f.Elapsed = time.Duration(seconds) * time.Second
	f.At = started.Add(f.Elapsed)
	f.Snapshot = fixtureSnapshot(started, seconds, state)
	return f
}

func fixturePlan() loadtest.Plan {
	return loadtest.Plan{
		ID: "0195a000-0000-7000-8000-000000000002", Name: "Typical day", BaseURL: "http://127.0.0.1:8090",
		Headers: []loadtest.Header{{Name: "Authorization", Value: "s3cret", Secret: true}},
		Scenarios: []loadtest.Scenario{{
			Name: "main", Executor: loadtest.ConstantArrivalRate, Rate: 400, Duration: domain.Dur(120 * time.Second), PreVUs: 20, MaxVUs: 60,
			Steps: []loadtest.Step{{Method: "GET", Path: "/products"}, {Method: "GET", Path: "/products/{id}"}, {Method: "POST", Path: "/cart/items"}},
		}},
		Thresholds: []loadtest.Threshold{
			{Metric: "http_req_duration", Expression: "p(95)<500"}, {Metric: "http_req_failed", Expression: "rate<0.01"},
		},
	}
}

func fixtureSnapshot(started time.Time, seconds int, state loadtest.State) metrics.Snapshot {
	s := metrics.Snapshot{
		Rev: uint64(seconds), First: started, Last: started.Add(time.Duration(seconds) * time.Second),
		Statuses: map[string]uint64{}, Errors: fixtureErrors(started),
		Checks: []metrics.CheckResult{{Name: "GET /products: status is 200", Passes: 6591, Fails: 12}},
		Custom: []metrics.Custom{{Name: "cart_size", Kind: metrics.Gauge, Count: 120, Value: 3}},
		Generator: metrics.Generator{
			Instances: 1, CPU: 0.82, CPUMax: 0.31, CPUMean: 0.22, CPUs: 4, MemoryBytes: 96 << 20, LoopLagMax: 4 * time.Millisecond, LastSeen: started,
		},
	}
	for i := range seconds {
		s.Points = append(s.Points, fixturePoint(started.Unix(), i))
	}
	for _, p := range s.Points {
		s.Overall.Requests += p.Requests
		s.Overall.Failed += p.Failed
		s.Overall.Iterations += p.Iterations
		s.Overall.Dropped += p.Dropped
		s.Statuses["200"] += p.Statuses["2xx"]
		s.Statuses["429"] += p.Statuses["4xx"]
	}
	s.Overall.ErrorRate = float64(s.Overall.Failed) / float64(s.Overall.Requests)
	s.Overall.TPS, s.Overall.VUsMax = float64(s.Overall.Requests)/float64(seconds), 44
	s.Overall.Latency = fixtureLatency(1)
	for i, name := range []string{"/products", "/products/{id}", "/cart/items"} {
		s.Operations = append(s.Operations, fixtureOperation(name, i, s.Overall, seconds))
	}
	p95, rate := 182.4, s.Overall.ErrorRate
	if state == loadtest.Finished {
		p95 = 612.4
	}
	s.Thresholds = []metrics.ThresholdResult{
		{Metric: "http_req_duration", Expression: "p(95)<500", Value: &p95, Passed: p95 < 500},
		{Metric: "http_req_failed", Expression: "rate<0.01", Value: &rate, Passed: rate < 0.01},
	}
	if state != loadtest.Finished {
		last := s.Points[len(s.Points)-1]
		tps, iterations := float64(last.Requests), float64(last.Iterations)
		s.Now = metrics.Now{TPS: &tps, P50: last.P50, P95: last.P95, P99: last.P99, VUs: last.VUs, Iterations: &iterations, ErrorRate: &rate}
	}
	return s
}

// fixturePoint is one second; the sixth is a gap.
func fixturePoint(start int64, i int) metrics.Point {
	p := metrics.Point{Second: start + int64(i), Rev: uint64(i + 1)}
	if i == 6 {
		return p
	}
	wave := math.Sin(float64(i) / 6)
	value := func(v float64) *float64 { return &v }
	p.P50, p.P95, p.P99, p.VUs = value(62+8*wave), value(180+40*wave), value(260+90*wave), value(math.Round(36+6*wave))
	p.Requests, p.Iterations = uint64(400+12*wave), uint64(400+12*wave)
	if i%5 == 4 {
		p.Failed, p.Dropped = 1, uint64(max(0, 4*wave))
	}
	p.Statuses = map[string]uint64{"2xx": p.Requests - p.Failed}
	if p.Failed > 0 {
		p.Statuses["4xx"] = p.Failed
	}
	return p
}

func fixtureLatency(by float64) *metrics.Latency {
	return &metrics.Latency{Min: 8.1 * by, Avg: 71.3 * by, P50: 62.2 * by, P90: 141 * by, P95: 182.4 * by, P99: 331 * by, P999: 812 * by, Max: 1240 * by}
}

func fixtureOperation(path string, i int, all metrics.Summary, seconds int) metrics.Operation {
	op := metrics.Operation{
		Name: "GET " + path, Method: "GET", Path: path, Scenario: "main", Requests: all.Requests / 3, Latency: fixtureLatency(1 + float64(i)/2),
		Phases: &metrics.Phases{Blocked: 0.01, Sending: 0.04, Waiting: 68.2, Receiving: 0.31}, TPS: float64(all.Requests) / 3 / float64(seconds),
	}
	if i == 2 {
		op.Method, op.Name = "POST", "POST "+path
		op.Failed, op.ErrorRate = all.Failed, float64(all.Failed)/float64(max(op.Requests, 1))
	}
	for n := range min(seconds, 60) {
		op.Spark = append(op.Spark, 180+60*math.Sin(float64(n+9*i)/7))
	}
	op.Spark[6] = -1
	return op
}

func fixtureErrors(started time.Time) []metrics.ErrorGroup {
	at := started.Add(31 * time.Second)
	return []metrics.ErrorGroup{
		{
			Operation: "POST /cart/items", Status: "429", Error: "429 Too Many Requests", Count: 8, First: started.Add(4 * time.Second), Last: at,
			Sample: &metrics.Sample{At: at, Name: "POST /cart/items", Status: "429", Body: `{"error":"slow down"}`, URL: "http://127.0.0.1:8090/cart/items"},
		},
		{Operation: "POST /cart/items", Status: "0", ErrorCode: "1050", Error: "request timeout", Count: 1, First: at, Last: at},
	}
}
