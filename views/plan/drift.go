package plan

import (
	"context"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/drift"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/i18n"
)

// Drift is how the API's document changed since a plan was made with it.
type Drift struct {
	From, To int               // versions of the document; From is 0 when that version is gone
	Document domain.DocumentID // the version To
	Changes  string            // the address of what changed, "" when From is gone
	Impacts  []drift.Impact    // the steps that are affected
	Pending  bool              // the difference is still being worked out: there may be more
}

// StepField names the boxes of the steps that a plan's update deals with.
const StepField = "step"

// StepAt returns the value of a step's StepField.
func StepAt(i drift.Impact) string { return strconv.Itoa(i.Scenario) + "." + strconv.Itoa(i.Step) }

// fixable returns how many steps an update would do something about.
func (d Drift) fixable() int {
	n := 0
	for _, i := range d.Impacts {
		if i.Fixable() {
			n++
		}
	}
	return n
}

func (d Drift) title(ctx context.Context) string {
	if d.From == 0 {
		return i18n.T(ctx, "changes.plan_title_gone", "To", d.To)
	}
	return i18n.T(ctx, "changes.plan_title", "From", d.From, "To", d.To)
}

func (d Drift) text(ctx context.Context) string {
	switch {
	case len(d.Impacts) > 0:
		return i18n.T(ctx, "changes.plan_affected", "Count", len(d.Impacts))
	case d.Pending:
		return i18n.T(ctx, "changes.plan_pending")
	}
	return i18n.T(ctx, "changes.plan_unaffected")
}

// stepLabel returns the name of the step that an impact is about, with its
// scenario where there are several.
func stepLabel(p loadtest.Plan, i drift.Impact) string {
	s := p.Scenarios[i.Scenario]
	if len(p.Scenarios) > 1 {
		return s.Name + " · " + s.Steps[i.Step].Label()
	}
	return s.Steps[i.Step].Label()
}

// consequence says why a step is affected, and what an update does about it.
func consequence(ctx context.Context, i drift.Impact) string {
	switch i.Kind {
	case drift.Gone:
		return i18n.T(ctx, "changes.step_gone", "Operation", i.Operation)
	case drift.Moved:
		return i18n.T(ctx, "changes.step_moved", "Operation", i.Operation, "To", i.MovedTo)
	case drift.Misfit:
		return i18n.T(ctx, "changes.step_misfit")
	}
	return i18n.T(ctx, "changes.step_touched")
}

// requestChanges says what an update changes of a step's request.
func requestChanges(ctx context.Context, i drift.Impact) string {
	texts := make([]string, len(i.Request))
	for n, c := range i.Request {
		texts[n] = i18n.Msg(ctx, c.Message())
	}
	return strings.Join(texts, " · ")
}
