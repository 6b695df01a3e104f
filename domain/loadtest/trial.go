package loadtest

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Trial is how each step of a plan is sent once: in which order, and what a
// step may take from the answers to earlier ones.
type Trial struct {
	Steps []TrialStep
}

// TrialStep is one step of a Trial.
type TrialStep struct {
	At StepAt
	// Session is the scenario whose cookies the step shares, which those of a
	// journey do; -1 for a step that starts without any.
	Session int
	// Retry is true when the plan's own values are tried first: sending the
	// step twice changes nothing.
	Retry bool
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
		step := TrialStep{At: r.at, Session: -1, Retry: safe(r.step.Method)}
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

// ranked is a step with what its place in a trial depends on.
type ranked struct {
	at     StepAt
	step   Step
	parts  []string // of the path
	phase  phase
	params int
}

type phase int

const (
	signUp phase = iota
	signIn
	creates
	reads
	changes
	deletes
	signOut
)

// rank merges the journeys, each in its own order, with all other steps in
// theirs: the next is always the one that may go first among the heads.
func rank(p Plan) []ranked {
	collections := map[string]bool{} // paths that others lead into: /pets of /pets/{id}
	for _, s := range p.Scenarios {
		for _, step := range s.Steps {
			parts := split(step.Path)
			if n := len(parts); n > 1 && varies(parts[n-1]) {
				collections[shape(parts[:n-1])] = true
			}
		}
	}
	var loose []ranked
	var queues [][]ranked
	for i, s := range p.Scenarios {
		var own []ranked
		for j, step := range s.Steps {
			r := ranked{at: StepAt{Scenario: i, Step: j}, step: step, parts: split(step.Path)}
			r.phase = phaseOf(step.Method, r.parts, collections[shape(r.parts)])
			for _, part := range r.parts {
				if varies(part) {
					r.params++
				}
			}
			own = append(own, r)
		}
		if s.Order == Journey {
			queues = append(queues, own)
		} else {
			loose = append(loose, own...)
		}
	}
	slices.SortStableFunc(loose, before)
	queues = append(queues, loose)
	var all []ranked
	for {
		queues = slices.DeleteFunc(queues, func(q []ranked) bool { return len(q) == 0 })
		if len(queues) == 0 {
			return all
		}
		next := 0
		for i := range queues {
			if before(queues[i][0], queues[next][0]) < 0 {
				next = i
			}
		}
		all = append(all, queues[next][0])
		queues[next] = queues[next][1:]
	}
}

func before(a, b ranked) int {
	if c := cmp.Compare(a.phase, b.phase); c != 0 {
		return c
	}
	deep := cmp.Compare(a.params, b.params)
	if a.phase == deletes {
		return -deep
	}
	return deep
}

var (
	signsUp  = regexp.MustCompile(`(?i)^(sign[-_]?up|register|registration)$`)
	signsIn  = regexp.MustCompile(`(?i)^(sign[-_]?in|log[-_]?in|token|auth|authenticate|authorize|sessions?)$`)
	signsOut = regexp.MustCompile(`(?i)^(sign[-_]?out|log[-_]?out|revoke)$`)
)

// phaseOf takes a POST that ends in a name right after a parameter, as in
// /pets/{id}/adopt, for a change, unless others lead into it.
func phaseOf(method string, parts []string, collection bool) phase {
	last := ""
	if len(parts) > 0 {
		last = parts[len(parts)-1]
	}
	switch {
	case signsOut.MatchString(last):
		return signOut
	case method == http.MethodPost && signsUp.MatchString(last):
		return signUp
	case method == http.MethodPost && signsIn.MatchString(last):
		return signIn
	case method == http.MethodDelete:
		return deletes
	case safe(method):
		return reads
	case method == http.MethodPost && (collection || !varies(last) && (len(parts) < 2 || !varies(parts[len(parts)-2]))):
		return creates
	}
	return changes
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
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
			case all[from].step.Method == http.MethodPost:
				made = append(made, giver)
			case all[from].step.Method == http.MethodGet && t.Steps[to].Retry:
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

// split returns the segments of a path template, without what follows them.
func split(path string) []string {
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// param returns the name of a segment that is a parameter and nothing else.
func param(part string) (name string, is bool) {
	if names := PathParams(part); len(names) == 1 && part == "{"+names[0]+"}" {
		return names[0], true
	}
	return "", false
}

// varies reports whether a segment has a parameter in it.
func varies(part string) bool { return pathParam.MatchString(part) }

// shape is what paths have in common whose parameters have other names.
func shape(parts []string) string {
	return pathParam.ReplaceAllString("/"+strings.Join(parts, "/"), "{}")
}

// Slots returns the names of the parameters that are whole segments of a path
// template, in the order of TrialStep.Slots.
func Slots(path string) []string {
	var names []string
	for _, part := range split(path) {
		if name, is := param(part); is {
			names = append(names, name)
		}
	}
	return names
}

// MarkGone notes on every suggestion of a trial of p whether a later exchange
// deleted what its value names.
func MarkGone(p Plan, exchanges []Exchange) {
	type thing struct{ path, value string }
	of := func(x Exchange, i int) thing {
		step := p.Scenarios[x.At.Scenario].Steps[x.At.Step]
		parts := split(step.Path)
		for at, part := range parts {
			if name, is := param(part); is && name == x.Suggested[i].Param {
				return thing{shape(parts[:at+1]), x.Suggested[i].Value}
			}
		}
		return thing{}
	}
	gone := map[thing]bool{}
	for _, x := range exchanges {
		last := len(x.Suggested) - 1
		if x.Request.Method == http.MethodDelete && x.Expected && last >= 0 && endsIn(p, x, x.Suggested[last].Param) {
			gone[of(x, last)] = true
		}
	}
	for _, x := range exchanges {
		for i := range x.Suggested {
			x.Suggested[i].Gone = gone[of(x, i)]
		}
	}
}

func endsIn(p Plan, x Exchange, name string) bool {
	parts := split(p.Scenarios[x.At.Scenario].Steps[x.At.Step].Path)
	return len(parts) > 0 && parts[len(parts)-1] == "{"+name+"}"
}

// PathParam returns the value of a path parameter; "" without one.
func (r Request) PathParam(name string) string {
	for _, p := range r.PathParams {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}
