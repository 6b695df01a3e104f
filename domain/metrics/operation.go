package metrics

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// maxOperations bounds what a script with ever new names can make PLOG keep;
// the rest is one operation named Other.
const maxOperations = 2000

// Other is the name under which everything is counted that came after a bound.
const Other = "(other)"

type operationKey struct{ scenario, name string }

type operation struct {
	operationKey
	method   string
	first    int64 // the second of its first sight
	tally    tally
	statuses map[string]uint64
	spark    spark
	view     Operation // as of the last change, without TPS
	fresh    bool      // view is up to date
}

func (a *Aggregate) operation(s Series, second int64) *operation {
	key := operationKey{s.Scenario, s.Name}
	if op, ok := a.operations[key]; ok {
		return op
	}
	if len(a.operations) >= maxOperations {
		key = operationKey{s.Scenario, Other}
		if op, ok := a.operations[key]; ok {
			return op
		}
	}
	op := &operation{operationKey: key, method: s.Method, first: second, statuses: map[string]uint64{}}
	a.operations[key] = op
	at, _ := slices.BinarySearchFunc(a.ordered, op, compareOperations)
	a.ordered = slices.Insert(a.ordered, at, op)
	return op
}

func compareOperations(a, b *operation) int {
	return cmp.Or(cmp.Compare(a.first, b.first), strings.Compare(a.name, b.name), strings.Compare(a.scenario, b.scenario))
}

func (o *operation) add(r *Rollup, status string) {
	o.tally.add(r)
	o.statuses[status] += r.Count
	o.spark.add(r.Second, r.Hist)
	o.fresh = false
}

// snapshot returns the operation's figures over the measured seconds.
func (o *operation) snapshot(seconds float64) Operation {
	if !o.fresh {
		o.view = Operation{
			Name: o.name, Method: o.method, Path: pathOf(o.name, o.method), Scenario: o.scenario,
			Requests: o.tally.count, Failed: o.tally.failed, ErrorRate: o.tally.errorRate(),
			Latency: o.tally.latency(), Statuses: maps.Clone(o.statuses), Spark: o.spark.values(),
		}
		if o.tally.count > 0 && o.tally.phases != (Phases{}) {
			o.view.Phases = new(Phases)
			o.view.Phases.add(o.tally.phases, 1/float64(o.tally.count))
		}
		o.fresh = true
	}
	v := o.view
	v.TPS = float64(v.Requests) / seconds
	return v
}

// pathOf returns the path template of a step's name: what follows its method,
// or the whole name when it is the script's own choice.
func pathOf(name, method string) string {
	if path, ok := strings.CutPrefix(name, method+" "); ok {
		return path
	}
	return name
}
