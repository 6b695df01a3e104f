package discover

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/dop251/goja/ast"
)

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
