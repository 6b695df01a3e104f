package openapi

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

// schema is a JSON Schema in the one form that generating and checking work
// on: whatever the specification's version, limits are numbers, null is a type
// and Swagger's "file" is binary text. References are followed when they are
// needed, so that circles do no harm.
type schema struct {
	src   *source
	never bool    // the schema false
	whole *schema // what flat returned
	ref   string
	name  string // the last part of the reference that led here

	types    []string
	format   string
	patterns []*pattern
	enum     []any // nil when absent
	examples []any // const, example and default come first, in this order
	fixed    bool  // examples[0] is a const

	min, max       *limit
	multipleOf     *float64
	minLen, maxLen *int

	items                    *schema
	prefix                   []*schema
	minItems, maxItems       *int
	unique                   bool
	contains                 *schema
	minContains, maxContains *int

	props              []property
	patternProps       []patternProperty
	names              *schema // of all members
	required           []string
	additional         *schema
	closed             bool // additionalProperties: false
	sealed             bool // unevaluatedProperties: false
	minProps, maxProps *int
	dependent          map[string][]string

	allOf, anyOf, oneOf []*schema
	not                 *schema
	conditions          []condition
	discriminator       string
	mapping             map[string]string // reference or name → discriminator's value

	readOnly, deprecated bool
	encoded              bool // contentEncoding or contentMediaType is set
	xml                  xmlShape
}

type property struct {
	name   string
	schema *schema
	barred bool // another part of the whole does not allow it
}

type patternProperty struct {
	name   *pattern
	schema *schema
}

// condition is what a value must fit when it fits something else: if, then and
// else, or a schema that depends on a member's presence.
type condition struct{ when, then, els *schema }

type limit struct {
	value     float64
	exclusive bool
}

type xmlShape struct {
	name, prefix, namespace string
	attribute, wrapped      bool
}

// schema reads the schema at a node. Nodes are read once.
func (s *source) schema(n *yaml.Node) *schema {
	n = content(n)
	if n == nil {
		return &schema{src: s}
	}
	if known := s.schemas[n]; known != nil {
		return known
	}
	c := &schema{src: s}
	s.schemas[n] = c
	if n.Kind == yaml.ScalarNode {
		c.never = n.Value == "false"
		return c
	}
	for k, v := range pairs(n) {
		c.read(k, v)
	}
	c.settle(n)
	return c
}

// settle reads the keywords whose meaning depends on each other.
func (c *schema) settle(n *yaml.Node) {
	c.min = bound(get(n, "minimum"), get(n, "exclusiveMinimum"), func(a, b float64) bool { return a > b })
	c.max = bound(get(n, "maximum"), get(n, "exclusiveMaximum"), func(a, b float64) bool { return a < b })
	if v := get(n, "const"); v != nil {
		c.examples, c.fixed = append(c.examples, value(v)), true
	}
	for _, key := range []string{"example", "x-example"} {
		if v := get(n, key); v != nil {
			c.examples = append(c.examples, value(v))
		}
	}
	for _, v := range items(get(n, "examples")) {
		c.examples = append(c.examples, value(v))
	}
	if v := get(n, "default"); v != nil {
		c.examples = append(c.examples, value(v))
	}
	if when := get(n, "if"); when != nil {
		c.conditions = append(c.conditions, condition{c.src.schema(when), c.src.optional(get(n, "then")), c.src.optional(get(n, "else"))})
	}
	if truth(get(n, "nullable")) || truth(get(n, "x-nullable")) {
		if len(c.types) > 0 && !slices.Contains(c.types, "null") {
			c.types = append(c.types, "null")
		}
		if c.enum != nil && !slices.Contains(c.enum, nil) {
			c.enum = append(c.enum, nil)
		}
	}
}

func (c *schema) readTypes(v *yaml.Node) {
	list := items(v)
	if v.Kind == yaml.ScalarNode {
		list = []*yaml.Node{v}
	}
	for _, t := range list {
		switch name := scalar(t); name {
		case "file":
			c.types, c.format = append(c.types, "string"), "binary"
		case "string", "number", "integer", "boolean", "object", "array", "null":
			c.types = append(c.types, name)
		}
	}
}

// readDiscriminator takes Swagger's form, a name, and OpenAPI's, an object.
func (c *schema) readDiscriminator(v *yaml.Node) {
	if v.Kind == yaml.ScalarNode {
		c.discriminator = v.Value
		return
	}
	c.discriminator = scalar(get(v, "propertyName"))
	c.mapping = map[string]string{}
	for is, ref := range pairs(get(v, "mapping")) {
		if _, twice := c.mapping[scalar(ref)]; !twice {
			c.mapping[scalar(ref)] = is
		}
	}
}

// optional returns the schema at a node, nil when there is none.
func (s *source) optional(n *yaml.Node) *schema {
	if n == nil {
		return nil
	}
	return s.schema(n)
}

func (s *source) list(n *yaml.Node) []*schema {
	var list []*schema
	for _, c := range items(n) {
		list = append(list, s.schema(c))
	}
	return list
}

// follow returns the schema that c's reference leads to, nil without one.
func (c *schema) follow() *schema {
	if c.ref == "" || c.src == nil {
		return nil
	}
	n := c.src.lookup(c.ref)
	if n == nil {
		c.src.missing[c.ref] = true
		return nil
	}
	to := c.src.schema(n)
	if to.name == "" {
		to.name = c.ref[strings.LastIndexByte(c.ref, '/')+1:]
	}
	return to
}

// schemaOf reads a schema that was written by show.
func schemaOf(raw json.RawMessage) *schema {
	var root yaml.Node
	if len(raw) == 0 || yaml.Unmarshal(raw, &root) != nil {
		return &schema{}
	}
	s := newSource(&root)
	return s.schema(s.root)
}
