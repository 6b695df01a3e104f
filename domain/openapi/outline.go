package openapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Outline returns what changed between two documents as far as their outlines
// tell: operations, their parameters, their bodies' media types and their
// statuses. It stands in where two versions cannot be compared in depth.
func Outline(before, after Document) Diff {
	d := Compare(before, after, func(a, b Operation) []Change {
		changes := outlineParameters(a, b)
		changes = append(changes, outlineBody(a.RequestBody, b.RequestBody)...)
		return append(changes, outlineList(a.Responses, b.Responses, func(status string) Change {
			return Change{At: Place{Part: PartResponse, Name: status}}
		}, false)...)
	})
	d.Outline = true
	return d
}

// Compare returns the operations that were added and removed, and of those
// that both documents have the ones in which changed finds a difference. It
// puts everything in order and marks what is breaking as a whole.
func Compare(before, after Document, changed func(before, after Operation) []Change) Diff {
	old, now := byName(before), byName(after)
	var d Diff
	var added []Operation
	for _, op := range after.Operations {
		if _, known := old[op.Name()]; !known {
			added = append(added, op)
			d.Operations = append(d.Operations, OperationDiff{Name: op.Name(), Kind: Added})
		}
	}
	for _, op := range before.Operations {
		next, there := now[op.Name()]
		if !there {
			gone := OperationDiff{Name: op.Name(), Kind: Removed, Breaking: true}
			if to, ok := Moved(op, added); ok {
				gone.MovedTo = to.Name()
			}
			d.Operations = append(d.Operations, gone)
			continue
		}
		if changes := changed(op, next); len(changes) > 0 {
			d.Operations = append(d.Operations, operationDiff(op.Name(), changes))
		}
	}
	slices.SortFunc(d.Operations, func(a, b OperationDiff) int { return cmp.Compare(a.Name, b.Name) })
	return d
}

// maxListed is how many changes of one operation a Diff lists: one schema that
// everything uses would otherwise fill it.
const maxListed = 25

func operationDiff(name string, changes []Change) OperationDiff {
	SortChanges(changes)
	changes = slices.Compact(changes)
	d := OperationDiff{Name: name, Kind: Changed, Changes: changes}
	d.Breaking = changes[0].Breaking // they come first
	if len(changes) > maxListed {
		d.Changes, d.Omitted = slices.Clone(changes[:maxListed]), len(changes)-maxListed
	}
	return d
}

// SortChanges puts changes in order: the breaking ones first, then by place.
func SortChanges(changes []Change) {
	slices.SortFunc(changes, func(a, b Change) int {
		if a.Breaking != b.Breaking {
			if a.Breaking {
				return -1
			}
			return 1
		}
		return cmp.Or(
			cmp.Compare(a.At.Part, b.At.Part), cmp.Compare(a.At.Name, b.At.Name), cmp.Compare(a.At.In, b.At.In),
			cmp.Compare(a.At.Path, b.At.Path), cmp.Compare(a.What, b.What), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Before, b.Before), cmp.Compare(a.After, b.After))
	})
}

func byName(doc Document) map[string]Operation {
	all := make(map[string]Operation, len(doc.Operations))
	for _, op := range doc.Operations {
		all[op.Name()] = op
	}
	return all
}

// parameter returns the operation's parameter of that place and name; nil if
// it has none. Names of headers are equal in any case.
func (o Operation) parameter(in, name string) *Parameter {
	for i, p := range o.Parameters {
		if p.In == in && (p.Name == name || in == "header" && strings.EqualFold(p.Name, name)) {
			return &o.Parameters[i]
		}
	}
	return nil
}

func outlineParameters(a, b Operation) []Change {
	var changes []Change
	for _, p := range a.Parameters {
		at := Place{Part: PartParameter, Name: p.Name, In: p.In}
		switch q := b.parameter(p.In, p.Name); {
		case q == nil:
			changes = append(changes, Change{At: at, Kind: Removed})
		case p.Required != q.Required:
			changes = append(changes, Change{
				At: at, What: "required", Kind: Changed, Breaking: q.Required,
				Before: strconv.FormatBool(p.Required), After: strconv.FormatBool(q.Required),
			})
		}
	}
	for _, p := range b.Parameters {
		if a.parameter(p.In, p.Name) == nil {
			changes = append(changes, Change{At: Place{Part: PartParameter, Name: p.Name, In: p.In}, Kind: Added, Breaking: p.Required})
		}
	}
	return changes
}

func outlineBody(a, b *RequestBody) []Change {
	at := Place{Part: PartRequest}
	switch {
	case a == nil && b == nil:
		return nil
	case a == nil:
		return []Change{{At: at, Kind: Added, Breaking: b.Required}}
	case b == nil:
		return []Change{{At: at, Kind: Removed}}
	}
	types := func(r *RequestBody) (list []string) {
		for _, m := range r.Content {
			list = append(list, m.Type)
		}
		return list
	}
	return outlineList(types(a), types(b), func(string) Change { return Change{At: at, What: "content"} }, true)
}

// outlineList returns what was added to a list and removed from it; made makes
// the change of an entry, which is named in it unless it is the place itself.
func outlineList(a, b []string, made func(string) Change, breaking bool) []Change {
	var changes []Change
	for _, s := range a {
		if !slices.Contains(b, s) {
			c := made(s)
			c.Kind, c.Breaking = Removed, breaking
			if c.What != "" {
				c.Before = s
			}
			changes = append(changes, c)
		}
	}
	for _, s := range b {
		if !slices.Contains(a, s) {
			c := made(s)
			c.Kind = Added
			if c.What != "" {
				c.After = s
			}
			changes = append(changes, c)
		}
	}
	return changes
}
