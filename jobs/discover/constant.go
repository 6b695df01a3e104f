package discover

import (
	"bytes"
	"encoding/json"
	"iter"
	"net/url"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

// members returns the members of an object literal whose names are written
// out, in order.
func members(o *ast.ObjectLiteral) iter.Seq2[string, ast.Expression] {
	return func(yield func(string, ast.Expression) bool) {
		for _, p := range o.Value {
			switch p := p.(type) {
			case *ast.PropertyKeyed:
				if k, ok := p.Key.(*ast.StringLiteral); ok && !p.Computed && !yield(k.Value.String(), p.Value) {
					return
				}
			case *ast.PropertyShort:
				if !yield(p.Name.Name.String(), &p.Name) {
					return
				}
			}
		}
	}
}

// json returns an object literal as JSON, in its own order.
func (r *scriptReader) json(n *ast.ObjectLiteral) []byte {
	from, to := int(n.LeftBrace)-1, int(n.RightBrace)
	if from >= 0 && to <= len(r.source) && from < to && json.Valid([]byte(r.source[from:to])) {
		return []byte(r.source[from:to])
	}
	var b bytes.Buffer
	r.write(&b, n, 0)
	return b.Bytes()
}

func (r *scriptReader) write(b *bytes.Buffer, e ast.Expression, depth int) {
	sep := byte(0)
	next := func() {
		if sep != 0 {
			b.WriteByte(sep)
		}
		sep = ','
	}
	switch e := e.(type) {
	case *ast.ObjectLiteral:
		if depth > maxScriptDepth {
			b.WriteString("{}")
			return
		}
		b.WriteByte('{')
		for name, v := range members(e) {
			next()
			writeJSON(b, name)
			b.WriteByte(':')
			r.write(b, v, depth+1)
		}
		b.WriteByte('}')
	case *ast.ArrayLiteral:
		if depth > maxScriptDepth {
			b.WriteString("[]")
			return
		}
		b.WriteByte('[')
		for _, v := range e.Value {
			next()
			r.write(b, v, depth+1)
		}
		b.WriteByte(']')
	default:
		writeJSON(b, r.constant(e, depth))
	}
}

func writeJSON(b *bytes.Buffer, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = []byte("null")
	}
	b.Write(raw)
}

// name returns "a.b.c" for a chain of members.
func (r *scriptReader) name(e ast.Expression, depth int) string {
	if depth > maxScriptDepth {
		return ""
	}
	switch e := e.(type) {
	case *ast.Identifier:
		return e.Name.String()
	case *ast.DotExpression:
		if left := r.name(e.Left, depth+1); left != "" {
			return left + "." + e.Identifier.Name.String()
		}
		return e.Identifier.Name.String()
	}
	return ""
}

// constant returns the value of an expression that needs no running: string,
// int64, float64, bool, []any or map[string]any; nil when it is not constant.
func (r *scriptReader) constant(e ast.Expression, depth int) any {
	if r.work--; depth > maxScriptDepth || r.work < 0 {
		return nil
	}
	switch e := e.(type) {
	case *ast.StringLiteral:
		return e.Value.String()
	case *ast.NumberLiteral:
		return e.Value
	case *ast.BooleanLiteral:
		return e.Value
	case *ast.TemplateLiteral:
		return r.template(e, depth)
	case *ast.ArrayLiteral:
		list := make([]any, 0, len(e.Value))
		for _, v := range e.Value {
			list = append(list, r.constant(v, depth+1))
		}
		return list
	case *ast.ObjectLiteral:
		return r.object(e, depth)
	case *ast.UnaryExpression:
		return r.unary(e, depth)
	case *ast.BinaryExpression:
		return r.binary(e, depth)
	case *ast.ConditionalExpression:
		if v := r.constant(e.Consequent, depth+1); v != nil {
			return v
		}
		return r.constant(e.Alternate, depth+1)
	case *ast.Identifier:
		for _, v := range r.names[e.Name.String()] {
			if known := r.constant(v, depth+20); known != nil { // a name may be defined by itself
				return known
			}
		}
	case *ast.DotExpression:
		return r.member(e, depth)
	case *ast.NewExpression:
		if name := r.name(e.Callee, 0); name == "URL" || name == "window.URL" {
			return r.address(e.ArgumentList, depth)
		}
	case *ast.CallExpression:
		return r.result(e, depth)
	}
	return nil
}

func (r *scriptReader) object(e *ast.ObjectLiteral, depth int) map[string]any {
	o := map[string]any{}
	for _, p := range e.Value {
		switch p := p.(type) {
		case *ast.SpreadElement:
			if spread, ok := r.constant(p.Expression, depth+1).(map[string]any); ok {
				for k, v := range spread {
					o[k] = v
				}
			}
		case *ast.PropertyKeyed:
			if k, ok := p.Key.(*ast.StringLiteral); ok && !p.Computed {
				o[k.Value.String()] = r.constant(p.Value, depth+1)
			}
		case *ast.PropertyShort:
			o[p.Name.Name.String()] = r.constant(&p.Name, depth+1)
		}
	}
	return o
}

