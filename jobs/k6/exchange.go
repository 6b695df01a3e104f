package k6

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"plog.dev/plog/domain/loadtest"
)

// exchangeMark starts the lines with which the script tells of a trial's requests.
const exchangeMark = "plog:exchange "

// told is such a line, as the script writes it.
type told struct {
	Scenario, Step int
	Slots          []struct{ Value, From string }
	Method, URL    string
	Sent           [][2]string
	Body           []byte // in JSON base64, as are all bytes
	Status         int
	Text, Protocol string
	IP, Final      string
	Headers        [][2]string
	Answer         []byte
	Bytes          int64
	Timings        [6]float64 // ms: blocked, connecting, TLS, sending, waiting, receiving
	Error          string
	Code           int
	Expected       bool
}

// Exchanges returns what k6's log says of a trial of p, as
// BuildTrial took it, in the order in which the steps were sent. Steps that were not
// sent are not in it.
func Exchanges(p loadtest.Plan, log []byte) ([]loadtest.Exchange, error) {
	var all []loadtest.Exchange
	for line := range bytes.Lines(log) {
		var entry struct{ Msg string }
		if json.Unmarshal(line, &entry) != nil {
			continue // of a crash, or cut off
		}
		text, is := strings.CutPrefix(entry.Msg, exchangeMark)
		if !is {
			continue
		}
		var t told
		if err := json.Unmarshal([]byte(text), &t); err != nil {
			return nil, fmt.Errorf("read what k6 says of a request: %w", err)
		}
		if t.Scenario < 0 || t.Scenario >= len(p.Scenarios) || t.Step < 0 || t.Step >= len(p.Scenarios[t.Scenario].Steps) {
			return nil, fmt.Errorf("k6 tells of step %d of scenario %d, which the plan has not", t.Step, t.Scenario)
		}
		all = append(all, t.exchange(p))
	}
	loadtest.MarkGone(p, all)
	return all, nil
}

func (t told) exchange(p loadtest.Plan) loadtest.Exchange {
	scenario := p.Scenarios[t.Scenario]
	step := scenario.Steps[t.Step]
	x := loadtest.Exchange{
		At:       loadtest.StepAt{Scenario: t.Scenario, Step: t.Step},
		Scenario: scenario.Name, Step: step.Label(), Path: step.Path,
		Request: loadtest.SentRequest{
			Method: t.Method, URL: t.URL, Headers: params(t.Sent),
			Body: string(t.Body[:min(len(t.Body), loadtest.MaxExchangeBody)]),
		},
		Expected: t.Expected,
	}
	if t.Status == 0 {
		x.Problem = problem(t.Code, t.Error, timeoutOf(p))
	} else {
		x.Response = t.response()
	}
	for i, name := range loadtest.Slots(step.Path) {
		if i < len(t.Slots) && t.Slots[i].From != "" {
			x.Suggested = append(x.Suggested, loadtest.Suggestion{
				Param: name, Value: t.Slots[i].Value, Instead: step.Request.PathParam(name), From: t.Slots[i].From,
			})
		}
	}
	return x
}

func (t told) response() *loadtest.Response {
	kept := t.Answer[:min(len(t.Answer), loadtest.MaxExchangeBody)]
	r := &loadtest.Response{
		Status: t.Status, Text: t.Text, Protocol: t.Protocol, RemoteIP: t.IP, Headers: params(t.Headers),
		Body: kept, Bytes: t.Bytes, Truncated: int64(len(t.Answer)) < t.Bytes || len(kept) < len(t.Answer), Timings: t.timings(),
	}
	if t.Final != t.URL {
		r.URL = t.Final
	}
	return r
}

func (t told) timings() loadtest.Timings {
	ms := func(i int) time.Duration { return time.Duration(t.Timings[i] * float64(time.Millisecond)) }
	blocked := ms(0)
	split := loadtest.Timings{Connect: ms(1), TLS: ms(2), Send: ms(3), Wait: ms(4), Receive: ms(5)}
	split.Lookup = max(blocked-split.Connect-split.TLS, 0)
	split.Total = split.Lookup + split.Connect + split.TLS + split.Send + split.Wait + split.Receive
	return split
}

func params(pairs [][2]string) []loadtest.Param {
	all := make([]loadtest.Param, len(pairs))
	for i, pair := range pairs {
		all[i] = loadtest.Param{Name: pair[0], Value: pair[1]}
	}
	slices.SortFunc(all, func(a, b loadtest.Param) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
