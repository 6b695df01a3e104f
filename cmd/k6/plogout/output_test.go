package plogout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/lib/netext/httpext"
	k6metrics "go.k6.io/k6/metrics"
	"go.k6.io/k6/output"
	"gopkg.in/guregu/null.v3"

	"plog.dev/plog/cmd/k6/plogout"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
)

type source struct {
	registry *k6metrics.Registry
	builtin  *k6metrics.BuiltinMetrics
	root     *k6metrics.TagSet
}

func newSource() source {
	r := k6metrics.NewRegistry()
	return source{r, k6metrics.RegisterBuiltinMetrics(r), r.RootTagSet()}
}

func (s source) tags(pairs ...string) *k6metrics.TagSet {
	t := s.root
	for i := 0; i < len(pairs); i += 2 {
		t = t.With(pairs[i], pairs[i+1])
	}
	return t
}

func trail(tags *k6metrics.TagSet, end time.Time, took time.Duration, failed bool) *httpext.Trail {
	return &httpext.Trail{Tags: tags, EndTime: end, Duration: took, Waiting: took, Failed: null.BoolFrom(failed)}
}

func sample(m *k6metrics.Metric, tags *k6metrics.TagSet, at time.Time, v float64) k6metrics.Sample {
	return k6metrics.Sample{TimeSeries: k6metrics.TimeSeries{Metric: m, Tags: tags}, Time: at, Value: v}
}

