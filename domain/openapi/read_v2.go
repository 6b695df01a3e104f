package openapi

import (
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

const (
	mediaJSON      = "application/json"
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
)

func (r *reader) readV2() {
	root := r.src.root
	host, base := scalar(get(root, "host")), scalar(get(root, "basePath"))
	r.doc.Servers = serversV2(texts(get(root, "schemes")), host, base)
	known := r.schemesV2()
	inherited := r.security(get(root, "security"), known)
	r.eachOperation(func(path, method string, item, n *yaml.Node) {
		op := r.describe(path, method, n)
		if own := texts(get(n, "schemes")); len(own) > 0 {
			op.Servers = serversV2(own, host, base)
		}
		op.Security = inherited
		if own := get(n, "security"); own != nil {
			op.Security = r.security(own, known)
		}
		r.parametersV2(op, item, n)
	})
}

// serversV2 writes Swagger's host, basePath and schemes as addresses; what is
// not stated is left to the document's own address.
func serversV2(schemes []string, host, basePath string) []string {
	base := strings.TrimSuffix(basePath, "/")
	if base != "" && !strings.HasPrefix(base, "/") {
		base = "/" + base
	}
	if host == "" {
		return []string{base + "/"}
	}
	var urls []string
	for _, scheme := range schemes {
		if scheme == "http" || scheme == "https" {
			urls = append(urls, scheme+"://"+host+base)
		}
	}
	if urls == nil {
		urls = []string{"//" + host + base}
	}
	return urls
}

// parametersV2 sorts Swagger's parameters into those of the request's line and
// headers, the body, and the fields of a form.
func (r *reader) parametersV2(op Operation, item, n *yaml.Node) {
	consumes := texts(get(r.src.root, "consumes"))
	if own := get(n, "consumes"); own != nil {
		consumes = texts(own)
	}
	var params, form []rawParameter
	for _, p := range r.parameters(item, n, parameterV2) {
		if p.In == "cookie" {
			r.faults.add(p.node, "openapi.fault.cookie", "Swagger 2.0 has no cookie parameters. “{{.Name}}” is sent as one all the same.", "Name", p.Name)
		}
		if format := scalar(get(p.node, "collectionFormat")); format == "multi" && !repeatable(p.In) {
			r.faults.add(p.node, "openapi.fault.multi", "“{{.Name}}” cannot be sent several times (multi) in “{{.In}}”; commas are used.", "Name", p.Name, "In", p.In)
		}
		switch p.In {
		case "body":
			op.RequestBody = r.bodyV2(p, consumes, op.Name())
		case "formData":
			form = append(form, p)
		default:
			params = append(params, p)
		}
	}
	if len(form) > 0 && op.RequestBody == nil {
		op.RequestBody = r.formV2(form, consumes, op.Name())
	}
	r.addOperation(op, n, params)
}

func parameterV2(n *yaml.Node) rawParameter {
	in := scalar(get(n, "in"))
	p := rawParameter{
		Parameter: Parameter{
			Name: scalar(get(n, "name")), In: in, Description: scalar(get(n, "description")),
			Required: truth(get(n, "required")) || in == "path",
		},
		schema: n,
		skip:   []string{"name", "in", "required", "description", "allowEmptyValue", "collectionFormat"},
	}
	p.Style, p.Explode = collection(scalar(get(n, "collectionFormat")), in)
	for _, key := range []string{"example", "x-example"} {
		if e := get(n, key); e != nil {
			p.examples = append(p.examples, value(e))
		}
	}
	return p
}

// repeatable reports whether a parameter there may be sent more than once.
func repeatable(in string) bool { return in == "query" || in == "formData" }

// collection says Swagger's collectionFormat in OpenAPI 3's words. Tabs have
// no word there and keep Swagger's.
func collection(format, in string) (style string, explode bool) {
	switch format {
	case "multi":
		if repeatable(in) {
			return "form", true
		}
	case "ssv":
		return "spaceDelimited", false
	case "pipes":
		return "pipeDelimited", false
	case "tsv":
		return "tsv", false
	}
	if in == "path" || in == "header" {
		return "simple", false
	}
	return "form", false
}

func (r *reader) bodyV2(p rawParameter, consumes []string, salt string) *RequestBody {
	if len(consumes) == 0 {
		consumes = []string{mediaJSON}
	}
	body := &RequestBody{Required: p.Required, Content: []MediaType{}}
	node := get(p.schema, "schema")
	target := r.src.deref(node)
	if target == nil {
		target = node
	}
	for _, media := range consumes {
		t := MediaType{Type: media}
		if target != nil {
			t.Schema = r.src.show(target)
			t.Example = r.example(r.src.schema(target), p.examples, salt, false)
		}
		body.Content = append(body.Content, t)
	}
	return body
}

// formV2 makes one schema of the parameters that are a form's fields.
func (r *reader) formV2(fields []rawParameter, consumes []string, salt string) *RequestBody {
	media := mediaForm
	if slices.Contains(consumes, mediaMultipart) && !slices.Contains(consumes, mediaForm) {
		media = mediaMultipart
	}
	t := MediaType{Encoding: map[string]Encoding{}}
	c := &schema{src: r.src, types: []string{"object"}}
	shown, required := object{}, []any{}
	body := &RequestBody{}
	for _, p := range fields {
		if c.prop(p.Name) != nil {
			continue
		}
		part := r.src.schema(p.schema)
		c.props = append(c.props, property{name: p.Name, schema: part})
		if part.format == "binary" {
			media = mediaMultipart
		}
		if p.Required {
			body.Required = true
			c.required = append(c.required, p.Name)
			required = append(required, p.Name)
		}
		if slices.Contains(part.types, "array") {
			explode := p.Explode
			t.Encoding[p.Name] = Encoding{Style: p.Style, Explode: &explode}
		}
		plain, err := decode(r.src.show(p.schema, p.skip...))
		if err != nil {
			continue
		}
		shown = append(shown, member{p.Name, plain})
	}
	t.Type = media
	t.Schema = encode(object{{"type", "object"}, {"properties", shown}, {"required", required}})
	t.Example = r.example(c, nil, salt, false)
	body.Content = []MediaType{t}
	return body
}
