package handlers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/handlers"
	"plog.dev/plog/handlers/hx"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/run"
)

// world is a server with one run, whose frames the test sends.
type world struct {
	*httptest.Server
	run       loadtest.Run
	report    *report.Report
	feed      chan *live.Frame
	left      chan struct{} // closed when a reader's subscription has ended
	stopped   []domain.RunID
	deleted   []domain.RunID
	started   []loadtest.Plan
	keys      []string // of what was started
	saved     []loadtest.Plan
	conflict  error
	subscribe func() <-chan *live.Frame // in place of feed
	mu        sync.Mutex
}

func newWorld(t testing.TB, state loadtest.State) *world {
	t.Helper()
	w := &world{feed: make(chan *live.Frame, 8), left: make(chan struct{})}
	f := run.Fixture(state)
	w.run = f.Run
	if state == loadtest.Finished {
		w.report = &report.Report{Run: f.Run, Result: f.Snapshot}
		w.report.Run.Plan = loadtest.Masked(f.Run.Plan)
	}
	bundle, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		if !c.Response().Committed {
			_ = c.String(hx.Status(domain.CodeOf(err)), err.Error())
		}
	}
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			c.SetRequest(r.WithContext(i18n.With(r.Context(), bundle.Localizer(r.Header.Get("Accept-Language")))))
			return next(c)
		}
	})
	runs := &handlers.Runs{
		Frame: handlers.Frame{Projects: projects{}}, Projects: projects{}, Runs: runStore{w}, Reports: reports{w}, Logs: logs{},
		Plans: plans{w}, Versions: unchanged{}, Drifts: unchanged{}, Feed: feed{w}, Manager: manager{w}, Starter: starter{w},
		Script: func(loadtest.Plan) ([]byte, error) { return []byte("// the script"), nil },
	}
	e.GET("/projects/:project/runs", runs.History)
	e.GET("/runs/:run", runs.Page)
	e.GET("/runs/:run/events", runs.Events)
	e.GET("/runs/:run/export.:file", runs.Export)
	for action, do := range map[string]echo.HandlerFunc{
		"stop": runs.Stop, "rename": runs.Rename, "again": runs.Again, "duplicate": runs.Duplicate, "delete": runs.Delete,
	} {
		e.POST("/runs/:run/"+action, do)
	}
	w.Server = httptest.NewServer(e)
	t.Cleanup(w.Close)
	return w
}

type (
	projects struct{ handlers.ProjectStore }
	runStore struct{ *world }
	reports  struct{ *world }
	logs     struct{}
	plans    struct{ *world }
	feed     struct{ *world }
	manager  struct{ *world }
	starter  struct{ *world }
)

var missing = domain.Errorf(domain.NotFound, "", "not there")

func (projects) Get(_ context.Context, id domain.ProjectID) (domain.Project, error) {
	return domain.Project{ID: id, Name: "shop"}, nil
}
func (projects) List(context.Context) ([]domain.Project, error) { return nil, nil }

func (w runStore) Get(_ context.Context, id domain.RunID) (loadtest.Run, error) {
	if id != w.run.ID {
		return loadtest.Run{}, missing
	}
	return w.run, nil
}

func (w runStore) List(_ context.Context, f loadtest.RunFilter) ([]loadtest.Run, error) {
	var all []loadtest.Run
	for n := 60; n > 0 && len(all) < f.Limit; n-- {
		r := w.run
		r.Number = n
		if n%2 == 0 {
			r.Verdict = loadtest.Passed
		}
		if f.BeforeNumber == 0 || n < f.BeforeNumber {
			all = append(all, r)
		}
	}
	return all, nil
}

func (w runStore) Rename(_ context.Context, _ domain.RunID, name string) error {
	w.run.Name = name
	return nil
}

func (w reports) Get(context.Context, domain.RunID) (report.Report, error) {
	if w.report == nil {
		return report.Report{}, missing
	}
	return *w.report, nil
}

