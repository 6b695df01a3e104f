package k6

import (
	_ "embed" // the script
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

//go:embed trial.js
var trialScript []byte

const (
	// trialTimeout is how long one request of a trial may take when the plan
	// does not say.
	trialTimeout = 15 * time.Second
	// trialBodies is how much of all answers of a trial is kept, in bytes.
	trialBodies = 32 << 20
	// maxGiver is the largest answer that is searched for values, in bytes.
	maxGiver = 1 << 20
)

// trialProgram is the plan.json of a trial: a run's own, and what to do with it.
type trialProgram struct {
	program
	Trial trial `json:"trial"`
}

type trial struct {
	Keep     int         `json:"keep"`      // bytes of each body
	MaxGiver int         `json:"max_giver"` // bytes of an answer that is searched for values
	Steps    []trialStep `json:"steps"`
}

type trialStep struct {
	Scenario int         `json:"scenario"`
	Step     int         `json:"step"`
	Session  int         `json:"session"`
	OwnFirst bool        `json:"own_first,omitempty"`
	Gives    bool        `json:"gives,omitempty"` // later steps may take something from its answer
	Slots    []trialSlot `json:"slots,omitempty"`
	URL      []any       `json:"url,omitempty"` // texts, and indices of the slots between them
}

type trialSlot struct {
	Value string  `json:"value"` // the plan's own
	Text  string  `json:"text"`  // as it is in the URL
	From  []giver `json:"from,omitempty"`
}

type giver struct {
	Step   int      `json:"step"`
	Fields []string `json:"fields"`
}

// BuildTrial returns the bundle that tries out every step of a valid plan
// WithDefaults that loadtest.ForTrial made, within at most the given time, by the same script as a run
// does; read what comes of it with Exchanges.
func BuildTrial(p loadtest.Plan, blocked []netip.Prefix, within time.Duration) (Bundle, error) {
	p.Options.Timeout = domain.Dur(timeoutOf(p))
	run, secrets, err := programOf(p, false)
	if err != nil {
		return Bundle{}, fmt.Errorf("build k6 files: %w", err)
	}
	one := 1
	run.Options.Scenarios = map[string]scenario{"trial": {
		Executor: loadtest.PerVUIterations, Exec: "trial", VUs: &one, Iterations: 1,
		MaxDuration: within.String(), GracefulStop: "0s",
	}}
	text, err := write(trialProgram{program: run, Trial: trialOf(p)})
	if err != nil {
		return Bundle{}, fmt.Errorf("build k6 files: %w", err)
	}
	return Bundle{
		Files: map[string][]byte{ScriptFile: slices.Concat(script, []byte("\n"), trialScript), PlanFile: text, ConfigFile: Config(blocked)},
		Env:   secrets.env(),
	}, nil
}

// timeoutOf returns how long one request of a plan's trial may take.
func timeoutOf(p loadtest.Plan) time.Duration {
	if own := p.Options.Timeout.Duration; own > 0 {
		return own
	}
	return trialTimeout
}

func trialOf(p loadtest.Plan) trial {
	rules := loadtest.TrialOf(p)
	t := trial{
		Keep:     min(loadtest.MaxExchangeBody, trialBodies/max(len(rules.Steps), 1)),
		MaxGiver: maxGiver, Steps: make([]trialStep, len(rules.Steps)),
	}
	for i, rule := range rules.Steps {
		step := p.Scenarios[rule.At.Scenario].Steps[rule.At.Step]
		t.Steps[i].Scenario, t.Steps[i].Step = rule.At.Scenario, rule.At.Step
		t.Steps[i].Session, t.Steps[i].OwnFirst = rule.Session, rule.OwnFirst
		t.Steps[i].Slots = slotsOf(step, rule.Slots)
		if t.Steps[i].URL = piecesOf(p, step, rule.Slots); t.Steps[i].URL == nil {
			t.Steps[i].Slots = nil
		}
		for _, slot := range t.Steps[i].Slots {
			for _, g := range slot.From {
				t.Steps[g.Step].Gives = true
			}
		}
	}
	return t
}

func slotsOf(step loadtest.Step, rules []loadtest.Slot) []trialSlot {
	slots := make([]trialSlot, len(rules))
	for i, rule := range rules {
		for _, p := range step.Request.PathParams {
			if p.Name == rule.Param {
				slots[i].Value, slots[i].Text = p.Value, encodePath(p)
			}
		}
		for _, from := range rule.From {
			slots[i].From = append(slots[i].From, giver(from))
		}
	}
	return slots
}

// piecesOf returns a step's address cut at its slots; nil when they cannot be
// told apart. To find them it has marks in their place.
func piecesOf(p loadtest.Plan, step loadtest.Step, slots []loadtest.Slot) []any {
	if len(slots) == 0 {
		return nil
	}
	mark := "slot" // of characters that are never encoded
	for plain := address(p.Base(step), step); strings.Contains(plain, mark); {
		mark += "-slot"
	}
	step.Request.PathParams = slices.Clone(step.Request.PathParams)
	for i, slot := range slots { // later params of a name count
		step.Request.PathParams = append(step.Request.PathParams, loadtest.Param{Name: slot.Param, Value: fmt.Sprintf("%s~%d~", mark, i)})
	}
	rest := address(p.Base(step), step)
	var pieces []any
	for i := range slots {
		text, after, found := strings.Cut(rest, fmt.Sprintf("%s~%d~", mark, i))
		if !found || strings.Contains(text, mark) {
			return nil
		}
		pieces = append(pieces, text, i)
		rest = after
	}
	if strings.Contains(rest, mark) {
		return nil // a parameter that is there twice
	}
	return append(pieces, rest)
}
