package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/pb33f/go-yaml"

	"plog.dev/plog/domain"
)

// How much a text may hold. A value takes some 200 bytes of memory, and YAML's
// scanner about 1 KB for each sign of a text that is in braces as a whole.
const (
	maxNodes  = 4_000_000 // GitHub's 13 MB have about 1,000,000
	maxSigns  = 6_000_000 // line ends and punctuation of a YAML text
	maxBraced = 100_000   // the same, of a text that begins like JSON and is none
)

// load reads a text, JSON or YAML, as a tree of nodes with their lines. Its
// error is Invalid and says where the text is wrong.
//
// JSON is read by a JSON decoder: YAML's scanner remembers all of a text that
// begins with a brace until it ends, which is gigabytes for large documents.
func load(raw []byte) (*yaml.Node, error) {
	trimmed := bytes.TrimSpace(raw)
	braced := len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	limit := maxSigns
	var notJSON error
	if braced {
		root, err := loadJSON(raw)
		var e *domain.Error
		if err == nil || errors.As(err, &e) {
			return root, err
		}
		notJSON, limit = badJSON(raw, err), maxBraced
	}
	if signs(raw) > limit {
		if notJSON != nil {
			return nil, notJSON
		}
		return nil, errTooMany()
	}
	var root yaml.Node
	err := yaml.Unmarshal(raw, &root)
	switch {
	case err != nil && notJSON != nil:
		return nil, notJSON
	case err != nil:
		return nil, badYAML(err)
	}
	if err := checkTree(&root); err != nil {
		return nil, err
	}
	return &root, nil
}

func errTooMany() error {
	return domain.Errorf(domain.Invalid, "openapi.too_many",
		"This file holds millions of values, which no API document does. Check that the address leads to the document itself.")
}

// signs counts what a YAML scanner makes tokens of.
func signs(raw []byte) int {
	n := 0
	for _, c := range raw {
		switch c {
		case '\n', ',', ':', '[', ']', '{', '}', '&', '*', '-', '?':
			n++
		}
	}
	return n
}

// badJSON returns the sentence for JSON that is broken off or wrong.
func badJSON(raw []byte, cause error) error {
	at := len(raw)
	var syntax *jsontext.SyntacticError
	if errors.As(cause, &syntax) {
		at = min(at, int(syntax.ByteOffset))
	}
	line := 1 + bytes.Count(raw[:at], []byte("\n"))
	if errors.Is(cause, io.ErrUnexpectedEOF) {
		return domain.Errorf(domain.Invalid, "openapi.truncated",
			"The document ends in the middle (line {{.Line}}). It was probably cut off on the way: download it again and try once more.", "Line", line).Because(cause)
	}
	return badSyntax(line, cause)
}

// jsonLoader builds the tree that YAML's parser would build of a JSON text.
type jsonLoader struct {
	*jsontext.Decoder
	raw   []byte
	at    int // how far lines were counted
	line  int
	left  int // nodes that may still be made
	block []yaml.Node
	stack []*yaml.Node // the members of what is open
	names map[string]string
}

func loadJSON(raw []byte) (*yaml.Node, error) {
	l := &jsonLoader{Decoder: lenient(raw), raw: raw, line: 1, left: maxNodes, names: map[string]string{}}
	root, err := l.next(0)
	if err != nil {
		return nil, err
	}
	if _, err := l.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more than one JSON value: %w", err)
	}
	return root, nil
}

func (l *jsonLoader) next(depth int) (*yaml.Node, error) {
	t, err := l.ReadToken()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return l.value(t, depth)
}

func (l *jsonLoader) value(t jsontext.Token, depth int) (*yaml.Node, error) {
	if l.left--; l.left < 0 {
		return nil, errTooMany()
	}
	if depth > maxTreeDepth {
		return nil, errTooDeep()
	}
	n := l.node()
	switch t.Kind() {
	case '{':
		n.Kind, n.Tag = yaml.MappingNode, "!!map"
		return n, l.members(n, depth, '}')
	case '[':
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		return n, l.members(n, depth, ']')
	case '"':
		n.Tag, n.Style, n.Value = "!!str", yaml.DoubleQuotedStyle, t.String()
	case '0':
		n.Value = t.String()
		n.Tag = numberTag(n.Value)
	case 't', 'f':
		n.Tag, n.Value = "!!bool", strconv.FormatBool(t.Bool())
	default:
		n.Tag, n.Value = "!!null", "null"
	}
	return n, nil
}

func (l *jsonLoader) members(n *yaml.Node, depth int, end jsontext.Kind) error {
	from := len(l.stack)
	for l.PeekKind() != end {
		if end == '}' {
			key, err := l.key()
			if err != nil {
				return err
			}
			l.stack = append(l.stack, key)
		}
		v, err := l.next(depth + 1)
		if err != nil {
			return err
		}
		l.stack = append(l.stack, v)
	}
	n.Content = append(make([]*yaml.Node, 0, len(l.stack)-from), l.stack[from:]...)
	l.stack = l.stack[:from]
	return endJSON(l.Decoder)
}

// key reads a member's name. Names repeat, so each is kept once.
func (l *jsonLoader) key() (*yaml.Node, error) {
	t, err := l.ReadToken()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	n := l.node()
	n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle
	name := t.String()
	if known, ok := l.names[name]; ok {
		n.Value = known
		return n, nil
	}
	l.names[name] = name
	n.Value = name
	return n, nil
}

// blockSize is how many nodes are allocated at once.
const blockSize = 256

// node returns a scalar at the line of what was read last.
func (l *jsonLoader) node() *yaml.Node {
	if len(l.block) == 0 {
		l.block = make([]yaml.Node, blockSize)
	}
	n := &l.block[0]
	l.block = l.block[1:]
	to := int(l.InputOffset())
	l.line += bytes.Count(l.raw[l.at:to], []byte("\n"))
	l.at = to
	n.Kind, n.Line = yaml.ScalarNode, l.line
	return n
}

func numberTag(s string) string {
	if strings.ContainsAny(s, ".eE") {
		return "!!float"
	}
	return "!!int"
}
