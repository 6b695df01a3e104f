package discover

import (
	"iter"
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
