package loadtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plog.dev/plog/domain/loadtest"
)

// planOf makes a plan of lists of "METHOD /path", one rotation each; those that
// begin with "journey" are one.
func planOf(lists ...[]string) loadtest.Plan {
	var p loadtest.Plan
	for _, list := range lists {
		var s loadtest.Scenario
		if list[0] == "journey" {
			s.Order, list = loadtest.Journey, list[1:]
		}
		for _, name := range list {
			method, path, _ := strings.Cut(name, " ")
			s.Steps = append(s.Steps, loadtest.Step{Method: method, Path: path})
		}
		p.Scenarios = append(p.Scenarios, s)
	}
	return p
}

func labels(p loadtest.Plan, t loadtest.Trial) []string {
	var all []string
	for _, s := range t.Steps {
		all = append(all, p.Scenarios[s.At.Scenario].Steps[s.At.Step].Label())
	}
	return all
}

func TestNothingIsUsedBeforeItIsMade(t *testing.T) {
	for name, c := range map[string]struct {
		lists [][]string
		want  []string
	}{
		"one thing's life": {
			[][]string{{"DELETE /pets/{id}", "PUT /pets/{id}", "GET /pets/{id}", "GET /pets", "POST /pets"}},
			[]string{"POST /pets", "GET /pets", "GET /pets/{id}", "PUT /pets/{id}", "DELETE /pets/{id}"},
		},
		"parents and children": {
			[][]string{{"DELETE /shops/{id}", "DELETE /shops/{id}/orders/{order}", "POST /shops/{id}/orders", "GET /shops/{id}/orders/{order}", "POST /shops"}},
			[]string{"POST /shops", "POST /shops/{id}/orders", "GET /shops/{id}/orders/{order}", "DELETE /shops/{id}/orders/{order}", "DELETE /shops/{id}"},
		},
		"accounts": {
			[][]string{{"POST /logout", "GET /me", "DELETE /me", "POST /auth/login", "POST /users/sign-up", "POST /oauth/token"}},
			[]string{"POST /users/sign-up", "POST /auth/login", "POST /oauth/token", "GET /me", "DELETE /me", "POST /logout"},
		},
		"an action is a change": {
			[][]string{{"POST /pets/{id}/adopt", "GET /pets/{id}", "POST /search", "PATCH /pets/{id}"}},
			[]string{"POST /search", "GET /pets/{id}", "POST /pets/{id}/adopt", "PATCH /pets/{id}"},
		},
		"what is alike stays in order": {
			[][]string{{"GET /b", "GET /a", "HEAD /b", "GET /c"}, {"GET /d", "GET /a"}},
			[]string{"GET /b", "GET /a", "HEAD /b", "GET /c", "GET /d", "GET /a"},
		},
		"a journey keeps its order": {
			[][]string{{"journey", "DELETE /pets/{id}", "POST /pets"}, {"GET /pets/{id}", "DELETE /pets/{id}", "POST /pets"}},
			[]string{"POST /pets", "GET /pets/{id}", "DELETE /pets/{id}", "POST /pets", "DELETE /pets/{id}"},
		},
		"nothing": {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := planOf(c.lists...)
			if diff := cmp.Diff(c.want, labels(p, loadtest.TrialOf(p))); diff != "" {
				t.Errorf("order, -want +got:\n%s", diff)
			}
		})
	}
}

