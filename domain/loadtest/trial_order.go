package loadtest

import (
	"cmp"
	"regexp"
	"slices"
)

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
	case method == "POST" && signsUp.MatchString(last):
		return signUp
	case method == "POST" && signsIn.MatchString(last):
		return signIn
	case method == "DELETE":
		return deletes
	case safe(method):
		return reads
	case method == "POST" && (collection || !varies(last) && (len(parts) < 2 || !varies(parts[len(parts)-2]))):
		return creates
	}
	return changes
}

func safe(method string) bool {
	return method == "GET" || method == "HEAD" || method == "OPTIONS"
}
