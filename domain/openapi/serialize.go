package openapi

import (
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// pathParam writes a path parameter in its style: simple, label or matrix.
func pathParam(path string, p Parameter, v any) loadtest.Param {
	name := p.Name
	for _, operator := range []string{"+", "*"} {
		if strings.Contains(path, "{"+name+operator+"}") {
			name += operator
		}
	}
	var s string
	switch p.Style {
	case "label":
		sep := ","
		if p.Explode {
			sep = "."
		}
		s = "." + joined(v, sep, p.Explode)
	case "matrix":
		s = matrix(p, v)
	default:
		s = simple(p, v)
	}
	return loadtest.Param{Name: name, Value: s, AllowReserved: p.AllowReserved || delimited(v, p.Style)}
}

func matrix(p Parameter, v any) string {
	if list, ok := v.([]any); ok && p.Explode {
		var b strings.Builder
		for _, e := range list {
			b.WriteString(";" + p.Name + "=" + text(e))
		}
		return b.String()
	}
	if o, ok := v.(object); ok && p.Explode {
		var b strings.Builder
		for _, m := range o {
			b.WriteString(";" + m.name + "=" + text(m.value))
		}
		return b.String()
	}
	return ";" + p.Name + "=" + joined(v, ",", false)
}

// simple writes a value with commas, or by its media type if it has one.
func simple(p Parameter, v any) string {
	if p.Content != "" {
		return byMedia(p.Content, v)
	}
	sep := ","
	switch p.Style {
	case "spaceDelimited":
		sep = " "
	case "pipeDelimited":
		sep = "|"
	case "tsv":
		sep = "\t"
	}
	return joined(v, sep, p.Explode)
}

// joined writes lists and objects with sep; pairs writes members as name=value.
func joined(v any, sep string, pairs bool) string {
	var parts []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			parts = append(parts, text(e))
		}
	case object:
		for _, m := range v {
			if pairs {
				parts = append(parts, m.name+"="+text(m.value))
			} else {
				parts = append(parts, m.name, text(m.value))
			}
		}
	default:
		return text(v)
	}
	return strings.Join(parts, sep)
}

// delimited reports whether the delimiters that joined put between the parts
// of v are the only characters in it that would be escaped: then they may, and
// should, stay as they are.
func delimited(v any, style string) bool {
	var parts []string
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			parts = append(parts, text(e))
		}
	case object:
		for _, m := range v {
			parts = append(parts, m.name, text(m.value))
		}
	default:
		if style != "matrix" && style != "label" {
			return false
		}
		parts = append(parts, text(v))
	}
	return !strings.ContainsAny(strings.Join(parts, ""), ":/?#[]@!$&'()*+,;=%")
}

// queryParams writes a query or cookie parameter in its style.
func queryParams(p Parameter, v any) []loadtest.Param {
	one := func(name, value string, raw bool) loadtest.Param {
		return loadtest.Param{Name: name, Value: value, AllowReserved: p.AllowReserved || raw}
	}
	if p.Content != "" {
		return []loadtest.Param{one(p.Name, byMedia(p.Content, v), false)}
	}
	var list []loadtest.Param
	switch v := v.(type) {
	case []any:
		if !p.Explode || len(v) == 0 || p.Style == "spaceDelimited" || p.Style == "pipeDelimited" {
			return []loadtest.Param{one(p.Name, simple(p, v), delimited(v, p.Style))}
		}
		for _, e := range v {
			list = append(list, one(p.Name, text(e), false))
		}
		return list
	case object:
		if p.Style == "deepObject" {
			return deep(p, p.Name, v)
		}
		if !p.Explode {
			return []loadtest.Param{one(p.Name, joined(v, ",", false), delimited(v, p.Style))}
		}
		for _, m := range v {
			if inner, ok := m.value.([]any); ok {
				for _, e := range inner {
					list = append(list, one(m.name, text(e), false))
				}
				continue
			}
			list = append(list, one(m.name, text(m.value), false))
		}
		return list
	}
	return []loadtest.Param{one(p.Name, text(v), false)}
}

// deep writes name[member]=value, and deeper members as name[member][inner].
// Lists repeat the name; those of objects and lists number their elements.
func deep(p Parameter, name string, v any) []loadtest.Param {
	var list []loadtest.Param
	switch v := v.(type) {
	case object:
		for _, m := range v {
			list = append(list, deep(p, name+"["+m.name+"]", m.value)...)
		}
	case []any:
		for i, e := range v {
			at := name
			if slices.ContainsFunc(v, nested) {
				at = name + "[" + strconv.Itoa(i) + "]"
			}
			list = append(list, deep(p, at, e)...)
		}
	default:
		list = append(list, loadtest.Param{Name: name, Value: text(v), AllowReserved: p.AllowReserved})
	}
	return list
}

func byMedia(media string, v any) string {
	if s, ok := v.(string); ok && !(MediaType{Type: media}).isJSON() {
		return s
	}
	return string(encode(v))
}
