package contract

import (
	"iter"

	"github.com/pb33f/go-yaml"
)

// solid returns what a node is: the root of a document, the target of an alias.
func solid(n *yaml.Node) *yaml.Node {
	for range maxHops {
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.DocumentNode && len(n.Content) > 0:
			n = n.Content[0]
		case n.Kind == yaml.AliasNode:
			n = n.Alias
		default:
			return n
		}
	}
	return nil
}

// member returns the value of a mapping's key; nil when there is none.
func member(n *yaml.Node, name string) *yaml.Node {
	for key, v := range members(n) {
		if key == name {
			return v
		}
	}
	return nil
}

// members goes through a mapping; through nothing for any other node.
func members(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		n = solid(n)
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, solid(n.Content[i+1])) {
				return
			}
		}
	}
}

// elements returns a sequence's; none for any other node.
func elements(n *yaml.Node) []*yaml.Node {
	if n = solid(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}