func (r *scriptReader) unary(e *ast.UnaryExpression, depth int) any {
	switch v := r.constant(e.Operand, depth+1).(type) {
	case int64:
		if e.Operator == token.MINUS {
			return -v
		}
		if e.Operator == token.NOT { // how a minifier writes true and false
			return v == 0
		}
	case float64:
		if e.Operator == token.MINUS {
			return -v
		}
	}
	return nil
}

func (r *scriptReader) binary(e *ast.BinaryExpression, depth int) any {
	left := r.constant(e.Left, depth+1)
	switch e.Operator {
	case token.LOGICAL_OR, token.COALESCE:
		if left != nil && left != "" {
			return left
		}
		return r.constant(e.Right, depth+1)
	case token.LOGICAL_AND:
		return r.constant(e.Right, depth+1)
	case token.PLUS:
		right := r.constant(e.Right, depth+1)
		l, ok := left.(string)
		if s, ok2 := right.(string); ok && ok2 {
			return l + s
		}
	}
	return nil
}

func (r *scriptReader) template(e *ast.TemplateLiteral, depth int) any {
	var b strings.Builder
	for i, part := range e.Elements {
		b.WriteString(part.Parsed.String())
		if i < len(e.Expressions) {
			s, ok := r.constant(e.Expressions[i], depth+1).(string)
			if !ok {
				return nil
			}
			b.WriteString(s)
		}
	}
	return b.String()
}

// member returns a member of a constant object, or what a browser would say
// about where the page is.
func (r *scriptReader) member(e *ast.DotExpression, depth int) any {
	if v := r.location(r.name(e, 0)); v != nil {
		return v
	}
	switch left := r.constant(e.Left, depth+1).(type) {
	case map[string]any:
		return left[e.Identifier.Name.String()]
	case string:
		if e.Identifier.Name == "href" { // of new URL(…)
			return left
		}
	}
	return nil
}

func (r *scriptReader) location(name string) any {
	for _, prefix := range []string{"window.", "document.", "self.", "globalThis."} {
		name = strings.TrimPrefix(name, prefix)
	}
	switch name {
	case "location.origin":
		return r.page.Scheme + "://" + r.page.Host
	case "location.protocol":
		return r.page.Scheme + ":"
	case "location.host":
		return r.page.Host
	case "location.hostname":
		return r.page.Hostname()
	case "location.pathname":
		return r.page.EscapedPath()
	case "location.href", "baseURI":
		return r.page.String()
	}
	return nil
}

// address returns what new URL(reference, base) stands for.
func (r *scriptReader) address(args []ast.Expression, depth int) any {
	if len(args) == 0 {
		return nil
	}
	ref, ok := r.constant(args[0], depth+1).(string)
	if !ok || len(args) == 1 {
		return orNil(ref, ok)
	}
	written, ok := r.constant(args[1], depth+1).(string)
	base, err := url.Parse(written)
	if !ok || err != nil {
		return ref
	}
	u, err := base.Parse(ref)
	if err != nil {
		return ref
	}
	return u.String()
}

func orNil(s string, ok bool) any {
	if !ok {
		return nil
	}
	return s
}

// result returns what a call gives when that is known without running it. A
// function of the page's own that takes one text, such as one that resolves
// addresses, is taken to return that text.
func (r *scriptReader) result(e *ast.CallExpression, depth int) any {
	name := r.name(e.Callee, 0)
	args := make([]any, len(e.ArgumentList))
	for i, a := range e.ArgumentList {
		args[i] = r.constant(a, depth+1)
	}
	text := func(i int) string {
		if i >= len(args) {
			return ""
		}
		s, _ := args[i].(string)
		return s
	}
	switch _, member := cutLast(name); {
	case name == "JSON.parse":
		var v any
		if json.Unmarshal([]byte(text(0)), &v) != nil {
			return nil
		}
		return v
	case name == "Object.assign":
		all := map[string]any{}
		for _, a := range args {
			if o, ok := a.(map[string]any); ok {
				for k, v := range o {
					all[k] = v
				}
			}
		}
		return all
	case member == "toString" && len(args) == 0, member == "trim" && len(args) == 0:
		if of, ok := e.Callee.(*ast.DotExpression); ok {
			return r.constant(of.Left, depth+1)
		}
	case member == "replace" && len(args) == 2 && text(0) != "":
		if of, ok := e.Callee.(*ast.DotExpression); ok {
			if s, ok := r.constant(of.Left, depth+1).(string); ok {
				return strings.Replace(s, text(0), text(1), 1)
			}
		}
	case len(args) == 1 && text(0) != "" && member == name && name != "require":
		return text(0)
	}
	return nil
}
