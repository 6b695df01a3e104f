package trial

import (
	"context"
	"fmt"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/i18n"
)

// Preflight is what sending each request of a plan once said.
type Preflight struct {
	Rows []PreflightRow
}

// PreflightRow is one step of it.
type PreflightRow struct {
	At        string // what the form knows the step by
	Exchange  loadtest.Exchange
	Judgement loadtest.Judgement
}

// PreflightOf returns what the exchanges of a plan's trial mean for it, in the
// order in which they were sent; at is what the form knows a step by.
func PreflightOf(sent []loadtest.Exchange, at func(loadtest.Exchange) string) *Preflight {
	p := &Preflight{Rows: make([]PreflightRow, len(sent))}
	for i, x := range sent {
		p.Rows[i] = PreflightRow{At: at(x), Exchange: x, Judgement: loadtest.Judge(x)}
	}
	return p
}

// ByPlace knows a step by where it stands in its plan: "0.3".
func ByPlace(x loadtest.Exchange) string { return PlaceOf(x.At) }

// ByOperation knows a step by its operation: "GET /pets".
func ByOperation(x loadtest.Exchange) string { return x.Request.Method + " " + x.Path }

// PlaceOf returns a step's place as forms write it: "0.3".
func PlaceOf(at loadtest.StepAt) string { return fmt.Sprintf("%d.%d", at.Scenario, at.Step) }

// Failing are the rows that will only produce errors.
func (p Preflight) Failing() []PreflightRow {
	var list []PreflightRow
	for _, r := range p.Rows {
		if r.Judgement.Errors() {
			list = append(list, r)
		}
	}
	return list
}

// Lent are the rows that are good with another value than the plan's own.
func (p Preflight) Lent() []PreflightRow {
	var list []PreflightRow
	for _, r := range p.Rows {
		if r.Judgement.Concern == loadtest.ConcernBorrowed {
			list = append(list, r)
		}
	}
	return list
}

// Fine reports whether the load may start without a question.
func (p Preflight) Fine() bool { return len(p.Failing()) == 0 && len(p.Lent()) == 0 }

// Suggestion is a path parameter's value that may be put into the plan.
type Suggestion struct {
	At    string `form:"at"` // of the step
	Param string `form:"param"`
	Value string `form:"value"`
	From  string `form:"-"` // the step whose answer gave it
}

// Suggestions are the values that may be put into the plan: those of rows that
// are good with them, and that still name something.
func (p Preflight) Suggestions() []Suggestion {
	var list []Suggestion
	for _, r := range p.Lent() {
		for _, s := range r.Exchange.Suggested {
			if !s.Gone {
				list = append(list, Suggestion{At: r.At, Param: s.Param, Value: s.Value, From: s.From})
			}
		}
	}
	return list
}

// ordered are the rows as they are shown: what fails first.
func (p Preflight) ordered() []PreflightRow {
	list := append(p.Failing(), p.Lent()...)
	for _, r := range p.Rows {
		if r.Judgement.Concern == loadtest.NoConcern {
			list = append(list, r)
		}
	}
	return list
}

// maxShown is how many of the rows show their exchange, and excerpt how many
// bytes of its bodies: a page of 300 of them stays small.
const (
	maxShown = 50
	excerpt  = 2 << 10
)

// short returns the exchange with excerpts of its bodies.
func short(x loadtest.Exchange) loadtest.Exchange {
	if len(x.Request.Body) > excerpt {
		x.Request.Body = x.Request.Body[:excerpt]
	}
	if x.Response != nil && len(x.Response.Body) > excerpt {
		r := *x.Response
		r.Body, r.Truncated = r.Body[:excerpt], true
		x.Response = &r
	}
	return x
}

func preflightTitle(ctx context.Context, p Preflight) string {
	if failing := len(p.Failing()); failing > 0 {
		return i18n.T(ctx, "tryit.preflight_failing", "Count", failing, "All", len(p.Rows))
	}
	return i18n.T(ctx, "tryit.preflight_lent", "Count", len(p.Lent()))
}
