package run

import (
	"time"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/live"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/ui"
)

// Stories are the states of the run page and the history, with fixtures.
func Stories() []ui.Story {
	story := func(name string, view templ.Component) ui.Story {
		return ui.Story{Family: "run", Name: name, View: view}
	}
	ended := func(v loadtest.Verdict, reason domain.Message) *live.Frame {
		f := Fixture(loadtest.Finished)
		f.Run.Verdict, f.Run.Reason = v, reason
		if v == loadtest.Errored {
			f.Snapshot = metrics.Snapshot{}
		}
		return f
	}
	silent := Fixture(loadtest.Running)
	silent.Silent = 12 * time.Second
	exit := domain.Msg("run.reason.exit", "k6 ended with exit code {{.Code}}. Its last words: {{.Log}}", "Code", 107, "Log", "ReferenceError: foo is not defined\n\tat file:///script.js:12:3")
	return []ui.Story{
		story("queued", storyPage(Fixture(loadtest.Queued))),
		story("starting", storyPage(Fixture(loadtest.Starting))),
		story("running", storyPage(Fixture(loadtest.Running))),
		story("silent", StatusPanel(newStatusStory(silent))),
		story("stopping", StatusPanel(newStatusStory(Fixture(loadtest.Stopping)))),
		story("failed", storyPage(Fixture(loadtest.Finished))),
		story("passed", storyPage(passed(ended(loadtest.Passed, domain.Message{})))),
		story("aborted", storyPage(ended(loadtest.Aborted, loadtest.ErrStoppedByUser.Message))),
		story("error", storyPage(ended(loadtest.Errored, exit))),
		story("invalid", storyPage(ended(loadtest.Invalid, domain.Msg("run.reason.no_requests", "")))),
		story("history", HistoryTable(historyFixture())),
		{Family: "run", Name: "history-empty", Page: true, View: History(HistoryModel{Filter: All, First: true, MayChange: true, Frame: layout.Model{Title: "shop"}})},
	}
}

func newStatusStory(f *live.Frame) Status { return NewStatus(language.English, f) }

func passed(f *live.Frame) *live.Frame {
	p95 := 182.4
	f.Snapshot.Thresholds[0].Value, f.Snapshot.Thresholds[0].Passed = &p95, true
	return f
}

// storyPage is a run page without its stream: nobody answers it in the stories.
func storyPage(f *live.Frame) templ.Component {
	f.Run.Plan = loadtest.Masked(f.Run.Plan)
	m := Model{Live: f, MayChange: true, HasPlan: true, Still: true}
	if !m.active() {
		m.YAML, m.Script = "name: Typical day\nbase_url: http://127.0.0.1:8090\n", "import http from 'k6/http';\n"
		for i, text := range []string{"starting", "The target answered slowly", "boom"} {
			level := []string{"info", "warning", "error"}[i]
			m.Log = append(m.Log, metrics.LogLine{At: f.Run.StartedAt.Add(time.Duration(i) * time.Second), Level: level, Text: text})
		}
	}
	return Content(m)
}

func historyFixture() []HistoryRow {
	rows := []HistoryRow{}
	for i, v := range []loadtest.Verdict{"", loadtest.Passed, loadtest.Failed, loadtest.Aborted, loadtest.Errored, loadtest.Invalid} {
		f := Fixture(loadtest.Finished)
		r := HistoryRow{Run: f.Run, Summary: f.Snapshot.Overall}
		r.Run.Number, r.Run.Verdict = 12-i, v
		if v == "" {
			r.Run.State, r.Run.EndedAt, r.Summary = loadtest.Running, time.Time{}, metrics.Summary{}
		}
		rows = append(rows, r)
	}
	return rows
}
