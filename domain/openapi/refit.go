package openapi

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// Refit returns a request for after that keeps of had, which was made for
// before, whatever still fits: a value that does not is replaced by the
// document's, one that became required is added, one that is no longer known is
// left out. What a person added of their own stays. before is nil when it is
// not known. The changes say what differs from had; there are none when had
// fits as it is.
func Refit(before *Operation, after Operation, had loadtest.Request) (loadtest.Request, []Change) {
	r := refit{before: before, after: after, made: Example(after, Options{Optional: true})}
	r.req = loadtest.Request{
		PathParams: slices.Clone(had.PathParams), Query: slices.Clone(had.Query),
		Headers: slices.Clone(had.Headers), Cookies: slices.Clone(had.Cookies), Body: had.Body,
	}
	r.rename()
	r.forget()
	for _, p := range after.Parameters {
		if !ownedByHTTP(p) {
			r.parameter(p)
		}
	}
	r.body()
	return r.req, r.changes
}

type refit struct {
	before    *Operation
	after     Operation
	made, req loadtest.Request
	changes   []Change
}

func (r *refit) note(c Change) { r.changes = append(r.changes, c) }

// rename gives path parameters their new names, by their order in the path.
func (r *refit) rename() {
	if r.before == nil || shapeOf(r.before.Path) != shapeOf(r.after.Path) {
		return
	}
	old, now := namesIn(r.before.Path), namesIn(r.after.Path)
	for i, p := range r.req.PathParams {
		at := slices.Index(old, p.Name)
		if at < 0 || at >= len(now) || now[at] == p.Name {
			continue
		}
		r.req.PathParams[i].Name = now[at]
		r.note(Change{At: Place{Part: PartParameter, In: "path", Name: now[at]}, What: "name", Kind: Changed, Before: p.Name, After: now[at]})
	}
}

// namesIn returns the names between braces of a path template.
func namesIn(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "{") {
		if name, _, ok := strings.Cut(part, "}"); ok {
			names = append(names, name)
		}
	}
	return names
}

// forget leaves out the parameters that before knew and after does not.
func (r *refit) forget() {
	if r.before == nil {
		return
	}
	for _, p := range r.before.Parameters {
		if r.after.parameter(p.In, p.Name) == nil && !ownedByHTTP(p) {
			r.replace(p, nil)
		}
	}
	known := namesIn(r.after.Path)
	r.req.PathParams = slices.DeleteFunc(r.req.PathParams, func(p loadtest.Param) bool {
		return !slices.Contains(known, p.Name) && !slices.Contains(known, strings.TrimRight(p.Name, "+*"))
	})
}

// list returns the request's values of one place.
func list(req *loadtest.Request, in string) *[]loadtest.Param {
	switch in {
	case "path":
		return &req.PathParams
	case "query":
		return &req.Query
	case "header":
		return &req.Headers
	}
	return &req.Cookies
}

// ofParameter returns the values that p wrote.
func ofParameter(p Parameter, all []loadtest.Param) []loadtest.Param {
	var own []loadtest.Param
	for _, v := range all {
		if isOf(p, v) {
			own = append(own, v)
		}
	}
	return own
}

func isOf(p Parameter, v loadtest.Param) bool {
	name := strings.TrimRight(v.Name, "+*")
	return name == p.Name || p.In == "header" && strings.EqualFold(name, p.Name) || p.In == "query" && strings.HasPrefix(name, p.Name+"[")
}

// replace puts values in place of p's, and notes what that changes.
func (r *refit) replace(p Parameter, values []loadtest.Param) {
	all := list(&r.req, p.In)
	had := ofParameter(p, *all)
	at := slices.IndexFunc(*all, func(v loadtest.Param) bool { return isOf(p, v) })
	rest := slices.DeleteFunc(slices.Clone(*all), func(v loadtest.Param) bool { return isOf(p, v) })
	if at < 0 || at > len(rest) {
		at = len(rest)
	}
	*all = slices.Insert(rest, at, values...)
	c := Change{At: Place{Part: PartParameter, Name: p.Name, In: p.In}, What: "value", Kind: Changed, Before: written(had), After: written(values)}
	switch {
	case len(had) == 0 && len(values) == 0:
		return
	case len(had) == 0:
		c.Kind = Added
	case len(values) == 0:
		c.Kind = Removed
	}
	r.note(c)
}

func written(values []loadtest.Param) string {
	var all []string
	for _, v := range values {
		all = append(all, v.Value)
	}
	return strings.Join(all, ", ")
}

