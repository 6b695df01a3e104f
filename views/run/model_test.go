package run

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/report"
)

func english(t *testing.T) context.Context {
	t.Helper()
	b, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(t.Context(), b.Localizer("en"))
}

// TestPanelsAreTheirOwnPlaces: a panel morphs into the element with its id, in every state.
func TestPanelsAreTheirOwnPlaces(t *testing.T) {
	for _, state := range []loadtest.State{loadtest.Queued, loadtest.Starting, loadtest.Running, loadtest.Stopping, loadtest.Finished} {
		for _, p := range Panels(language.English, Fixture(state), report.Sort{}) {
			var b strings.Builder
			if err := p.View.Render(english(t), &b); err != nil {
				t.Fatalf("%s %s: %v", state, p.ID, err)
			}
			tag, _, _ := strings.Cut(b.String(), ">")
			if !strings.Contains(tag, ` id="`+p.ID+`"`) {
				t.Errorf("%s: the panel %s begins with %s>", state, p.ID, tag)
			}
		}
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		state   loadtest.State
		elapsed time.Duration
		planned time.Duration
		want    Status
	}{
		{loadtest.Queued, 0, time.Minute, Status{Elapsed: "00:00", Planned: "01:00", Left: "01:00", Ratio: 0, Ahead: 2}},
		{loadtest.Starting, 0, time.Minute, Status{Elapsed: "00:00", Planned: "01:00", Ratio: -1}},
		{loadtest.Running, 15 * time.Second, time.Minute, Status{Elapsed: "00:15", Planned: "01:00", Left: "00:45", Ratio: 0.25}},
		{loadtest.Running, 70 * time.Second, time.Minute, Status{Elapsed: "01:10", Planned: "01:00", Ratio: 1}},
		{loadtest.Running, 70 * time.Second, 0, Status{Elapsed: "01:10", Planned: "00:00", Ratio: -1}},
	} {
		f := Fixture(c.state)
		f.Elapsed, f.Planned = c.elapsed, c.planned
		got := NewStatus(language.English, f)
		want := c.want
		want.State = c.state
		if got.Elapsed != want.Elapsed || got.Planned != want.Planned || got.Left != want.Left || got.Ratio != want.Ratio || got.Ahead != want.Ahead {
			t.Errorf("%s after %s of %s: %+v, want %+v", c.state, c.elapsed, c.planned, got, want)
		}
	}
}

func TestLoadInWords(t *testing.T) {
	half := domain.Dur(30 * time.Second)
	for _, c := range []struct {
		scenario loadtest.Scenario
		want     string
	}{
		{loadtest.Scenario{Executor: loadtest.ConstantVUs, VUs: 10, Duration: half}, "10 VUs for 30 s"},
		{loadtest.Scenario{Executor: loadtest.ConstantArrivalRate, Rate: 2.5, Duration: half}, "2.5 iterations per second for 30 s"},
		{
			loadtest.Scenario{Executor: loadtest.RampingVUs, Stages: []loadtest.Stage{{Duration: half, Target: 50}, {Duration: half, Target: 50}, {Duration: half}}},
			"VUs 0 → 50 → 0 over 1 m 30 s",
		},
		{loadtest.Scenario{Executor: loadtest.SharedIterations, VUs: 3, Iterations: 100}, "100 iterations shared by 3 VUs"},
		{loadtest.Scenario{Executor: loadtest.PerVUIterations, VUs: 3, Iterations: 5}, "5 iterations for each of 3 VUs"},
	} {
		if got := load(english(t), c.scenario); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestFilters(t *testing.T) {
	runs := map[string]loadtest.Run{
		"running": {State: loadtest.Running}, "passed": {State: loadtest.Finished, Verdict: loadtest.Passed},
		"failed": {State: loadtest.Finished, Verdict: loadtest.Failed}, "aborted": {State: loadtest.Finished, Verdict: loadtest.Aborted},
	}
	for filter, want := range map[string]string{
		"": "running passed failed aborted", "active": "running", "passed": "passed", "failed": "failed", "others": "aborted", "nonsense": "running passed failed aborted",
	} {
		var got []string
		for _, name := range []string{"running", "passed", "failed", "aborted"} {
			if ParseFilter(filter).Matches(runs[name]) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q shows %v, want %s", filter, got, want)
		}
	}
}