func (logs) Logs(context.Context, domain.RunID, int) ([]metrics.LogLine, error) {
	return []metrics.LogLine{{At: time.Unix(1, 0), Level: "info", Text: "hello <log>"}}, nil
}

func (w plans) Save(_ context.Context, p *loadtest.Plan) error {
	w.saved = append(w.saved, *p)
	return nil
}
func (w plans) Get(context.Context, domain.PlanID) (loadtest.Plan, error) {
	return loadtest.Plan{}, missing
}
func (w plans) Delete(context.Context, domain.PlanID) error { return nil }
func (w plans) ListByProject(context.Context, domain.ProjectID) ([]loadtest.Plan, error) {
	return nil, nil
}

func (w feed) Subscribe(ctx context.Context, id domain.RunID) (<-chan *live.Frame, error) {
	if id != w.run.ID {
		return nil, missing
	}
	context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		select {
		case <-w.left:
		default:
			close(w.left)
		}
	})
	if w.subscribe != nil {
		return w.subscribe(), nil
	}
	return w.feed, nil
}

func (w manager) Stop(_ context.Context, id domain.RunID) error {
	w.stopped = append(w.stopped, id)
	return w.conflict
}
func (w manager) Delete(_ context.Context, id domain.RunID) error {
	w.deleted = append(w.deleted, id)
	return w.conflict
}
func (w starter) Start(_ context.Context, req handlers.RunRequest) (loadtest.Run, error) {
	w.started, w.keys = append(w.started, req.Plan), append(w.keys, req.Key)
	return loadtest.Run{ID: "next"}, w.conflict
}

// event is one event of a stream.
type event struct{ name, data string }

type reader struct {
	t      testing.TB
	lines  *bufio.Reader
	answer *http.Response
	cancel context.CancelFunc
}

func (w *world) open(t testing.TB, query string) *reader {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/runs/"+string(w.run.ID)+"/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := w.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); _ = res.Body.Close() })
	return &reader{t: t, lines: bufio.NewReader(res.Body), answer: res, cancel: cancel}
}

// next returns the next event; false at the stream's end.
func (r *reader) next() (event, bool) {
	r.t.Helper()
	var e event
	var data []string
	for {
		line, err := r.lines.ReadString('\n')
		if err != nil {
			return e, false
		}
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "":
			e.data = strings.Join(data, "\n")
			return e, true
		case name == "event":
			e.name = value
		case name == "data":
			data = append(data, value)
		default:
			r.t.Fatalf("a line of no kind: %q", line)
		}
	}
}

func (r *reader) must(name string) string {
	r.t.Helper()
	e, ok := r.next()
	if !ok || e.name != name {
		r.t.Fatalf("got event %q (%t), want %q: %.200s", e.name, ok, name, e.data)
	}
	return e.data
}

func seconds(t testing.TB, data string) []float64 {
	t.Helper()
	var p struct{ T []float64 }
	if err := json.Unmarshal([]byte(data), &p); err != nil {
		t.Fatal(err)
	}
	return p.T
}

// later is the run one second further: one more point, one changed, a new TPS.
func later(f *live.Frame) *live.Frame {
	next := *f
	next.Seq++
	next.Elapsed += time.Second
	next.Snapshot.Rev++
	points := append([]metrics.Point{}, f.Snapshot.Points...)
	points[len(points)-1].Rev = next.Snapshot.Rev
	last := points[len(points)-1]
	last.Second++
	tps := 999.0
	next.Snapshot.Points = append(points, last)
	next.Snapshot.Now.TPS = &tps
	return &next
}

