package openapi

import (
	"slices"

	"github.com/pb33f/go-yaml"
)

// read reads one keyword.
func (c *schema) read(key string, v *yaml.Node) {
	s := c.src
	switch key {
	case "$ref", "$dynamicRef":
		c.ref = scalar(v)
	case "type":
		c.readTypes(v)
	case "format":
		c.format = scalar(v)
	case "pattern":
		c.patterns = append(c.patterns, &pattern{text: scalar(v)})
	case "enum":
		for _, e := range firstOf(items(v)) {
			c.enum = append(c.enum, value(e))
		}
	case "multipleOf":
		c.multipleOf = number(v)
	case "minLength":
		c.minLen = count(v)
	case "maxLength":
		c.maxLen = count(v)
	case "allOf":
		c.allOf = s.list(v)
	case "anyOf":
		c.anyOf = s.list(v)
	case "oneOf":
		c.oneOf = s.list(v)
	case "not":
		c.not = s.schema(v)
	case "readOnly":
		c.readOnly = truth(v)
	case "deprecated":
		c.deprecated = truth(v)
	case "contentEncoding", "contentMediaType":
		c.encoded = true
	case "discriminator":
		c.readDiscriminator(v)
	case "xml":
		c.xml = xmlShape{
			name: scalar(get(v, "name")), prefix: scalar(get(v, "prefix")), namespace: scalar(get(v, "namespace")),
			attribute: truth(get(v, "attribute")), wrapped: truth(get(v, "wrapped")),
		}
	default:
		c.readArray(key, v)
		c.readObject(key, v)
	}
}

func (c *schema) readArray(key string, v *yaml.Node) {
	s := c.src
	switch key {
	case "items":
		if v.Kind == yaml.SequenceNode {
			c.prefix = s.list(v)
		} else {
			c.items = s.schema(v)
		}
	case "prefixItems":
		c.prefix = s.list(v)
	case "minItems":
		c.minItems = count(v)
	case "maxItems":
		c.maxItems = count(v)
	case "uniqueItems":
		c.unique = truth(v)
	case "contains":
		c.contains = s.schema(v)
	case "minContains":
		c.minContains = count(v)
	case "maxContains":
		c.maxContains = count(v)
	}
}

func (c *schema) readObject(key string, v *yaml.Node) {
	s := c.src
	switch key {
	case "properties":
		for name, p := range pairs(v) {
			if len(c.props) < maxEntries {
				c.props = append(c.props, property{name: name, schema: s.schema(p)})
			}
		}
	case "patternProperties":
		for name, p := range pairs(v) {
			c.patternProps = append(c.patternProps, patternProperty{&pattern{text: name}, s.schema(p)})
		}
	case "propertyNames":
		c.names = s.schema(v)
	case "required":
		for _, r := range firstOf(items(v)) {
			if r.Kind == yaml.ScalarNode && !slices.Contains(c.required, r.Value) {
				c.required = append(c.required, r.Value)
			}
		}
	case "additionalProperties":
		if v.Kind == yaml.MappingNode {
			c.additional = s.schema(v)
		} else {
			c.closed = scalar(v) == "false"
		}
	case "unevaluatedProperties":
		c.sealed = v.Kind == yaml.ScalarNode && scalar(v) == "false"
	case "minProperties":
		c.minProps = count(v)
	case "maxProperties":
		c.maxProps = count(v)
	case "dependentRequired":
		c.dependent = map[string][]string{}
		for name, list := range pairs(v) {
			for _, d := range items(list) {
				c.dependent[name] = append(c.dependent[name], scalar(d))
			}
		}
	case "dependentSchemas":
		for name, then := range pairs(v) {
			present := &schema{src: s, types: []string{"object"}, required: []string{name}}
			c.conditions = append(c.conditions, condition{when: present, then: s.schema(then)})
		}
	}
}
