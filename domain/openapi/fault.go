package openapi

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pb33f/go-yaml"

	"plog.dev/plog/domain"
)

// Fault is something wrong in a document that did not stop it from being used.
type Fault struct {
	Line    int    // of the document, from 1; 0 when that cannot be said
	Pointer string // a JSON pointer; empty for the document as a whole
	Where   string // both, as far as they are known, such as "L12 /paths/~1pets/get"
	Message domain.Message
}

// maxFaults is how many faults are kept: a document with thousands repeats itself.
const maxFaults = 100

// found is a fault whose place in the text is not known yet.
type found struct {
	at      *yaml.Node // nil for what is nowhere
	message domain.Message
}

// faults collects what is wrong with a document.
type faults struct{ list []found }

// add notes a fault of the node, once, or of the document as a whole.
func (f *faults) add(at *yaml.Node, key, text string, pairs ...any) {
	if len(f.list) >= maxFaults {
		return
	}
	is := found{at, domain.Msg(key, text, pairs...)}
	again := func(g found) bool {
		return g.at == at && g.message.Key == key && g.message.String() == is.message.String()
	}
	if !slices.ContainsFunc(f.list, again) {
		f.list = append(f.list, is)
	}
}

// located returns the faults with their places, in the order of the text.
// Only documents that have faults are searched for where they are.
func (f *faults) located(root *yaml.Node) []Fault {
	if len(f.list) == 0 {
		return nil
	}
	l := locator{wanted: map[*yaml.Node][]int{}, out: make([]Fault, len(f.list))}
	for i, fault := range f.list {
		l.out[i].Message = fault.message
		if fault.at != nil {
			l.wanted[fault.at] = append(l.wanted[fault.at], i)
		}
	}
	l.hit(root, root.Line)
	l.search(root, 0)
	slices.SortStableFunc(l.out, func(a, b Fault) int { return a.Line - b.Line })
	return l.out
}

// locator looks for nodes in a document.
type locator struct {
	wanted map[*yaml.Node][]int // the faults of a node
	out    []Fault
	steps  []string // the way to where it looks
}

func (l *locator) search(n *yaml.Node, depth int) {
	if n == nil || depth > maxTreeDepth || len(l.wanted) == 0 {
		return
	}
	named := n.Kind == yaml.MappingNode
	for i, c := range n.Content {
		switch {
		case named && i%2 == 0:
			l.steps = append(l.steps, c.Value)
			l.hit(c, c.Line)
		case named:
			l.hit(c, n.Content[i-1].Line) // where its name is, which people look for
		default:
			l.steps = append(l.steps, strconv.Itoa(i))
			l.hit(c, c.Line)
		}
		if named && i%2 == 0 {
			continue
		}
		l.search(c, depth+1)
		l.steps = l.steps[:len(l.steps)-1]
	}
}

func (l *locator) hit(n *yaml.Node, line int) {
	wanted, ok := l.wanted[n]
	if !ok {
		return
	}
	delete(l.wanted, n)
	var pointer strings.Builder
	for _, s := range l.steps {
		pointer.WriteString("/" + escapeStep(s))
	}
	for _, i := range wanted {
		f := &l.out[i]
		f.Line, f.Pointer = line, pointer.String()
		f.Where = strings.TrimSpace("L" + strconv.Itoa(line) + " " + f.Pointer)
	}
}
