package report

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/chart"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/ui"
)

func (t Tile) params(ctx context.Context) ui.TileParams {
	p := ui.TileParams{
		ID: "tile-" + t.Key, Label: i18n.T(ctx, "report.tile."+t.Key), Explain: i18n.T(ctx, "report.tile."+t.Key+"_explain"),
		Figure: t.Figure, Note: i18n.Msg(ctx, t.Note), Spark: chart.Spark(t.Spark, ""),
	}
	if !t.Label.IsZero() {
		p.Label = i18n.Msg(ctx, t.Label)
	}
	if t.Limit != nil {
		p.Limit = t.Limit.Text()
		switch {
		case !t.Limit.Passed:
			p.Tone = ui.Bad
		case !t.Limit.Value.IsNone():
			p.Tone = ui.Good
		}
	}
	return p
}

func head(ctx context.Context, c Column, num bool, order Sort, link func(Sort) string) ui.ThParams {
	p := ui.ThParams{Label: i18n.T(ctx, "report.column."+string(c)), Num: num}
	if link == nil {
		return p
	}
	p.Href = link(order.Toggled(c)) + "#operations"
	p.Attrs = templ.Attributes{
		"hx-get": link(order.Toggled(c)), "hx-target": "#run", "hx-select": "#run", "hx-swap": "outerMorph", "hx-push-url": "true",
	}
	if order.By == c {
		p.Sorted = ui.Ascending
		if order.Desc {
			p.Sorted = ui.Descending
		}
	}
	return p
}

func (s Sentence) text(ctx context.Context) string {
	facts := make([]string, 0, len(s.Facts)+1)
	for _, f := range s.Facts {
		facts = append(facts, i18n.Msg(ctx, f))
	}
	if s.More > 0 {
		facts = append(facts, i18n.T(ctx, "report.sentence_more", "Count", s.More))
	}
	if len(facts) == 0 {
		return i18n.T(ctx, "report.sentence_bare."+string(s.Verdict))
	}
	return i18n.T(ctx, "report.sentence."+string(s.Verdict), "Facts", strings.Join(facts, ", "))
}

func (s Sentence) reason(ctx context.Context) string { return i18n.Msg(ctx, s.Reason) }

func verdictTone(v loadtest.Verdict) ui.Tone {
	switch v {
	case loadtest.Passed:
		return ui.Good
	case loadtest.Failed, loadtest.Errored:
		return ui.Bad
	case loadtest.Invalid:
		return ui.Warn
	}
	return ui.Neutral
}

func verdictIcon(v loadtest.Verdict) string {
	switch v {
	case loadtest.Passed:
		return "circle-check"
	case loadtest.Failed:
		return "circle-x"
	case loadtest.Errored:
		return "circle-alert"
	case loadtest.Invalid:
		return "triangle-alert"
	}
	return "circle-slash"
}

func severityTone(s analysis.Severity) ui.Tone {
	switch s {
	case analysis.Bad:
		return ui.Bad
	case analysis.Warn:
		return ui.Warn
	}
	return ui.Info
}

func statusName(code string) string {
	n, err := strconv.Atoi(code)
	if err != nil {
		return code
	}
	return strings.TrimSpace(code + " " + http.StatusText(n))
}

func hiddenWhen(empty bool) templ.Attributes { return templ.Attributes{"hidden": empty} }

func sampleID(i int, r ErrorRow) string {
	return "sample-" + strings.NewReplacer(" ", "-", "/", "-", "{", "", "}", "").Replace(r.Status+r.Code+"-"+r.Method+r.Path) + "-" + strconv.Itoa(i)
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (h Health) facts(ctx context.Context) []ui.Fact {
	fact := func(key, value string) ui.Fact {
		return ui.Fact{Label: i18n.T(ctx, "report.health."+key), Value: value}
	}
	cpu, memory := "", ""
	if !h.CPU.IsNone() {
		cpu = i18n.T(ctx, "report.health.cpu_of", "Used", h.CPU.String(), "Cores", h.CPUs, "Most", h.CPUMost.String())
		memory = h.Memory.String()
	}
	facts := []ui.Fact{fact("cpu", cpu), fact("memory", memory)}
	lag := ""
	if !h.LoopLag.IsNone() {
		lag = i18n.T(ctx, "report.health.at_most", "Value", h.LoopLag.String())
	}
	facts = append(facts, fact("lag", lag), fact("dropped", h.Dropped.String()))
	if h.Lost > 0 || h.Folded > 0 {
		facts = append(facts, fact("lost", i18n.T(ctx, "report.health.lost_text", "Lost", h.Lost, "Folded", h.Folded)))
	}
	if h.Instances != "0" && h.Instances != "1" {
		facts = append(facts, fact("instances", h.Instances))
	}
	return facts
}
