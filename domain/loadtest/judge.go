package loadtest

import (
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

// Concern is what a trial has found out about a step.
type Concern string

// The concerns. All but NoConcern and ConcernBorrowed mean that the step will
// only produce errors as it is.
const (
	NoConcern         Concern = ""
	ConcernBorrowed   Concern = "borrowed"   // good with another answer's value; the plan's own was not, or was not tried
	ConcernConnection Concern = "connection" // no answer
	ConcernSignIn     Concern = "sign_in"    // 401, 407
	ConcernForbidden  Concern = "forbidden"  // 403
	ConcernNotFound   Concern = "not_found"  // 404, 410 on a path with parameters
	ConcernPath       Concern = "path"       // 404, 410 on one without
	ConcernRefused    Concern = "refused"    // 400, 422 and other 4xx: something of what was sent
	ConcernMethod     Concern = "method"     // 405
	ConcernMedia      Concern = "media"      // 406, 415
	ConcernConflict   Concern = "conflict"   // 409, 412, 423
	ConcernLimited    Concern = "limited"    // 429
	ConcernServer     Concern = "server"     // 500 and above
	ConcernUnexpected Concern = "unexpected" // a good status, but none of those that the step expects
)

// Judgement is what a person is told about a step that was tried.
type Judgement struct {
	Concern Concern
	Message domain.Message // what happened and what to do next; zero for NoConcern
}

// Errors reports whether the step will only produce errors as it is.
func (j Judgement) Errors() bool {
	return j.Concern != NoConcern && j.Concern != ConcernBorrowed
}

// Judge tells what an exchange means for the load: whether its step will only
// produce errors, why, and what to do about it.
func Judge(x Exchange) Judgement {
	switch {
	case x.Response == nil:
		return Judgement{ConcernConnection, x.Problem}
	case x.Expected && len(x.Suggested) > 0:
		return borrowed(x)
	case x.Expected:
		return Judgement{}
	}
	say := func(c Concern, key, text string) Judgement {
		pairs := []any{"Status", x.Response.Status, "Method", x.Request.Method, "Path", x.Path, "Params", strings.Join(inBraces(PathParams(x.Path)), ", ")}
		if said := Said(*x.Response); said != "" {
			return Judgement{c, domain.Msg("trial.judge."+key+"_said", text+" The target says: “{{.Said}}”", append(pairs, "Said", said)...)}
		}
		return Judgement{c, domain.Msg("trial.judge."+key, text, pairs...)}
	}
	switch status := x.Response.Status; status {
	case 401, 407:
		if signedIn(x.Request) {
			return say(ConcernSignIn, "sign_in_refused", "The target does not accept the sign-in that was sent (status {{.Status}}). Check its value, and that it has not expired.")
		}
		return say(ConcernSignIn, "sign_in", "The target wants to know who calls (status {{.Status}}). Add a sign-in to the plan.")
	case 403:
		return say(ConcernForbidden, "forbidden", "The target does not allow this to the caller (status {{.Status}}). Sign in as somebody who may, or leave the step out.")
	case 404, 410:
		if len(PathParams(x.Path)) > 0 {
			return say(ConcernNotFound, "not_found", "The target has nothing under this path (status {{.Status}}). Give {{.Params}} a value that exists there.")
		}
		return say(ConcernPath, "path", "The target does not know this path (status {{.Status}}). Check the base URL, its prefix above all.")
	case 405:
		return say(ConcernMethod, "method", "The target does not accept {{.Method}} on this path (status {{.Status}}). Check the base URL and the document.")
	case 406, 415:
		return say(ConcernMedia, "media", "The target does not take or make the media type that was asked for (status {{.Status}}). Choose another one for the step.")
	case 409, 412, 423:
		return say(ConcernConflict, "conflict", "The target is not in the state for this request (status {{.Status}}): often what it creates is there already. Vary the values, or reset the target before the load.")
	case 429:
		return say(ConcernLimited, "limited", "The target limits how often it may be called (status {{.Status}}). Raise its limit for the test, or the load measures only that.")
	}
	switch {
	case x.Response.Status >= 500:
		return say(ConcernServer, "server", "The target itself failed (status {{.Status}}). Look into its log; if the values that were sent cause it, change them.")
	case x.Response.Status >= 400:
		return say(ConcernRefused, "refused", "The target refuses what was sent (status {{.Status}}). Correct the step's values.")
	}
	return say(ConcernUnexpected, "unexpected", "The target answered with status {{.Status}}, which the step does not expect. Change the step's expected statuses if it is right.")
}

func borrowed(x Exchange) Judgement {
	s := x.Suggested[len(x.Suggested)-1]
	pairs := []any{"Param", "{" + s.Param + "}", "Value", s.Value, "Instead", s.Instead, "From", s.From}
	if s.Gone {
		return Judgement{ConcernBorrowed, domain.Msg("trial.judge.borrowed_gone",
			"This works with {{.Param}} = {{.Value}}, which {{.From}} made for the trial; it is deleted again. Give {{.Param}} a value that exists during the load, instead of {{.Instead}}.", pairs...)}
	}
	return Judgement{ConcernBorrowed, domain.Msg("trial.judge.borrowed",
		"This works with {{.Param}} = {{.Value}}, from the answer to {{.From}}. Put that into the plan instead of {{.Instead}}.", pairs...)}
}

// signedIn reports whether a request says who calls, by a header as is usual.
func signedIn(r SentRequest) bool {
	return slices.ContainsFunc(r.Headers, func(h Param) bool {
		name := bare(h.Name)
		return strings.Contains(name, "authorization") || strings.Contains(name, "apikey") || strings.Contains(name, "token") || name == "cookie"
	})
}

func inBraces(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = "{" + name + "}"
	}
	return all
}
