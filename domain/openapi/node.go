package openapi

import (
	"encoding/json"
	"iter"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"
)

// How far the walkers follow a document; hostile ones have no end.
const (
	maxDepth      = 400
	maxRefs       = 64      // references that lead to references
	maxMerges     = 8       // merged mappings that merge others
	maxValueNodes = 200_000 // of one example, aliases expanded
)

// source is the tree of a document, in which references are looked up.
type source struct {
	root    *yaml.Node
	anchors map[string]*yaml.Node // by $anchor; nil until first asked for
	schemas map[*yaml.Node]*schema
	shown   map[*yaml.Node]json.RawMessage
	missing map[string]bool // references that lead nowhere
	found   map[string]*yaml.Node
}

func newSource(root *yaml.Node) *source {
	return &source{
		root:    content(root),
		schemas: map[*yaml.Node]*schema{},
		shown:   map[*yaml.Node]json.RawMessage{},
		missing: map[string]bool{},
		found:   map[string]*yaml.Node{},
	}
}

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
			eachMerged(n, map[string]bool{}, 0, yield)
		}
	}
}

// eachMerged yields what "<<" brings into n and n does not have itself.
func eachMerged(n *yaml.Node, seen map[string]bool, depth int, yield func(string, *yaml.Node) bool) bool {
	n = content(n)
	if n == nil || n.Kind != yaml.MappingNode || depth > maxMerges {
		return true
	}
	var from []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := content(n.Content[i]), content(n.Content[i+1])
		switch {
		case k == nil || v == nil:
		case k.Tag == "!!merge" && v.Kind == yaml.SequenceNode:
			from = append(from, v.Content...)
		case k.Tag == "!!merge":
			from = append(from, v)
		case !seen[k.Value]:
			seen[k.Value] = true
			if depth > 0 && !yield(k.Value, v) {
				return false
			}
		}
	}
	for _, f := range from {
		if !eachMerged(f, seen, depth+1, yield) {
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

func scalar(n *yaml.Node) string {
	if n = content(n); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
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
	return get(n, name)
}

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
		for k, v := range pairs(n) {
			o = o.with(k, valueOf(v, depth+1, budget))
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
