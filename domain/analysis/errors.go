package analysis

import (
	"math"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
)

// alwaysFailing finds operations of which every single request failed: not the
// load, but the request is wrong. Those that fail alike are one finding.
func alwaysFailing(in input) []Finding {
	groups := map[string]*failing{} // by status
	var order []string
	for _, op := range in.s.Operations {
		if op.Requests == 0 || op.Failed < op.Requests {
			continue
		}
		status, n := mostFrequent(op.Statuses)
		g := groups[status]
		if g == nil {
			g = &failing{}
			groups[status] = g
			order = append(order, status)
		}
		g.operations = append(g.operations, op.Name)
		g.requests += op.Requests
		g.same += n
	}
	var found []Finding
	for _, status := range order {
		found = append(found, groups[status].finding(status))
	}
	return found
}

// failing are operations that all fail with mostly the same status.
type failing struct {
	operations     []string
	requests, same uint64
}

func (g *failing) finding(status string) Finding {
	advice := adviceFor(status)
	return Finding{
		Kind: "operation_always_fails", Severity: Bad,
		Title: domain.Msg("finding.operation_always_fails.title", "Every request of {{.Operation}} failed", "Operation", some(g.operations)),
		Detail: domain.Msg("finding.operation_always_fails."+advice.key, advice.text,
			"Count", g.requests, "Same", g.same, "Status", status),
		Evidence: map[string]any{"operations": g.operations, "requests": g.requests, "status": status, "count": g.same},
	}
}

// some names the first few, in no particular language: "a, b, +2".
func some(names []string) string {
	const few = 3
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:few-1], ", ") + ", +" + strconv.Itoa(len(names)-few+1)
}

type advice struct{ key, text string }

const answered = "{{.Count}} requests, {{.Same}} of them answered with HTTP {{.Status}}. "

func adviceFor(status string) advice {
	switch status {
	case "401", "403":
		return advice{"auth", answered + "The target wants a sign-in: add its header (such as Authorization) to the plan."}
	case "404":
		return advice{"missing", answered + "Check the base URL and the path values: what they name does not exist."}
	case "405":
		return advice{"method", answered + "The target does not take this method there: check the document and the base URL."}
	case "400", "415", "422":
		return advice{"input", answered + "The target refuses what is sent: check the parameters and the body of the step."}
	case "429":
		return advice{"limited", answered + "The target limits how often it may be called: lower the rate, or lift the limit for the test."}
	case "0":
		return advice{"unreachable", "{{.Same}} of {{.Count}} requests had no response at all. Check that the target runs and can be reached from here."}
	}
	if n, err := strconv.Atoi(status); err == nil && n >= 500 {
		return advice{"server", answered + "The fault is on the target's side: see its log."}
	}
	return advice{"unexpected", answered + "If this answer is right, add its status to those that the step expects."}
}

// concentratedErrors finds an error that makes up most of all failures although
// its operation works otherwise.
func concentratedErrors(in input) []Finding {
	if in.s.Overall.Failed < 10 || len(in.s.Errors) == 0 {
		return nil
	}
	top := in.s.Errors[0]
	share := ratio(top.Count, in.s.Overall.Failed)
	if share < 0.5 || in.dead(top.Operation) {
		return nil
	}
	what := top.Error
	if what == "" {
		what = statusName(top.Status)
	}
	return []Finding{{
		Kind: "errors_concentrated", Severity: Warn,
		Title: domain.Msg("finding.errors_concentrated.title", "Most errors come from {{.Operation}}", "Operation", top.Operation),
		Detail: domain.Msg("finding.errors_concentrated.detail",
			"{{.Count}} of {{.Failed}} failed requests ({{.Share}} %) are one error there: {{.Error}}.",
			"Count", top.Count, "Failed", in.s.Overall.Failed, "Share", percent(share), "Error", clip(what, 200)),
		Evidence: map[string]any{
			"operation": top.Operation, "status": top.Status, "error": top.Error, "error_code": top.ErrorCode,
			"count": top.Count, "failed": in.s.Overall.Failed, "share": share,
		},
	}}
}

func (in input) dead(operation string) bool {
	for _, op := range in.s.Operations {
		if op.Name == operation && op.Failed < op.Requests {
			return false
		}
	}
	return true
}

func failingChecks(in input) []Finding {
	var found []Finding
	for _, c := range in.s.Checks {
		if c.Fails == 0 {
			continue
		}
		share := ratio(c.Fails, c.Passes+c.Fails)
		found = append(found, Finding{
			Kind: "check_failing", Severity: Warn,
			Title: domain.Msg("finding.check_failing.title", "The check “{{.Check}}” failed", "Check", c.Name),
			Detail: domain.Msg("finding.check_failing.detail", "{{.Fails}} of {{.Count}} times ({{.Share}} %).",
				"Fails", c.Fails, "Count", c.Passes+c.Fails, "Share", percent(share)),
			Evidence: map[string]any{"check": c.Name, "passes": c.Passes, "fails": c.Fails, "share": share},
		})
	}
	return found
}

func mostFrequent(statuses map[string]uint64) (status string, n uint64) {
	for s, count := range statuses {
		if count > n || count == n && s < status {
			status, n = s, count
		}
	}
	return status, n
}

// statusName is the same in every language.
func statusName(status string) string {
	if status == "0" || status == "" {
		return "–"
	}
	return "HTTP " + status
}

// percent rounds a ratio for a sentence: 0.1234 is 12.3.
func percent(ratio float64) float64 { return math.Round(ratio*1000) / 10 }

// fewSamples warns where the tail rests on too few requests: a p99 needs about
// a hundred of them.
func fewSamples(in input) []Finding {
	n := in.s.Overall.Requests
	if n == 0 || n >= tailNeeds && len(in.thin()) == 0 {
		return nil
	}
	thin := in.thin()
	if n >= tailNeeds {
		return []Finding{{
			Kind: "few_requests", Severity: Info,
			Title: domain.Msg("finding.few_requests.title", "Too few requests for some p99"),
			Detail: domain.Msg("finding.few_requests.operations",
				"{{.Count}} of the operations had fewer than {{.Needed}} requests, so their p99 is little more than their slowest request. Test longer, or with more load.",
				"Count", len(thin), "Needed", tailNeeds),
			Evidence: map[string]any{"operations": thin, "needed": tailNeeds},
		}}
	}
	return []Finding{{
		Kind: "few_requests", Severity: Warn,
		Title: domain.Msg("finding.few_requests.title", "Too few requests for some p99"),
		Detail: domain.Msg("finding.few_requests.run",
			"The run made {{.Requests}} requests; a p99 needs at least {{.Needed}}. Test longer, or with more load.",
			"Requests", n, "Needed", tailNeeds),
		Evidence: map[string]any{"requests": n, "needed": tailNeeds},
	}}
}

const tailNeeds = 100 // requests

func (in input) thin() []string {
	var names []string
	for _, op := range in.s.Operations {
		if op.Requests > 0 && op.Requests < tailNeeds {
			names = append(names, op.Name)
		}
	}
	return names
}
