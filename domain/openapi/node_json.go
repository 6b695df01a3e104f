package openapi

import "github.com/pb33f/go-yaml"

// nodeWriter writes nodes as JSON, aliases as what they stand for.
type nodeWriter struct {
	out  []byte
	left int                 // bytes that may still be written; below zero when it was not enough
	open map[*yaml.Node]bool // what has a name and is being written: within itself it would have no end
}

func (w *nodeWriter) node(n *yaml.Node, depth int) {
	n = content(n)
	if w.left < 0 || n == nil || depth > maxTreeDepth || w.open[n] {
		w.raw("null")
		return
	}
	if n.Anchor != "" {
		if w.open == nil {
			w.open = map[*yaml.Node]bool{}
		}
		w.open[n] = true
		defer delete(w.open, n)
	}
	switch n.Kind {
	case yaml.MappingNode:
		w.raw("{")
		first := true
		for name, v := range lastOf(n) {
			if !first {
				w.raw(",")
			}
			first = false
			w.json(name)
			w.raw(":")
			w.node(v, depth+1)
		}
		w.raw("}")
	case yaml.SequenceNode:
		w.raw("[")
		for i, c := range n.Content {
			if i > 0 {
				w.raw(",")
			}
			w.node(c, depth+1)
		}
		w.raw("]")
	default:
		w.json(scalarValue(n))
	}
}

func (w *nodeWriter) json(v any) {
	from := len(w.out)
	w.out = appendJSON(w.out, v)
	w.left -= len(w.out) - from
}

func (w *nodeWriter) raw(s string) {
	if w.left -= len(s); w.left >= 0 {
		w.out = append(w.out, s...)
	}
}
