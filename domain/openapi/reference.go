package openapi

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
)

// source is the tree of a document, in which references are looked up.
type source struct {
	root    *yaml.Node
	anchors map[string]*yaml.Node // by $anchor; nil until first asked for
	schemas map[*yaml.Node]*schema
	shown   map[*yaml.Node]json.RawMessage
	missing map[string]bool // references that lead nowhere
	found   map[string]*yaml.Node
	members map[*yaml.Node]map[string]*yaml.Node // of objects with many
	steps   int                                  // left for the value that is being made
	total   int                                  // left for all values
	showing int                                  // bytes left for schemas that are shown in full
}

// The steps of making and checking that one value, and all values of a
// document, may take. Circles of choices would otherwise take for ever.
const (
	valueSteps    = 300_000
	leastSteps    = 2_000
	documentSteps = 60_000_000
)

// grant allows the steps for another value.
func (s *source) grant() {
	if s != nil {
		s.steps = min(valueSteps, max(leastSteps, s.total))
	}
}

// spend takes one step; false when there is none left.
func (s *source) spend() bool { return s.pay(1) }

// pay takes n steps; false when there are not as many left.
func (s *source) pay(n int) bool {
	if s == nil {
		return true
	}
	s.steps -= n
	s.total -= n
	return s.steps >= 0
}

func newSource(root *yaml.Node) *source {
	return &source{
		root:    content(root),
		schemas: map[*yaml.Node]*schema{},
		shown:   map[*yaml.Node]json.RawMessage{},
		missing: map[string]bool{},
		found:   map[string]*yaml.Node{},
		members: map[*yaml.Node]map[string]*yaml.Node{},
		total:   documentSteps,
		showing: maxShowing,
		steps:   valueSteps,
	}
}

// deref follows $ref until something else is reached; nil when it leads nowhere.
func (s *source) deref(n *yaml.Node) *yaml.Node {
	for range maxRefs {
		n = content(n)
		ref := refOf(n)
		if ref == "" {
			return n
		}
		if n = s.lookup(ref); n == nil {
			s.missing[ref] = true
		}
	}
	return nil
}

func refOf(n *yaml.Node) string {
	if r := get(n, "$ref"); r != nil && r.Kind == yaml.ScalarNode {
		return r.Value
	}
	return ""
}

// lookup returns what a reference within the document points at, nil when that
// is nothing or is in another document.
func (s *source) lookup(ref string) *yaml.Node {
	n, known := s.found[ref]
	if !known {
		n = s.search(ref)
		s.found[ref] = n
	}
	return n
}

func (s *source) search(ref string) *yaml.Node {
	fragment, inside := strings.CutPrefix(ref, "#")
	if !inside {
		return nil
	}
	if fragment == "" {
		return s.root
	}
	if !strings.HasPrefix(fragment, "/") {
		return s.anchor(fragment)
	}
	n := s.root
	for step := range strings.SplitSeq(fragment[1:], "/") {
		if decoded, err := url.PathUnescape(step); err == nil {
			step = decoded
		}
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if n = s.step(n, step); n == nil {
			return nil
		}
	}
	return n
}

func (s *source) step(n *yaml.Node, name string) *yaml.Node {
	if next := s.child(n, name); next != nil {
		return next
	}
	if refOf(n) == "" || refOf(n) == name {
		return nil
	}
	// A pointer may lead through a reference; one hop keeps circles finite.
	if target := strings.TrimPrefix(refOf(n), "#/"); !strings.Contains(target, "#") {
		at := s.root
		for part := range strings.SplitSeq(target, "/") {
			if at = s.child(at, strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")); at == nil {
				return nil
			}
		}
		return s.child(at, name)
	}
	return nil
}

func (s *source) child(n *yaml.Node, name string) *yaml.Node {
	n = content(n)
	if n != nil && n.Kind == yaml.SequenceNode {
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(n.Content) {
			return nil
		}
		return content(n.Content[i])
	}
	if n == nil || len(n.Content) < manyMembers {
		return get(n, name)
	}
	known, ok := s.members[n]
	if !ok {
		known = map[string]*yaml.Node{}
		for k, v := range pairs(n) {
			if _, twice := known[k]; !twice {
				known[k] = v
			}
		}
		s.members[n] = known
	}
	return known[name]
}

// manyMembers is from how many names and values on an object is worth an index.
const manyMembers = 64

func (s *source) anchor(name string) *yaml.Node {
	if s.anchors == nil {
		s.anchors = map[string]*yaml.Node{}
		s.collectAnchors(s.root, 0)
	}
	return s.anchors[name]
}

// collectAnchors does not enter aliases: what they stand for is elsewhere in the tree.
func (s *source) collectAnchors(n *yaml.Node, depth int) {
	if n == nil || depth > maxDepth {
		return
	}
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i].Value, n.Content[i+1]
			if (k == "$anchor" || k == "$dynamicAnchor" || k == "$id") && v.Kind == yaml.ScalarNode {
				s.anchors[strings.TrimPrefix(v.Value, "#")] = n
			}
		}
	}
	for _, c := range n.Content {
		s.collectAnchors(c, depth+1)
	}
}