func stop(t *testing.T, o *plogout.Output) {
	t.Helper()
	if err := o.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestSamplesArriveAddedUp(t *testing.T) {
	p := newPLOG(t)
	env := p.environment()
	env["K6_PLOG_TRENDS"] = "http_req_waiting"
	o := newOutput(t, env)
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	s := newSource()
	now := time.Now()
	get := s.tags("scenario", "main", "group", "", "name", "GET /pets/{id}", "method", "GET", "status", "200",
		"url", "http://a/1", "proto", "HTTP/1.1", "expected_response", "true", "team", "red")
	sameButURL := get.With("url", "http://a/2")
	lost := s.tags("scenario", "main", "name", "GET /pets/{id}", "method", "GET", "status", "0", "error_code", "1212",
		"error", "read tcp 127.0.0.1:50432->127.0.0.1:80: reset")
	setup := get.With("group", "::setup")
	vu := s.tags("scenario", "main")
	waits, err := s.registry.NewMetric("my_wait", k6metrics.Trend, k6metrics.Time)
	if err != nil {
		t.Fatal(err)
	}
	o.AddMetricSamples([]k6metrics.SampleContainer{
		trail(get, now, 10*time.Millisecond, false), trail(sameButURL, now, 20*time.Millisecond, false),
		trail(lost, now, 0, true), trail(setup, now, time.Second, false),
		k6metrics.Samples{
			sample(s.builtin.Iterations, vu, now, 1), sample(s.builtin.Iterations, vu, now, 1),
			sample(s.builtin.DroppedIterations, vu, now, 3), sample(s.builtin.DataSent, vu, now, 120),
			sample(s.builtin.Checks, vu.With("check", "ok"), now, 1), sample(s.builtin.Checks, vu.With("check", "ok"), now, 0),
			sample(s.builtin.VUs, s.root, now, 4),
		},
		sample(waits, vu, now, 7), sample(waits, vu, now, math.NaN()),
	})
	stop(t, o)

	got := p.snapshot(
		loadtest.Threshold{Metric: "http_req_waiting", Expression: "max<30"},
		loadtest.Threshold{Metric: "http_reqs{team:red}", Expression: "count==2"},
	)
	if got.Overall.Requests != 3 || got.Overall.Failed != 1 || got.Overall.Iterations != 2 || got.Overall.Dropped != 3 ||
		got.Overall.VUsMax != 4 || got.Overall.DataSent != 120 || got.Overall.Latency.Max != 20 {
		t.Errorf("%+v %+v", got.Overall, got.Overall.Latency)
	}
	if len(got.Operations) != 1 || got.Operations[0].Path != "/pets/{id}" || got.Operations[0].Phases.Waiting != 10 {
		t.Errorf("%+v", got.Operations)
	}
	if len(got.Errors) != 1 || got.Errors[0].Error != "read tcp 127.0.0.1:80: reset" || got.Errors[0].ErrorCode != "1212" {
		t.Errorf("%+v", got.Errors)
	}
	if len(got.Checks) != 1 || got.Checks[0].Passes != 1 || got.Checks[0].Fails != 1 {
		t.Errorf("%+v", got.Checks)
	}
	if len(got.Custom) != 1 || got.Custom[0].Name != "my_wait" || got.Custom[0].Count != 1 || !got.Custom[0].Time {
		t.Errorf("%+v", got.Custom)
	}
	for _, r := range got.Thresholds {
		if !r.Passed || r.Value == nil {
			t.Errorf("%+v", r)
		}
	}
	if g := got.Generator; g.Instances != 1 || g.Final != 1 || g.CPUs == 0 || g.MemoryBytes == 0 || g.LostSamples != 0 {
		t.Errorf("%+v", g)
	}
}

func TestALateSampleIsAFurtherPart(t *testing.T) {
	p := newPLOG(t)
	o := newOutput(t, p.environment())
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	s := newSource()
	tags := s.tags("name", "GET /", "status", "200")
	at := time.Now()
	o.AddMetricSamples([]k6metrics.SampleContainer{trail(tags, at, time.Millisecond, false)})
	p.waitFor(func(bs []metrics.Batch) bool { return count(bs) == 1 })
	o.AddMetricSamples([]k6metrics.SampleContainer{trail(tags, at, time.Millisecond, false)})
	stop(t, o)
	got := p.snapshot()
	if got.Points[0].Requests != 2 || got.Overall.Requests != 2 {
		t.Fatalf("%+v", got.Points)
	}
}

func count(bs []metrics.Batch) (n uint64) {
	for _, b := range bs {
		for _, r := range b.Rollups {
			if r.Series.Metric == metrics.HTTP {
				n += r.Count
			}
		}
	}
	return n
}

func TestIdleVUsBeforeTheLoadAreNoData(t *testing.T) {
	p := newPLOG(t)
	o := newOutput(t, p.environment())
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	s := newSource()
	o.AddMetricSamples([]k6metrics.SampleContainer{
		sample(s.builtin.VUs, s.root, time.Now(), 0), sample(s.builtin.VUsMax, s.root, time.Now(), 10),
	})
	stop(t, o)
	if got := p.snapshot(); !got.First.IsZero() {
		t.Fatalf("%+v", got.Points)
	}
}

func TestTimesFollowPLOGsClock(t *testing.T) {
	p := newPLOG(t)
	ahead := 90 * time.Second
	p.setAnswer(func(int, metrics.Batch) (int, metrics.Reply) {
		return http.StatusOK, metrics.Reply{Now: time.Now().Add(ahead)}
	})
	o := newOutput(t, p.environment())
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	at := time.Now()
	o.AddMetricSamples([]k6metrics.SampleContainer{trail(newSource().tags("name", "GET /"), at, time.Millisecond, false)})
	stop(t, o)
	got := p.snapshot().First.Sub(at.Add(ahead).Truncate(time.Second))
	if got < -time.Second || got > time.Second {
		t.Fatalf("off by %v", got)
	}
}

// A step of PLOG's clock changes nothing: a run's seconds follow one another.
func TestAStepOfPLOGsClockIsNoGap(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour, 5 * time.Second} {
		t.Run(step.String(), func(t *testing.T) {
			t.Parallel()
			p := newPLOG(t)
			p.setAnswer(func(attempt int, _ metrics.Batch) (int, metrics.Reply) {
				now := time.Now()
				if attempt > 1 {
					now = now.Add(step)
				}
				return http.StatusOK, metrics.Reply{Now: now}
			})
			o := newOutput(t, p.environment())
			if err := o.Start(); err != nil {
				t.Fatal(err)
			}
			tags := newSource().tags("name", "GET /", "status", "200")
			began := time.Now()
			for n := range 3 {
				o.AddMetricSamples([]k6metrics.SampleContainer{trail(tags, time.Now(), time.Millisecond, false)})
				p.waitFor(func(bs []metrics.Batch) bool { return count(bs) == uint64(n+1) })
			}
			stop(t, o)
			got, took := p.snapshot(), time.Since(began)
			if span := got.Last.Sub(got.First); span > took+time.Second || got.Overall.TPS < 3/(took.Seconds()+1) {
				t.Errorf("%d points over %v, %v/s, after %v", len(got.Points), span, got.Overall.TPS, took)
			}
		})
	}
}