func TestEventsBeginCompleteAndGoOnWithWhatChanged(t *testing.T) {
	w := newWorld(t, loadtest.Running)
	f := run.Fixture(loadtest.Running)
	r := w.open(t, "")
	if got := r.answer.Header; got.Get("Content-Type") != "text/event-stream; charset=utf-8" || got.Get("Cache-Control") != "no-store" || got.Get("X-Accel-Buffering") != "no" {
		t.Errorf("headers %v", got)
	}
	w.feed <- f
	all := r.must("")
	for _, id := range []string{"run-status", "run-tiles", "operations", "run-errors", "run-thresholds", "run-statuses", "run-checks", "run-generator", "run-custom"} {
		if !strings.Contains(all, `hx-target="#`+id+`"`) || !strings.Contains(all, `id="`+id+`"`) {
			t.Errorf("the first event lacks %s", id)
		}
	}
	if got := seconds(t, r.must("points")); len(got) != len(f.Snapshot.Points) {
		t.Errorf("the first points are %d seconds of %d", len(got), len(f.Snapshot.Points))
	}

	f = later(f)
	w.feed <- f
	news := r.must("")
	if !strings.Contains(news, `id="run-tiles"`) || !strings.Contains(news, "999") {
		t.Errorf("the tiles did not change: %.300s", news)
	}
	if strings.Contains(news, `id="operations"`) {
		t.Error("operations were sent again, though nothing of them changed")
	}
	last := f.Snapshot.Points[len(f.Snapshot.Points)-1].Second
	if got := seconds(t, r.must("points")); len(got) != 2 || got[0] != float64(last-1) || got[1] != float64(last) {
		t.Errorf("new and changed seconds are %v, want %d and %d", got, last-1, last)
	}
}

func TestASlowReaderGetsEverySecond(t *testing.T) {
	w := newWorld(t, loadtest.Running)
	r := w.open(t, "")
	first := run.Fixture(loadtest.Running)
	w.feed <- first
	r.must("")
	r.must("points")
	// Frames two and three were replaced by the fourth while it did not read.
	newest := later(later(later(first)))
	w.feed <- newest
	r.must("")
	want := len(newest.Snapshot.Points) - len(first.Snapshot.Points) + 1
	if got := seconds(t, r.must("points")); len(got) != want {
		t.Errorf("got %d seconds, want %d", len(got), want)
	}
}

func TestTheStreamEndsWithFinished(t *testing.T) {
	w := newWorld(t, loadtest.Running)
	r := w.open(t, "")
	w.feed <- run.Fixture(loadtest.Running)
	r.must("")
	r.must("points")
	end := later(run.Fixture(loadtest.Running))
	end.Run.State, end.Run.Verdict = loadtest.Finished, loadtest.Passed
	w.feed <- end
	close(w.feed)
	r.must("points")
	r.must("finished")
	if e, more := r.next(); more {
		t.Errorf("after the end came %+v", e)
	}
}

func TestLeavingEndsTheSubscription(t *testing.T) {
	w := newWorld(t, loadtest.Running)
	r := w.open(t, "")
	w.feed <- run.Fixture(loadtest.Running)
	r.must("")
	r.cancel()
	<-w.left // blocks until the handler's context has ended
}

func TestTheStreamSortsAsThePageDoes(t *testing.T) {
	w := newWorld(t, loadtest.Running)
	r := w.open(t, "?sort=name&dir=desc")
	w.feed <- run.Fixture(loadtest.Running)
	all := r.must("")
	if !strings.Contains(all, `aria-sort="descending"`) {
		t.Error("the table is not sorted")
	}
}

func get(t *testing.T, w *world, path string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, w, req, header...)
}

func post(t *testing.T, w *world, path string, form url.Values, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, w, req, header...)
}

func do(t *testing.T, w *world, req *http.Request, header ...string) (*http.Response, string) {
	t.Helper()
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := *w.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return res, b.String()
}

// unchanged is an API that never changes.
type unchanged struct{}

func (unchanged) ListBySource(context.Context, domain.SourceID) ([]domain.Document, error) {
	return nil, nil
}

func (unchanged) Drift(context.Context, loadtest.Run) (handlers.Drift, bool, error) {
	return handlers.Drift{}, false, nil
}
