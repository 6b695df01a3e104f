package openapi

import (
	"encoding/xml"
	"strings"
)

// xmlText writes a value as XML by its schema's xml hints. Text that is XML
// already stays as it is.
func xmlText(c *schema, v any) string {
	if s, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(s), "<") {
		return s
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	w := xmlWriter{out: &b}
	whole := c.flat()
	w.element(whole, first(first(whole.xml.name, xmlName(whole.name)), "root"), v, 0)
	return b.String()
}

type xmlWriter struct{ out *strings.Builder }

func (w xmlWriter) element(c *schema, name string, v any, depth int) {
	if depth > maxDepth {
		return
	}
	if c.xml.prefix != "" {
		name = c.xml.prefix + ":" + name
	}
	if list, ok := v.([]any); ok {
		w.list(c, name, list, depth)
		return
	}
	w.out.WriteString("<" + name)
	if c.xml.namespace != "" {
		attribute := "xmlns"
		if c.xml.prefix != "" {
			attribute += ":" + c.xml.prefix
		}
		w.attribute(attribute, c.xml.namespace)
	}
	o, isObject := v.(object)
	for _, m := range o {
		if s := c.member(m.name); s.xml.attribute {
			w.attribute(first(s.xml.name, xmlName(m.name)), text(m.value))
		}
	}
	w.out.WriteString(">")
	if !isObject {
		w.escaped(text(v))
	}
	for _, m := range o {
		if s := c.member(m.name); !s.xml.attribute {
			w.element(s, first(s.xml.name, xmlName(m.name)), m.value, depth+1)
		}
	}
	w.out.WriteString("</" + name + ">")
}

func (w xmlWriter) list(c *schema, name string, list []any, depth int) {
	inner := name
	element := &schema{}
	if c.items != nil {
		element = c.items.flat()
		inner = first(element.xml.name, name)
	}
	wrapped := c.xml.wrapped || depth == 0 // a document has one root
	if wrapped {
		w.out.WriteString("<" + name + ">")
	}
	for _, e := range list {
		w.element(element, inner, e, depth+1)
	}
	if wrapped {
		w.out.WriteString("</" + name + ">")
	}
}

func (w xmlWriter) attribute(name, value string) {
	w.out.WriteString(" " + name + `="`)
	w.escaped(value)
	w.out.WriteString(`"`)
}

func (w xmlWriter) escaped(s string) {
	// A strings.Builder never fails.
	_ = xml.EscapeText(w.out, []byte(s))
}

// xmlName makes a name that XML allows.
func xmlName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || strings.ContainsRune("<>&\"'/=+*$@!#%^(){}[];:,?|\\~`", r) {
			return '_'
		}
		return r
	}, s)
	if s != "" && s[0] >= '0' && s[0] <= '9' || strings.HasPrefix(s, "-") || strings.HasPrefix(s, ".") {
		return "_" + s
	}
	return s
}
