package jobs

import (
	"errors"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/analysis"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
)

// maxLogLines is how much of a run's log is read for findings.
const maxLogLines = 10_000

var (
	errPanic = domain.Errorf(domain.Internal, "run.panic",
		"Something in PLOG broke while it carried the run out. What was measured is kept; PLOG's log has the details.")
	errGone = domain.Errorf(domain.Unavailable, "run.gone",
		"PLOG was restarted, and k6 was not there any more. What was measured until then is kept.")
	errNeverStarted = domain.Errorf(domain.Unavailable, "run.never_started",
		"PLOG was restarted before k6 had started. Run the plan again.")
)

// ending is all that a verdict is made of.
type ending struct {
	cause    error // why the run was stopped; nil if it was not
	outcome  loadtest.Outcome
	err      error // why it could not be carried out
	snapshot metrics.Snapshot
	limit    metrics.ThresholdResult // what ended the run, when the cause is ErrThreshold
}

// judge returns how a run ended and, where the verdict alone does not say it, why.
func judge(e ending) (loadtest.Verdict, domain.Message) {
	switch {
	case errors.Is(e.err, errGone), errors.Is(e.err, errNeverStarted):
		return loadtest.Aborted, messageOf(e.err)
	case errors.Is(e.cause, loadtest.ErrThreshold) && e.limit.Expression == "":
		_, reason := byThresholds(e.snapshot.Thresholds) // adopted: which of them it was is not known any more
		return loadtest.Failed, reason
	case errors.Is(e.cause, loadtest.ErrThreshold):
		return loadtest.Failed, domain.Msg("run.reason.threshold_abort",
			"Ended early: {{.Expression}} of {{.Metric}} was crossed.", "Expression", e.limit.Expression, "Metric", e.limit.Metric)
	case errors.Is(e.cause, loadtest.ErrStoppedByUser), errors.Is(e.cause, loadtest.ErrShutdown):
		return loadtest.Aborted, messageOf(e.cause)
	case e.err != nil:
		return loadtest.Errored, messageOf(e.err)
	case e.outcome.ExitCode != 0:
		return loadtest.Errored, exitReason(e.outcome)
	case e.snapshot.Overall.Requests == 0:
		return loadtest.Invalid, domain.Msg("run.reason.no_requests",
			"k6 ended well, but not one request was measured. See the log for what the script did.")
	case e.snapshot.Generator.Final < max(e.snapshot.Generator.Instances, 1):
		return loadtest.Invalid, domain.Msg("run.reason.no_end",
			"k6 ended, but the last of what it measured never arrived, so the figures are not complete. Was PLOG away for long, or its disk full?")
	case lostTooMuch(e.snapshot):
		return loadtest.Invalid, domain.Msg("run.reason.lost_samples",
			"k6 could not report {{.Lost}} of its measurements, so the figures cannot be trusted. Was PLOG away for long, or its disk full?",
			"Lost", e.snapshot.Generator.LostSamples)
	}
	return byThresholds(e.snapshot.Thresholds)
}

// lostTooMuch reports whether more than 1 % of what was measured did not arrive.
func lostTooMuch(s metrics.Snapshot) bool {
	return s.Generator.LostSamples*100 > s.Overall.Requests
}

func byThresholds(results []metrics.ThresholdResult) (loadtest.Verdict, domain.Message) {
	var crossed []string
	for _, t := range results {
		if !t.Passed {
			crossed = append(crossed, t.Metric+" "+t.Expression)
		}
	}
	if len(crossed) == 0 {
		return loadtest.Passed, domain.Message{}
	}
	return loadtest.Failed, domain.Msg("run.reason.thresholds", "Crossed: {{.Thresholds}}.", "Thresholds", strings.Join(crossed, ", "))
}

func exitReason(o loadtest.Outcome) domain.Message {
	if !o.Reason.IsZero() {
		return o.Reason
	}
	return domain.Msg("run.reason.exit", "k6 ended with exit code {{.Code}}. Its last words: {{.Log}}",
		"Code", o.ExitCode, "Log", strings.Join(o.LastLog, " / "))
}

// messageOf returns what a person is told about err; details of unexpected
// errors stay in the log.
func messageOf(err error) domain.Message {
	var e *domain.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return domain.Msg("run.reason.internal", "The run could not be carried out: {{.Error}}", "Error", err.Error())
}

// makeReport returns the run's report. If explaining the result breaks, the
// report goes without findings: a run must always come to its end.
func makeReport(run loadtest.Run, s metrics.Snapshot, logs []metrics.LogLine) (rep report.Report) {
	run.Plan = loadtest.Masked(run.Plan)
	run.TokenHash = ""
	rep = report.Report{Run: run, Result: s}
	defer func() { _ = recover() }() //nolint:errcheck // see above
	rep.Findings = analysis.Findings(run, s, logs)
	return rep
}
