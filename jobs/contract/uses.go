package contract

import (
	"net/url"
	"strings"

	"github.com/pb33f/go-yaml"

	"plog.dev/plog/domain/openapi"
)

// use is a shared schema and the first place at which something reaches it.
type use struct {
	place  openapi.Place
	schema string
}

// uses knows which shared schemas operations reach, in any of some documents.
type uses struct {
	documents []*document
	below     map[string][]use // what a shared schema itself refers to
}

// newUses returns the uses of documents, by their trees.
func newUses(roots ...*yaml.Node) *uses {
	u := &uses{below: map[string][]use{}}
	for _, root := range roots {
		d := &document{root: solid(root)}
		u.documents = append(u.documents, d)
		for _, where := range [][]string{{"components", "schemas"}, {"definitions"}} {
			for name, n := range members(d.at(where...)) {
				u.below[name] = append(u.below[name], d.direct(n, trail{next: inSchema})...)
			}
		}
	}
	return u
}

// reached returns every shared schema that an operation uses, once for what it
// sends and once for what it receives.
func (u *uses) reached(op openapi.Operation) []use {
	var queue, all []use
	for _, d := range u.documents {
		item := d.follow(d.at("paths", op.Path))
		node := member(item, strings.ToLower(op.Method))
		if node == nil {
			node = member(member(item, "additionalOperations"), op.Method)
		}
		queue = append(queue, d.direct(node, trail{next: inOperation})...)
		for _, p := range elements(member(item, "parameters")) {
			queue = append(queue, d.parameter(p, trail{next: inOperation})...)
		}
	}
	type known struct {
		schema string
		sent   bool
	}
	seen := map[known]bool{}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		key := known{next.schema, sent(next.place)}
		if seen[key] {
			continue
		}
		seen[key] = true
		all = append(all, next)
		for _, further := range u.below[next.schema] {
			queue = append(queue, use{next.place.Below(further.place), further.schema})
		}
	}
	return all
}

// document is a document's tree.
type document struct{ root *yaml.Node }

func (d *document) at(path ...string) *yaml.Node {
	n := d.root
	for _, name := range path {
		n = member(n, name)
	}
	return n
}

const (
	maxHops  = 20
	maxNodes = 200 // deep
)

// follow returns what a node stands for; nil when that is not in the document.
func (d *document) follow(n *yaml.Node) *yaml.Node {
	for range maxHops {
		ref := member(n, "$ref")
		if ref == nil || ref.Kind != yaml.ScalarNode {
			return n
		}
		rest, inside := strings.CutPrefix(ref.Value, "#/")
		if !inside {
			return nil
		}
		n = d.root
		for part := range strings.SplitSeq(rest, "/") {
			if decoded, err := url.PathUnescape(part); err == nil {
				part = decoded
			}
			n = member(n, strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~"))
		}
	}
	return nil
}

// direct returns the shared schemas that a node refers to.
func (d *document) direct(n *yaml.Node, at trail) []use {
	return d.collect(n, at, maxNodes)
}

func (d *document) collect(n *yaml.Node, at trail, left int) []use {
	n = solid(n)
	if n == nil || at.stop || left == 0 {
		return nil
	}
	if ref := member(n, "$ref"); ref != nil && ref.Kind == yaml.ScalarNode {
		if name := sharedSchema(ref.Value); name != "" && at.next == inSchema {
			return []use{{at.place, name}}
		}
		if at.next == inSchema {
			return nil // into another schema's inside, which is rare
		}
		return d.collect(d.follow(n), at, left-1)
	}
	var all []use
	switch n.Kind {
	case yaml.MappingNode:
		for name, m := range members(n) {
			if at.next == inOperation && name == "parameters" {
				for _, p := range elements(m) {
					all = append(all, d.parameter(p, at)...)
				}
				continue
			}
			all = append(all, d.collect(m, at.step(name), left-1)...)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			all = append(all, d.collect(e, at, left-1)...)
		}
	}
	return all
}

func (d *document) parameter(p *yaml.Node, at trail) []use {
	p = d.follow(solid(p))
	name, in := member(p, "name"), member(p, "in")
	if name == nil || in == nil {
		return nil
	}
	return d.collect(p, at.parameter(name.Value, in.Value), maxNodes)
}

// sharedSchema returns the name of the schema that a reference leads to; "" for
// any other reference.
func sharedSchema(ref string) string {
	for _, prefix := range []string{"#/components/schemas/", "#/definitions/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok && !strings.Contains(name, "/") {
			if decoded, err := url.PathUnescape(name); err == nil {
				name = decoded
			}
			return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
		}
	}
	return ""
}