func TestManySeriesAreFoldedAndCounted(t *testing.T) {
	p := newPLOG(t)
	o := newOutput(t, p.environment())
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	s := newSource()
	const n = 30000
	now := time.Now()
	for i := range n {
		u := fmt.Sprint("http://a/", i)
		o.AddMetricSamples([]k6metrics.SampleContainer{trail(s.tags("name", u, "url", u, "method", "GET", "status", "200"), now, time.Millisecond, false)})
	}
	stop(t, o)
	got := p.snapshot()
	if got.Overall.Requests != n || got.Generator.LostSeries != n-5000 || len(got.Operations) > 2001 {
		t.Fatalf("%d requests, %d folded, %d operations", got.Overall.Requests, got.Generator.LostSeries, len(got.Operations))
	}
}

func TestWhatPLOGMissesIsSentOnceItIsBack(t *testing.T) {
	p := newPLOG(t)
	p.setAnswer(func(attempt int, _ metrics.Batch) (int, metrics.Reply) {
		if attempt > 1 && attempt < 7 {
			return http.StatusServiceUnavailable, metrics.Reply{}
		}
		return http.StatusOK, metrics.Reply{}
	})
	o := newOutput(t, p.environment())
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	tags := newSource().tags("name", "GET /")
	for range 500 {
		o.AddMetricSamples([]k6metrics.SampleContainer{trail(tags, time.Now(), time.Millisecond, false)})
	}
	p.waitFor(func(bs []metrics.Batch) bool { return count(bs) == 500 && logged(bs, "info", "PLOG answers again") })
	stop(t, o)
	got := p.snapshot()
	if got.Overall.Requests != 500 || got.Generator.LostSamples != 0 {
		t.Fatalf("%+v", got.Overall)
	}
	if !logged(p.taken(), "warning", "PLOG does not answer") {
		t.Fatal("the outage was not said")
	}
}

// Whoever listens where PLOG did while it is away has no say.
func TestAStrangersAnswersAreNotBelieved(t *testing.T) {
	for _, tt := range []struct {
		name     string
		stranger bool
		statuses []int // of attempts 2, 3 …
	}{
		{"another server", true, []int{200, 400, 401, 404, 410, 413, 422}},
		{"a PLOG with other runs", false, []int{401, 404}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPLOG(t)
			p.setAnswer(func(attempt int, _ metrics.Batch) (int, metrics.Reply) {
				p.stranger = false
				if n := attempt - 2; n >= 0 && n < len(tt.statuses) {
					p.stranger = tt.stranger
					return tt.statuses[n], metrics.Reply{}
				}
				return http.StatusOK, metrics.Reply{}
			})
			o := newOutput(t, p.environment())
			o.SetTestRunStopCallback(func(err error) { t.Errorf("the test was ended: %v", err) })
			if err := o.Start(); err != nil {
				t.Fatal(err)
			}
			o.AddMetricSamples([]k6metrics.SampleContainer{trail(newSource().tags("name", "GET /"), time.Now(), time.Millisecond, false)})
			p.waitFor(func(bs []metrics.Batch) bool { return count(bs) == 1 && logged(bs, "info", "PLOG answers again") })
			stop(t, o)
			if got := p.snapshot(); got.Overall.Requests != 1 || got.Generator.LostSamples != 0 {
				t.Fatalf("%+v, %+v", got.Overall, got.Generator)
			}
		})
	}
}

func TestAStrangerDoesNotKeepTheTestFromStarting(t *testing.T) {
	p := newPLOG(t)
	p.setAnswer(func(attempt int, _ metrics.Batch) (int, metrics.Reply) {
		p.stranger = attempt == 1
		if p.stranger {
			return http.StatusNotFound, metrics.Reply{}
		}
		return http.StatusOK, metrics.Reply{}
	})
	o := newOutput(t, p.environment())
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	stop(t, o)
	p.snapshot()
}

