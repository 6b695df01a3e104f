package discover

import (
	"encoding/json"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
)

const (
	maxScript      = 8 << 20
	maxScriptDepth = 200
	maxScriptWork  = 2_000_000 // expressions looked at, for names may stand for each other many times over
)

// literals is what a script says without being run: the constant objects in
// it, the functions it calls with constants, where it sends the browser, and
// API documents written into it.
type literals struct {
	objects   []map[string]any
	calls     []call
	moves     []string
	documents [][]byte
}

type call struct {
	name string // such as "Redoc.init"
	args []any
}

func (l *literals) add(more literals) {
	l.objects = append(l.objects, more.objects...)
	l.calls = append(l.calls, more.calls...)
	l.moves = append(l.moves, more.moves...)
	l.documents = append(l.documents, more.documents...)
}

// readScript parses JavaScript and returns its literals; none when it cannot
// be parsed. page is what location says.
func readScript(source string, page *url.URL) literals {
	if len(source) > maxScript || tooDeep(source) {
		return literals{}
	}
	const mode = parser.IgnoreRegExpErrors
	program, err := parser.ParseFile(nil, "", source, mode, parser.WithDisableSourceMaps)
	if err != nil {
		source = withoutModules(source)
		program, err = parser.ParseFile(nil, "", source, mode, parser.WithDisableSourceMaps)
	}
	if err != nil || program == nil {
		return literals{}
	}
	r := scriptReader{source: source, page: page, names: map[string][]ast.Expression{}, work: maxScriptWork}
	r.walk(reflect.ValueOf(program), 0, r.declare)
	r.walk(reflect.ValueOf(program), 0, r.collect)
	return r.found
}

type scriptReader struct {
	source string
	page   *url.URL
	names  map[string][]ast.Expression // what each may stand for
	work   int
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
	const most = 8
	note := func(target ast.Node, value ast.Expression) {
		if id, ok := target.(*ast.Identifier); ok && value != nil && len(r.names[id.Name.String()]) < most {
			r.names[id.Name.String()] = append(r.names[id.Name.String()], value)
		}
	}
	switch n := n.(type) {
	case *ast.Binding:
		note(n.Target, n.Initializer)
	case *ast.AssignExpression:
		note(n.Left, n.Right)
	}
	return true
}

func (r *scriptReader) collect(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.ObjectLiteral:
		keys := keysOf(n)
		if isDocument(keys) && r.saysVersion(keys) {
			r.found.documents = append(r.found.documents, r.json(n))
			return false
		}
		o, _ := r.constant(n, 0).(map[string]any)
		maps.DeleteFunc(o, func(_ string, v any) bool { return v == nil })
		r.found.objects = append(r.found.objects, o)
	case *ast.AssignExpression:
		r.assigned(n)
	case *ast.CallExpression:
		r.called(n)
	}
	return true
}

// assigned takes in what is set as a member: element.apiDescriptionUrl = "…".
func (r *scriptReader) assigned(n *ast.AssignExpression) {
	name := r.name(n.Left, 0)
	value := r.constant(n.Right, 0)
	if text, ok := value.(string); ok && (isLocation(name) || isLocation(strings.TrimSuffix(name, ".href"))) {
		r.found.moves = append(r.found.moves, text)
		return
	}
	if member, ok := n.Left.(*ast.DotExpression); ok && value != nil {
		r.found.objects = append(r.found.objects, map[string]any{member.Identifier.Name.String(): value})
	}
}

func (r *scriptReader) called(n *ast.CallExpression) {
	c := call{name: r.name(n.Callee, 0)}
	for _, a := range n.ArgumentList {
		c.args = append(c.args, r.constant(a, 0))
	}
	r.found.calls = append(r.found.calls, c)
	if len(c.args) == 0 {
		return
	}
	owner, member := cutLast(c.name)
	switch {
	case c.name == "JSON.parse":
		if text, ok := c.args[0].(string); ok {
			r.found.add(readJSON([]byte(text)))
		}
	case isLocation(owner) && (member == "replace" || member == "assign"):
		if text, ok := c.args[0].(string); ok {
			r.found.moves = append(r.found.moves, text)
		}
	}
}

func isLocation(name string) bool {
	switch name {
	case "location", "window.location", "document.location", "self.location", "top.location", "globalThis.location":
		return true
	}
	return false
}

func cutLast(name string) (owner, member string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

func isDocument[T any](keys map[string]T) bool {
	has := func(name string) bool { _, ok := keys[name]; return ok }
	return (has("openapi") || has("swagger")) && (has("paths") || has("info"))
}

// saysVersion tells documents from the code that makes or reads them.
func (r *scriptReader) saysVersion(keys map[string]ast.Expression) bool {
	for _, name := range []string{"openapi", "swagger"} {
		if e := keys[name]; e != nil && r.constant(e, 0) != nil {
			return true
		}
	}
	return false
}

func keysOf(o *ast.ObjectLiteral) map[string]ast.Expression {
	keys := map[string]ast.Expression{}
	for name, e := range members(o) {
		keys[name] = e
	}
	return keys
}

// readJSON takes in data in JSON as if a script had said it.
func readJSON(raw []byte) literals {
	var l literals
	l.readJSON(raw, 0)
	return l
}

func (l *literals) readJSON(raw []byte, depth int) {
	const deepest = 8
	if depth > deepest {
		return
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) == nil {
		for _, item := range items {
			l.readJSON(item, depth+1)
		}
		return
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		return
	}
	if isDocument(object) {
		l.documents = append(l.documents, raw)
		return
	}
	var o map[string]any
	if json.Unmarshal(raw, &o) == nil {
		l.objects = append(l.objects, o)
	}
	for _, name := range sortedKeys(object) {
		l.readJSON(object[name], depth+1)
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
