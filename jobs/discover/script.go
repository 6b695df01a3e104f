package discover

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
	"github.com/dop251/goja/token"
)

const (
	maxScript      = 8 << 20
	maxScriptDepth = 200
)

// literals is what a script says without being run: the constant objects in
// it, the functions it calls with constants, and API documents written into it.
type literals struct {
	objects   []map[string]any
	calls     []call
	documents [][]byte
}

type call struct {
	name string // such as "Redoc.init"
	args []any
}

// readScript parses JavaScript and returns its literals; none when it cannot
// be parsed. origin is what location.origin would be.
func readScript(source, origin string) literals {
	if len(source) > maxScript {
		return literals{}
	}
	program, err := parser.ParseFile(nil, "", source, parser.IgnoreRegExpErrors, parser.WithDisableSourceMaps)
	if err != nil {
		program, err = parser.ParseFile(nil, "", withoutModules(source), parser.IgnoreRegExpErrors, parser.WithDisableSourceMaps)
	}
	if err != nil || program == nil {
		return literals{}
	}
	r := scriptReader{source: source, origin: origin, names: map[string]ast.Expression{}}
	r.walk(reflect.ValueOf(program), 0, r.declare)
	r.walk(reflect.ValueOf(program), 0, r.collect)
	return r.found
}

// withoutModules removes import and export, which the parser does not know.
func withoutModules(source string) string {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "import ") || strings.HasPrefix(trimmed, "import{") || strings.HasPrefix(trimmed, `import"`):
			lines[i] = ""
		case strings.HasPrefix(trimmed, "export default "):
			lines[i] = strings.TrimPrefix(trimmed, "export default ")
		case strings.HasPrefix(trimmed, "export "):
			lines[i] = strings.TrimPrefix(trimmed, "export ")
		}
	}
	return strings.Join(lines, "\n")
}

type scriptReader struct {
	source string
	origin string
	names  map[string]ast.Expression
	found  literals
}

// walk visits every node below v; visit returns whether to go on inside it.
// The tree's package has no walker of its own.
func (r *scriptReader) walk(v reflect.Value, depth int, visit func(ast.Node) bool) {
	if depth > maxScriptDepth || !v.IsValid() {
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		r.walk(v.Elem(), depth, visit)
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if n, ok := v.Interface().(ast.Node); ok && !visit(n) {
			return
		}
		r.walk(v.Elem(), depth+1, visit)
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); k != reflect.Interface && k != reflect.Pointer && k != reflect.Struct {
			return
		}
		for i := range v.Len() {
			r.walk(v.Index(i), depth, visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			// Declarations are listed a second time beside the body that has them.
			if name := v.Type().Field(i).Name; v.Type().Field(i).IsExported() && name != "DeclarationList" && name != "File" {
				r.walk(v.Field(i), depth, visit)
			}
		}
	}
}

func (r *scriptReader) declare(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.Binding:
		if id, ok := n.Target.(*ast.Identifier); ok && n.Initializer != nil {
			r.names[id.Name.String()] = n.Initializer
		}
	case *ast.AssignExpression:
		if id, ok := n.Left.(*ast.Identifier); ok && r.names[id.Name.String()] == nil {
			r.names[id.Name.String()] = n.Right
		}
	}
	return true
}

func (r *scriptReader) collect(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ObjectLiteral:
		keys := keysOf(n)
		if isDocument(keys) {
			r.found.documents = append(r.found.documents, r.json(n))
			return false
		}
		o := map[string]any{}
		for k, e := range keys {
			if v := r.constant(e, 0); v != nil {
				o[k] = v
			}
		}
		r.found.objects = append(r.found.objects, o)
	case *ast.CallExpression:
		c := call{name: r.name(n.Callee)}
		for _, a := range n.ArgumentList {
			c.args = append(c.args, r.constant(a, 0))
		}
		r.found.calls = append(r.found.calls, c)
	}
	return true
}

func isDocument(keys map[string]ast.Expression) bool {
	return (keys["openapi"] != nil || keys["swagger"] != nil) && (keys["paths"] != nil || keys["info"] != nil)
}

func keysOf(o *ast.ObjectLiteral) map[string]ast.Expression {
	keys := map[string]ast.Expression{}
	for _, p := range o.Value {
		switch p := p.(type) {
		case *ast.PropertyKeyed:
			if k, ok := p.Key.(*ast.StringLiteral); ok && !p.Computed {
				keys[k.Value.String()] = p.Value
			}
		case *ast.PropertyShort:
			keys[p.Name.Name.String()] = &p.Name
		}
	}
	return keys
}

// json returns an object literal as JSON, in its own order.
func (r *scriptReader) json(n *ast.ObjectLiteral) []byte {
	from, to := int(n.LeftBrace)-1, int(n.RightBrace)
	if from >= 0 && to <= len(r.source) && from < to && json.Valid([]byte(r.source[from:to])) {
		return []byte(r.source[from:to])
	}
	raw, err := json.Marshal(r.constant(n, 0))
	if err != nil {
		return nil
	}
	return raw
}

// name returns "a.b.c" for a chain of members.
func (r *scriptReader) name(e ast.Expression) string {
	switch e := e.(type) {
	case *ast.Identifier:
		return e.Name.String()
	case *ast.DotExpression:
		if left := r.name(e.Left); left != "" {
			return left + "." + e.Identifier.Name.String()
		}
		return e.Identifier.Name.String()
	}
	return ""
}

// constant returns the value of an expression that needs no running: string,
// float64, bool, []any or map[string]any; nil when it is not constant.
func (r *scriptReader) constant(e ast.Expression, depth int) any {
	if depth > maxScriptDepth {
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
		o := map[string]any{}
		for k, v := range keysOf(e) {
			o[k] = r.constant(v, depth+1)
		}
		return o
	case *ast.BinaryExpression:
		if e.Operator == token.LOGICAL_OR {
			if v := r.constant(e.Left, depth+1); v != nil && v != "" {
				return v
			}
			return r.constant(e.Right, depth+1)
		}
		left, ok := r.constant(e.Left, depth+1).(string)
		right, ok2 := r.constant(e.Right, depth+1).(string)
		if ok && ok2 && e.Operator == token.PLUS {
			return left + right
		}
	case *ast.Identifier:
		if v := r.names[e.Name.String()]; v != nil {
			return r.constant(v, depth+20) // a name may be defined by itself
		}
	case *ast.DotExpression:
		return r.location(r.name(e))
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

// location returns what a browser would say about where the page is.
func (r *scriptReader) location(name string) any {
	scheme, host, _ := strings.Cut(r.origin, "://")
	switch strings.TrimPrefix(strings.TrimPrefix(name, "window."), "document.") {
	case "location.origin":
		return r.origin
	case "location.protocol":
		return scheme + ":"
	case "location.host":
		return host
	}
	return nil
}
