package report

import (
	"slices"

	"golang.org/x/text/language"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/format"
)

// maxFacts keeps the verdict one sentence.
const maxFacts = 4

// Sentence is how a run ended, to be said in one sentence: the verdict, what it rests on, and why.
type Sentence struct {
	Verdict loadtest.Verdict
	Facts   []domain.Message // "p95 182 ms of 500 ms"
	More    int              // facts left out
	Reason  domain.Message   // where there is more to say than the facts
}

// NewSentence returns the sentence of a finished run.
func NewSentence(lang language.Tag, s Subject) Sentence {
	out := Sentence{Verdict: s.Run.Verdict}
	limits := Limits(lang, s.Snapshot.Thresholds)
	if s.Run.Verdict == loadtest.Failed {
		limits = slices.DeleteFunc(limits, func(l Limit) bool { return l.Passed })
	}
	if s.Run.Reason.Key != "run.reason.thresholds" {
		out.Reason = s.Run.Reason
	}
	for _, l := range limits {
		out.Facts = append(out.Facts, phrase(l))
	}
	if len(out.Facts) == 0 {
		out.Facts = plainFacts(lang, s)
	}
	if len(out.Facts) > maxFacts {
		out.More = len(out.Facts) - maxFacts
		out.Facts = out.Facts[:maxFacts]
	}
	return out
}

// phrase says how a figure stands to its limit.
func phrase(l Limit) domain.Message {
	value := l.Value.String()
	switch {
	case l.Value.IsNone():
		return domain.Msg("report.phrase.no_data", "{{.What}} without data", "What", l.Label)
	case !l.Passed:
		return domain.Msg("report.phrase.over", "{{.What}} {{.Value}} (limit {{.Bound}})", "What", l.Label, "Value", value, "Bound", l.Text())
	case l.Upper():
		return domain.Msg("report.phrase.upper", "{{.What}} {{.Value}} of {{.Bound}}", "What", l.Label, "Value", value, "Bound", l.Bound.String())
	case l.Lower():
		return domain.Msg("report.phrase.lower", "{{.What}} {{.Value}} of at least {{.Bound}}", "What", l.Label, "Value", value, "Bound", l.Bound.String())
	}
	return domain.Msg("report.phrase.plain", "{{.What}} {{.Value}} ({{.Expression}})", "What", l.Label, "Value", value, "Expression", l.Expression)
}

// plainFacts are the figures of a run without thresholds.
func plainFacts(lang language.Tag, s Subject) []domain.Message {
	o := s.Snapshot.Overall
	if o.Requests == 0 || o.Latency == nil {
		return nil
	}
	return []domain.Message{
		domain.Msg("report.phrase.requests", "{{.Requests}} requests", "Requests", format.Count(lang, int64(o.Requests)).String()),
		domain.Msg("report.phrase.latency", "p95 {{.Value}}", "Value", format.Millis(lang, o.Latency.P95).String()),
		domain.Msg("report.phrase.errors", "errors {{.Value}}", "Value", format.Ratio(lang, o.ErrorRate).String()),
	}
}
