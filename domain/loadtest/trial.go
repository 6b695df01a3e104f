package loadtest

import (
	"slices"
	"strings"
)

// Trial is how each step of a plan is tried out: in which order, and what a step
// may take from the answers to earlier ones. A step that may take something is
// sent a second time when the target does not know the values of the first.
type Trial struct {
	Steps []TrialStep
}

// ForTrial returns what a trial of p sends: p without its load and thresholds,
// and of each step's variants the first.
func ForTrial(p Plan) Plan {
	p.Thresholds = nil
	p.Scenarios = slices.Clone(p.Scenarios)
	for i, s := range p.Scenarios {
		steps := slices.Clone(s.Steps)
		for j := range steps {
			steps[j].Request, steps[j].Variants = steps[j].Sent()[0], nil
		}
		p.Scenarios[i] = Scenario{Name: s.Name, Order: s.Order, Steps: steps, Executor: PerVUIterations, VUs: 1, Iterations: 1}
	}
	return p
}

// TrialStep is one step of a Trial.
type TrialStep struct {
	At StepAt
	// Session is the scenario whose cookies the step shares, which those of a
	// journey do; -1 for a step that starts without any.
	Session int
	// OwnFirst is true when the plan's own values are tried before those of
	// other answers. Steps that change something spare what may be somebody's:
	// they begin with what the trial has made.
	OwnFirst bool
	// Slots are the path's parameters in their order.
	Slots []Slot
}

// Slot is a path parameter and the steps whose answers may give it a value,
// the best first.
type Slot struct {
	Param string
	From  []Giver
}

// Giver is an earlier step that makes or lists what a path parameter names.
type Giver struct {
	Step   int      // its index in Trial.Steps
	Fields []string // of the answer, in lower case without - and _, the best first
}

// TrialOf returns the order and the rules of a plan's trial. Steps of a journey
// stay in their order. All others go so that nothing is used before it is made:
// signing up and in, then what creates (parents first), reads, changes, deletes
// (children first), and signing out; otherwise they keep the plan's order.
func TrialOf(p Plan) Trial {
	ranked := rank(p)
	var t Trial
	for _, r := range ranked {
		step := TrialStep{At: r.at, Session: -1, OwnFirst: safe(r.step.Method)}
		if p.Scenarios[r.at.Scenario].Order == Journey {
			step.Session = r.at.Scenario
		}
		for _, name := range Slots(r.step.Path) {
			step.Slots = append(step.Slots, Slot{Param: name})
		}
		t.Steps = append(t.Steps, step)
	}
	for i := range t.Steps {
		t.link(ranked, i)
	}
	return t
}

// link finds the givers of a step's path parameters among the earlier steps.
// What is only listed is somebody's: it is read, but never changed or deleted.
func (t Trial) link(all []ranked, to int) {
	slot := 0
	for i, part := range all[to].parts {
		name, is := param(part)
		if !is {
			continue
		}
		var made, listed []Giver
		for from := range all[:to] {
			if shape(all[from].parts) != shape(all[to].parts[:i]) {
				continue
			}
			giver := Giver{Step: from, Fields: fieldsFor(name, all[to].parts[:i])}
			switch {
			case all[from].step.Method == "POST":
				made = append(made, giver)
			case all[from].step.Method == "GET" && t.Steps[to].OwnFirst:
				listed = append(listed, giver)
			}
		}
		t.Steps[to].Slots[slot].From = append(made, listed...)
		slot++
	}
}

// fieldsFor returns the fields in which the answer of a collection may name one
// of it: for petId of /pets, petid and id; for username of /users, also name.
func fieldsFor(name string, collection []string) []string {
	want := bare(name)
	fields := []string{want}
	add := func(field string) {
		if field != "" && !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	resource := ""
	if n := len(collection); n > 0 {
		resource = singular(bare(collection[n-1]))
	}
	for _, kind := range []string{"id", "uuid", "key", "name", "slug", "code", "number"} {
		if strings.HasSuffix(want, kind) {
			add(kind)
			add(resource + kind)
		}
	}
	if strings.HasSuffix(want, "id") || want == resource {
		for _, field := range []string{"id", "uuid", "guid", resource + "id", resource + "uuid"} {
			add(field)
		}
	}
	return fields
}

func singular(plural string) string {
	if stem, is := strings.CutSuffix(plural, "ies"); is {
		return stem + "y"
	}
	return strings.TrimSuffix(plural, "s")
}

var separators = strings.NewReplacer("-", "", "_", "", ".", "")

func bare(name string) string { return strings.ToLower(separators.Replace(name)) }
