package openapi

import (
	"encoding/json"
	"slices"

	"plog.dev/plog/domain/loadtest"
)

// unambiguous reports whether the bare text of v is read as one alternative
// only, wherever c has several: "1" is a number, a text, and a list of one.
func (c *schema) unambiguous(v any) bool { return c.readOnce(v, 0) }

func (c *schema) readOnce(v any, depth int) bool {
	if c == nil || depth > maxNested {
		return true
	}
	whole := c.flat()
	if len(whole.oneOf) > 0 {
		n := 0
		for _, option := range whole.oneOf {
			if slices.ContainsFunc(readings(v), option.fits) {
				n++
			}
		}
		if n != 1 {
			return false
		}
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if !whole.items.readOnce(e, depth+1) {
				return false
			}
		}
	case object:
		for _, m := range v {
			if !whole.prop(m.name).readOnce(m.value, depth+1) {
				return false
			}
		}
	}
	return true
}

// readings returns what a server may take the bare text of v for.
func readings(v any) []any {
	if list, isList := v.([]any); isList {
		if len(list) != 1 || nested(list[0]) {
			return []any{v, joined(v, ",", false)}
		}
		v = list[0]
	}
	if nested(v) {
		return []any{v}
	}
	s := text(v)
	list := []any{s}
	switch {
	case s == "true", s == "false":
		list = append(list, s == "true")
	case s == "":
		list = append(list, nil)
	case jsonNumber.MatchString(s):
		list = append(list, json.Number(s))
	}
	for _, one := range slices.Clone(list) {
		list = append(list, []any{one})
	}
	return list
}

// writable reports whether v can be written in p's style: OpenAPI leaves open
// what becomes of lists and objects within others, but for deepObject and a
// media type of its own.
func (p Parameter) writable(v any) bool {
	if p.Content != "" || p.Style == "deepObject" {
		return true
	}
	switch v := v.(type) {
	case []any:
		return !slices.ContainsFunc(v, nested)
	case object:
		return !slices.ContainsFunc(v, func(m member) bool { return !p.writableMember(m.value) })
	}
	return true
}

func (p Parameter) writableMember(v any) bool {
	list, isList := v.([]any)
	return !nested(v) || isList && p.Explode && p.In == "query" && !slices.ContainsFunc(list, nested)
}

func nested(v any) bool {
	switch v.(type) {
	case []any, object:
		return true
	}
	return false
}

// pruned returns v without the parts that p's style cannot write.
func (p Parameter) pruned(v any) any {
	switch v := v.(type) {
	case []any:
		return slices.DeleteFunc(slices.Clone(v), nested)
	case object:
		return slices.DeleteFunc(slices.Clone(v), func(m member) bool { return !p.writableMember(m.value) })
	}
	return v
}

// apart returns v without the members that would be taken for parameters of
// their own: those of an exploded object stand beside them.
func (p Parameter) apart(v any, op Operation, sent []loadtest.Param) any {
	o, isObject := v.(object)
	if !isObject || p.In != "query" || !p.Explode || p.Style == "deepObject" || p.Content != "" {
		return v
	}
	return slices.DeleteFunc(slices.Clone(o), func(m member) bool {
		return slices.ContainsFunc(op.Parameters, func(q Parameter) bool { return q.In == p.In && q.Name == m.name }) ||
			slices.ContainsFunc(sent, func(q loadtest.Param) bool { return q.Name == m.name })
	})
}
