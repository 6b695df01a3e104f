package trial

import (
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/ui"
)

// Result is how a request was answered.
type Result struct {
	ID       string // what the ids of its parts begin with
	Exchange loadtest.Exchange
	Advice   domain.Message // what is wrong with the answer and what to do; zero when nothing is
	Fit      Fit
}

// Fit says whether an answer is as the document describes it.
type Fit struct {
	Violations []openapi.Violation
	Unchecked  domain.Message // why it was not compared
}

// tone is the colour of the answer's status; the status itself says it in words.
func (r Result) tone() ui.Tone {
	switch {
	case r.Exchange.Response == nil:
		return ui.Bad
	case r.Exchange.Expected:
		return ui.Good
	case r.Exchange.Response.Status < 400:
		return ui.Info
	case r.Exchange.Response.Status < 500:
		return ui.Warn
	}
	return ui.Bad
}

// Part is one part of a request's time.
type Part struct {
	Key  string // of its name, below tryit.timing
	Took time.Duration
	From float64 // where it begins and how long it is, in thousandths of the whole
	Long float64
}

// PartsOf returns the parts of a request's time in their order, also those that
// took none.
func PartsOf(t loadtest.Timings) []Part {
	parts := []Part{
		{Key: "lookup", Took: t.Lookup}, {Key: "connect", Took: t.Connect}, {Key: "tls", Took: t.TLS},
		{Key: "send", Took: t.Send}, {Key: "wait", Took: t.Wait}, {Key: "receive", Took: t.Receive},
	}
	var sum time.Duration
	for _, p := range parts {
		sum += max(p.Took, 0)
	}
	if sum == 0 {
		return parts
	}
	at := 0.0
	for i, p := range parts {
		parts[i].From, parts[i].Long = at, float64(max(p.Took, 0))/float64(sum)*1000
		at += parts[i].Long
	}
	return parts
}
