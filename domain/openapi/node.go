package openapi

import (
	"encoding/json"
	"iter"
	"regexp"

	"github.com/pb33f/go-yaml"
)

// How far the walkers follow a document; hostile ones have no end.
const (
	maxDepth      = 400
	maxRefs       = 64      // references that lead to references
	maxValueNodes = 200_000 // of one example, aliases expanded
	maxEntries    = 5_000   // read of one list or set of names: comparing them with each other takes the square of that
)

// content follows documents and aliases to what they stand for.
func content(n *yaml.Node) *yaml.Node {
	for range maxRefs {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
			n = n.Content[0]
		default:
			return n
		}
	}
	return nil
}

// pairs yields the members of a mapping, those merged by "<<" after its own.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		n = content(n)
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		merges := false
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := content(n.Content[i]), content(n.Content[i+1])
			if k == nil || v == nil {
				continue
			}
			if k.Tag == "!!merge" {
				merges = true
				continue
			}
			if !yield(k.Value, v) {
				return
			}
		}
		if merges {
			m := merger{seen: map[string]bool{}, visited: map[*yaml.Node]bool{}, yield: yield}
			m.each(n, true)
		}
	}
}

// merger yields what "<<" brings into a mapping that has it not itself.
type merger struct {
	seen    map[string]bool
	visited map[*yaml.Node]bool // a mapping brings nothing the second time
	yield   func(string, *yaml.Node) bool
}

func (m merger) each(n *yaml.Node, own bool) bool {
	n = content(n)
	if n == nil || n.Kind != yaml.MappingNode || m.visited[n] {
		return true
	}
	m.visited[n] = true
	var from []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := content(n.Content[i]), content(n.Content[i+1])
		switch {
		case k == nil || v == nil:
		case k.Tag == "!!merge" && v.Kind == yaml.SequenceNode:
			from = append(from, v.Content...)
		case k.Tag == "!!merge":
			from = append(from, v)
		case !m.seen[k.Value]:
			m.seen[k.Value] = true
			if !own && !m.yield(k.Value, v) {
				return false
			}
		}
	}
	for _, f := range from {
		if !m.each(f, false) {
			return false
		}
	}
	return true
}

// lastOf yields the members of a mapping in order; of one that is written
// twice, as JSON's readers do, only the last.
func lastOf(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	last := map[string]*yaml.Node{}
	for k, v := range pairs(n) {
		last[k] = v
	}
	return func(yield func(string, *yaml.Node) bool) {
		for k, v := range pairs(n) {
			if last[k] == v && !yield(k, v) {
				return
			}
		}
	}
}

// get returns a member of a mapping, nil when it has none of that name.
func get(n *yaml.Node, name string) *yaml.Node {
	for k, v := range pairs(n) {
		if k == name {
			return v
		}
	}
	return nil
}

// items returns the elements of a sequence, aliases followed.
func items(n *yaml.Node) []*yaml.Node {
	n = content(n)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	list := make([]*yaml.Node, 0, len(n.Content))
	for _, c := range n.Content {
		if c = content(c); c != nil {
			list = append(list, c)
		}
	}
	return list
}

// firstOf returns as much of a list as is read.
func firstOf(list []*yaml.Node) []*yaml.Node { return list[:min(len(list), maxEntries)] }

func scalar(n *yaml.Node) string {
	if n = content(n); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// value returns a node as a value; what is too large or too deep becomes null.
func value(n *yaml.Node) any {
	budget := maxValueNodes
	return valueOf(n, 0, &budget)
}

func valueOf(n *yaml.Node, depth int, budget *int) any {
	n = content(n)
	*budget--
	if n == nil || depth > maxDepth || *budget < 0 {
		return nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			list = append(list, valueOf(c, depth+1, budget))
		}
		return list
	case yaml.MappingNode:
		o := object{}
		for k, v := range lastOf(n) {
			o = append(o, member{k, valueOf(v, depth+1, budget)})
		}
		return o
	}
	return scalarValue(n)
}

func scalarValue(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err == nil {
			return b
		}
	case "!!int", "!!float":
		if jsonNumber.MatchString(n.Value) {
			return json.Number(n.Value)
		}
		var f float64
		if err := n.Decode(&f); err == nil {
			if number, err := json.Marshal(f); err == nil {
				return json.Number(number)
			}
		}
		return nil
	}
	return n.Value
}