func (r *refit) parameter(p Parameter) {
	had := ofParameter(p, *list(&r.req, p.In))
	if len(had) == 0 {
		// The members of an exploded object stand under names of their own, so
		// that none is found says nothing unless the parameter is new.
		if p.Required && (r.before == nil || !r.was(p) || !r.required(p)) {
			r.replace(p, ofParameter(p, *list(&r.made, p.In)))
		}
		return
	}
	if r.was(p) || fitsParameter(p, had) {
		return
	}
	r.replace(p, ofParameter(p, *list(&r.made, p.In)))
}

// was reports whether the parameter was described so before.
func (r *refit) was(p Parameter) bool {
	if r.before == nil {
		return false
	}
	q := r.before.parameter(p.In, p.Name)
	return q != nil && bytes.Equal(p.Schema, q.Schema) && p.Style == q.Style && p.Explode == q.Explode && p.Content == q.Content
}

func (r *refit) required(p Parameter) bool {
	q := r.before.parameter(p.In, p.Name)
	return q != nil && q.Required
}

// fitsParameter reports whether a server may take the values for one that fits.
func fitsParameter(p Parameter, values []loadtest.Param) bool {
	c := schemaOf(p.Schema)
	var parts []any
	for _, v := range values {
		parts = append(parts, v.Value)
	}
	if len(parts) == 1 {
		if slices.ContainsFunc(readings(parts[0]), c.fits) {
			return true
		}
		parts = nil
		for part := range strings.SplitSeq(values[0].Value, ",") {
			parts = append(parts, part)
		}
	}
	items := c.flat().items
	for i, part := range parts {
		for _, reading := range readings(part) {
			if items != nil && items.fits(reading) {
				parts[i] = reading
				break
			}
		}
	}
	return c.fits(parts)
}

func (r *refit) body() {
	at, had, want := Place{Part: PartRequest}, r.req.Body, r.after.RequestBody
	switch {
	case want == nil:
		if had != nil && r.before != nil && r.before.RequestBody != nil {
			r.req.Body = nil
			r.note(Change{At: at, Kind: Removed})
		}
	case had == nil:
		if want.Required {
			r.req.Body = r.made.Body
			r.note(Change{At: at, Kind: Added})
		}
	default:
		r.keepBody(at, *had, *want)
	}
}

func (r *refit) keepBody(at Place, had loadtest.Body, want RequestBody) {
	base := MediaType{Type: had.MediaType}.base()
	i := slices.IndexFunc(want.Content, func(m MediaType) bool {
		return m.base() == base || strings.Contains(m.base(), "*")
	})
	if i < 0 {
		r.req.Body = r.made.Body
		c := Change{At: at, What: "content", Kind: Changed, Before: had.MediaType}
		if r.made.Body != nil {
			c.After = r.made.Body.MediaType
		}
		r.note(c)
		return
	}
	m := want.Content[i]
	if r.sameBody(m) || had.Kind != loadtest.BodyRaw || !m.isJSON() {
		return
	}
	v, err := decode(json.RawMessage(had.Text))
	c := schemaOf(m.Schema)
	if err != nil || c.fits(v) {
		return
	}
	fresh := Example(r.after, Options{MediaType: m.Type}).Body
	if fresh == nil {
		return
	}
	if model, err := decode(json.RawMessage(fresh.Text)); err == nil {
		if merged := kept(c, v, model); c.fits(merged) {
			fresh.Text = indented(merged)
		}
	}
	r.req.Body = fresh
	r.note(Change{At: at, Kind: Changed})
}

// sameBody reports whether the media type was described so before.
func (r *refit) sameBody(m MediaType) bool {
	return r.before != nil && r.before.RequestBody != nil && slices.ContainsFunc(r.before.RequestBody.Content, func(was MediaType) bool {
		return was.base() == m.base() && bytes.Equal(was.Schema, m.Schema)
	})
}

// kept returns model with the members of had that fit.
func kept(c *schema, had, model any) any {
	mine, isObject := had.(object)
	result, modelled := model.(object)
	if !isObject || !modelled {
		if c.fits(had) {
			return had
		}
		return model
	}
	flat := c.flat()
	for _, m := range mine {
		p := flat.prop(m.name)
		other, there := result.get(m.name)
		switch {
		case p != nil && there:
			result = result.with(m.name, kept(p, m.value, other))
		case p != nil && p.fits(m.value), p == nil && !flat.closed:
			result = result.with(m.name, m.value)
		}
	}
	return result
}