func logged(bs []metrics.Batch, level, text string) bool {
	for _, b := range bs {
		for _, l := range b.Logs {
			if l.Level == level && strings.Contains(l.Text, text) {
				return true
			}
		}
	}
	return false
}

func TestPLOGIsFoundAtItsNewAddress(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte(gone.URL+"/ingest\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newPLOG(t)
	env := p.environment()
	delete(env, "K6_PLOG_INGEST_URL")
	env["K6_PLOG_INGEST_URL_FILE"] = file
	o := newOutput(t, env)
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	o.AddMetricSamples([]k6metrics.SampleContainer{trail(newSource().tags("name", "GET /"), time.Now(), time.Millisecond, false)})
	if err := os.WriteFile(file, []byte(p.srv.URL+"/ingest\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stop(t, o)
	if n := p.snapshot().Overall.Requests; n != 1 {
		t.Fatalf("%d requests", n)
	}
}

func TestARefusedRunDoesNotStart(t *testing.T) {
	p := newPLOG(t)
	for _, status := range []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusGone} {
		p.setAnswer(func(int, metrics.Batch) (int, metrics.Reply) { return status, metrics.Reply{} })
		if err := newOutput(t, p.environment()).Start(); err == nil {
			t.Errorf("status %d: it started", status)
		}
	}
}

func TestARunThatIsOverEndsTheTest(t *testing.T) {
	p := newPLOG(t)
	p.setAnswer(func(attempt int, _ metrics.Batch) (int, metrics.Reply) {
		if attempt > 1 {
			return http.StatusGone, metrics.Reply{}
		}
		return http.StatusOK, metrics.Reply{}
	})
	o := newOutput(t, p.environment())
	ended := make(chan error, 1)
	o.SetTestRunStopCallback(func(err error) { ended <- err })
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Fatal("it ended without a reason")
	}
	if err := o.Stop(); err != nil && !strings.Contains(err.Error(), "did not get everything") {
		t.Fatal(err)
	}
}

func TestStopSaysWhatWasNotDelivered(t *testing.T) {
	p := newPLOG(t)
	env := p.environment()
	env["K6_PLOG_FLUSH_TIMEOUT"] = "10ms"
	p.setAnswer(func(int, metrics.Batch) (int, metrics.Reply) { return http.StatusServiceUnavailable, metrics.Reply{} })
	o := newOutput(t, env)
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	if err := o.Stop(); err == nil {
		t.Fatal("nothing was delivered, and nothing said")
	}
}

func TestAMissingSettingIsNamed(t *testing.T) {
	p := newPLOG(t)
	for name, bad := range map[string]string{
		"K6_PLOG_INGEST_URL": "", "K6_PLOG_RUN": "", "K6_PLOG_TOKEN": "",
		"K6_PLOG_FLUSH_TIMEOUT": "soon", "K6_PLOG_TRENDS": "http_req_fun",
	} {
		env := p.environment()
		env[name] = bad
		_, err := plogout.New(output.Params{Logger: quietLogger(), Environment: env})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%q: %v", name, bad, err)
		}
	}
}

func TestLogsAndSamplesComeAlong(t *testing.T) {
	p := newPLOG(t)
	logger := quietLogger()
	var printed strings.Builder
	logger.SetOutput(&printed)
	o, err := plogout.New(output.Params{Logger: logger, Environment: p.environment()})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	console := logger.WithField("source", "console")
	console.Warn(`plog:sample {"name":"GET /","status":503,"url":"http://a/","body":"` + strings.Repeat("x", 5000) + `"}`)
	console.Info("hello")
	logger.WithField("error", "boom").Error("it broke")
	for range 1000 {
		logger.Info(strings.Repeat("y", 10000))
	}
	stop(t, o)

	var lines []metrics.LogLine
	var samples []metrics.Sample
	for _, b := range p.taken() {
		lines, samples = append(lines, b.Logs...), append(samples, b.Samples...)
	}
	if len(samples) != 1 || samples[0].Status != "503" || samples[0].Name != "GET /" || len(samples[0].Body) != 2048 {
		t.Errorf("%d samples", len(samples))
	}
	if strings.Contains(printed.String(), "plog:sample") {
		t.Error("the sample was printed")
	}
	if lines[0].Level != "info" || lines[0].Text != "hello" || lines[1].Text != "it broke error=boom" {
		t.Errorf("%+v", lines[:2])
	}
	// A second's end may fall between them, so that more than one bound fits.
	if !logged(p.taken(), "warning", "left out") || len(lines) > 2+3*201 {
		t.Errorf("%d lines, and none says that some were left out", len(lines))
	}
	for _, l := range lines {
		if len(l.Text) > 4096 {
			t.Fatal("a line is too long")
		}
	}
}