// Whatever the plan, each step is tried once, journeys stay in order, and
// within rotations what makes a thing goes before what uses it, and what
// deletes it goes last.
func TestEveryOrderHolds(t *testing.T) {
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}
	paths := []string{"/", "/pets", "/pets/{id}", "/pets/{petId}", "/pets/{id}/photos", "/pets/{id}/photos/{n}", "/pets/{id}/adopt", "/orders", "/orders/{id}.json", "/login", "/a/{}/b", "/{x}/{y}?z={z}#w"}
	rapid.Check(t, func(t *rapid.T) {
		var p loadtest.Plan
		for range rapid.IntRange(0, 4).Draw(t, "scenarios") {
			s := loadtest.Scenario{Order: rapid.SampledFrom([]loadtest.Order{loadtest.Rotate, loadtest.Journey}).Draw(t, "order")}
			for range rapid.IntRange(0, 12).Draw(t, "steps") {
				s.Steps = append(s.Steps, loadtest.Step{Method: rapid.SampledFrom(methods).Draw(t, "method"), Path: rapid.SampledFrom(paths).Draw(t, "path")})
			}
			p.Scenarios = append(p.Scenarios, s)
		}
		trial := loadtest.TrialOf(p)
		place := map[loadtest.StepAt]int{}
		for i, s := range trial.Steps {
			place[s.At] = i
		}
		steps := 0
		for _, s := range p.Scenarios {
			steps += len(s.Steps)
		}
		if len(place) != steps || len(trial.Steps) != steps {
			t.Fatalf("%d of %d steps are tried, in %d places", len(place), steps, len(trial.Steps))
		}
		for a, i := range place {
			for b, j := range place {
				one, other := p.Scenarios[a.Scenario], p.Scenarios[b.Scenario]
				switch {
				case one.Order == loadtest.Journey && a.Scenario == b.Scenario && a.Step < b.Step && i > j:
					t.Errorf("journey %d goes back from step %d to %d", a.Scenario, b.Step, a.Step)
				case one.Order == loadtest.Journey || other.Order == loadtest.Journey:
				case goesBefore(one.Steps[a.Step], other.Steps[b.Step]) && i > j:
					t.Errorf("%s is tried after %s", one.Steps[a.Step].Label(), other.Steps[b.Step].Label())
				}
			}
		}
		for i, s := range trial.Steps {
			for _, slot := range s.Slots {
				for _, from := range slot.From {
					if from.Step >= i || len(from.Fields) == 0 {
						t.Errorf("step %d takes %v from %+v", i, slot, from)
					}
				}
			}
		}
	})
}

// goesBefore is what has to hold of two steps about the same things.
func goesBefore(a, b loadtest.Step) bool {
	made := strings.HasPrefix(b.Path, a.Path+"/{") && a.Method == "POST" && a.Path != "/"
	unmade := a.Path == b.Path && b.Method == "DELETE" && a.Method != "DELETE"
	parent := strings.HasPrefix(a.Path, b.Path+"/") && b.Method == "DELETE" && a.Method == "DELETE" && strings.Count(a.Path, "{") > strings.Count(b.Path, "{")
	return made || unmade || parent
}

func TestWhatAStepMayTake(t *testing.T) {
	p := planOf([]string{
		"POST /pets", "GET /pets", "GET /pets/{petId}", "DELETE /pets/{petId}",
		"POST /pets/{petId}/photos", "GET /pets/{petId}/photos/{photo-uuid}", "GET /users/{username}", "POST /users", "GET /files/{a}.{b}",
	})
	trial := loadtest.TrialOf(p)
	got := map[string][]string{}
	for i, s := range trial.Steps {
		for _, slot := range s.Slots {
			key := labels(p, trial)[i] + " " + slot.Param
			got[key] = nil
			for _, from := range slot.From {
				got[key] = append(got[key], labels(p, trial)[from.Step]+": "+strings.Join(from.Fields, " "))
			}
		}
	}
	pet := []string{"POST /pets: petid id uuid guid petuuid"}
	want := map[string][]string{
		"GET /pets/{petId} petId":                          slices.Concat(pet, []string{"GET /pets: petid id uuid guid petuuid"}),
		"DELETE /pets/{petId} petId":                       pet, // never what is only listed
		"POST /pets/{petId}/photos petId":                  pet,
		"GET /pets/{petId}/photos/{photo-uuid} petId":      slices.Concat(pet, []string{"GET /pets: petid id uuid guid petuuid"}),
		"GET /pets/{petId}/photos/{photo-uuid} photo-uuid": {"POST /pets/{petId}/photos: photouuid id photoid uuid guid"},
		"GET /users/{username} username":                   {"POST /users: username name"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("givers, -want +got:\n%s", diff)
	}
}