func TestSecretsStayHere(t *testing.T) {
	p := newPLOG(t)
	env := p.environment()
	env["PLOG_SECRET_0"], env["PLOG_SECRET_1"], env["PLOG_SECRETS"] = `Bearer t0p/"한<hush`, "Bearer", "harmless"
	logger := quietLogger()
	logger.SetFormatter(&logrus.JSONFormatter{})
	var printed strings.Builder
	logger.SetOutput(&printed)
	o, err := plogout.New(output.Params{Logger: logger, Environment: env})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Start(); err != nil {
		t.Fatal(err)
	}
	const word = `t0p/"한<hush`
	for _, form := range []string{
		"Bearer " + word, word, `t0p/\"한<hush`, `t0p\/\"한\u003chush`, `t0p/\"\ud55c<hush`,
		url.QueryEscape(word), strings.ToLower(url.PathEscape(word)), url.QueryEscape("Bearer " + word),
	} {
		logger.WithField("error", form).Error(strings.Repeat("x", 4090-len(" error=")) + " " + form)
		body, err := json.Marshal(map[string]string{"name": "GET /", "status": "500", "error": form, "url": "http://a/?q=" + form, "body": strings.Repeat("x", 2045) + form})
		if err != nil {
			t.Fatal(err)
		}
		logger.WithField("source", "console").Warn("plog:sample " + string(body))
		logger.Warn("harmless " + form)
	}
	o.AddMetricSamples([]k6metrics.SampleContainer{
		trail(newSource().tags("name", "GET /", "status", "0", "error", strings.Repeat("x", 250)+" "+word), time.Now(), 0, true),
	})
	if err := o.StopWithTestError(errors.New("it broke: " + word)); err != nil {
		t.Fatal(err)
	}
	sent, err := json.Marshal(p.taken())
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"reported": string(sent), "printed": printed.String()} {
		if strings.Contains(text, "t0p") || strings.Contains(text, "hush") || !strings.Contains(text, "harmless "+loadtest.Mask) {
			t.Errorf("what is %s: %s", what, text)
		}
	}
	if !logged(p.taken(), "error", "it broke: "+loadtest.Mask) {
		t.Error("the last words did not come")
	}
}

func BenchmarkRequest(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(metrics.IngestVersionHeader, metrics.IngestVersion)
		_, _ = w.Write([]byte(`{}`))
	}))
	defer srv.Close()
	o := newOutput(b, map[string]string{
		"K6_PLOG_INGEST_URL": srv.URL, "K6_PLOG_RUN": "r", "K6_PLOG_TOKEN": "t", "K6_PLOG_FLUSH_TIMEOUT": "5s"})
	if err := o.Start(); err != nil {
		b.Fatal(err)
	}
	s := newSource()
	const operations = 50
	var containers []k6metrics.SampleContainer
	for i := range 1000 {
		tags := s.tags("scenario", "main", "group", "", "name", fmt.Sprint("GET /", i%operations), "method", "GET", "status", "200")
		vu := s.tags("scenario", "main", "group", "")
		now := time.Now()
		containers = append(containers,
			trail(tags, now, time.Duration(5000+i*7)*time.Microsecond, false),
			k6metrics.Samples{sample(s.builtin.DataSent, vu, now, 1), sample(s.builtin.DataReceived, vu, now, 1)},
			k6metrics.Samples{sample(s.builtin.IterationDuration, vu, now, 5), sample(s.builtin.Iterations, vu, now, 1)})
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if n == 0 {
			now := time.Now()
			for _, c := range containers {
				if t, ok := c.(*httpext.Trail); ok {
					t.EndTime = now
				}
			}
		}
		o.AddMetricSamples(containers[3*n : 3*n+3])
		n = (n + 1) % 1000
	}
	b.StopTimer()
	if err := o.Stop(); err != nil {
		b.Fatal(err)
	}
}
