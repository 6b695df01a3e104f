package openapi

import (
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
	v2 "github.com/pb33f/libopenapi/datamodel/high/v2"
	"github.com/pb33f/libopenapi/datamodel/low"
	lowv2 "github.com/pb33f/libopenapi/datamodel/low/v2"
)

const (
	mediaJSON      = "application/json"
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
)

func (r *reader) readV2(file libopenapi.Document) error {
	built, err := file.BuildV2Model()
	if built == nil {
		return err
	}
	r.modelFaults(err)
	m := built.Model
	r.info(m.Info)
	r.tags(m.Tags)
	r.doc.Servers = serversV2(m.Schemes, m.Host, m.BasePath)
	schemes := map[string]Requirement{}
	if m.SecurityDefinitions != nil && m.SecurityDefinitions.Definitions != nil {
		for name, s := range m.SecurityDefinitions.Definitions.FromOldest() {
			if s == nil {
				continue
			}
			schemes[name] = Requirement{Type: s.Type, In: s.In, Name: s.Name}
			if s.Type == "basic" {
				schemes[name] = Requirement{Type: "http", HTTP: "basic"}
			}
		}
	}
	if m.Paths == nil || m.Paths.PathItems == nil {
		return nil
	}
	for path, item := range m.Paths.PathItems.FromOldest() {
		if item == nil {
			continue
		}
		for method, o := range item.GetOperations().FromOldest() {
			if o != nil {
				r.operationV2(path, strings.ToUpper(method), item, o, &m, schemes)
			}
		}
	}
	return nil
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

func (r *reader) operationV2(path, method string, item *v2.PathItem, o *v2.Operation, doc *v2.Swagger, schemes map[string]Requirement) {
	op := Operation{
		Method: method, Path: path, OperationID: o.OperationId, Tags: o.Tags,
		Summary: o.Summary, Description: o.Description, Deprecated: o.Deprecated,
	}
	required := doc.Security
	if o.GoLow() != nil && o.GoLow().Security.KeyNode != nil {
		required = o.Security
	}
	op.Security = security(required, schemes)
	if len(o.Schemes) > 0 && !slices.Equal(o.Schemes, doc.Schemes) {
		op.Servers = serversV2(o.Schemes, doc.Host, doc.BasePath)
	}
	if o.Responses != nil && o.Responses.Codes != nil {
		op.Responses = slices.Collect(o.Responses.Codes.KeysFromOldest())
	}
	consumes := doc.Consumes
	if o.Consumes != nil {
		consumes = o.Consumes
	}
	var params []rawParameter
	var form []rawParameter
	for _, n := range slices.Concat(r.nodesV2(o.GoLow().Parameters), r.nodesV2(item.GoLow().Parameters)) {
		p := parameterV2(n)
		switch p.In {
		case "body":
			if op.RequestBody == nil {
				op.RequestBody = r.bodyV2(p, consumes, op.Name())
			}
		case "formData":
			form = append(form, p)
		default:
			params = append(params, p)
		}
	}
	if len(form) > 0 && op.RequestBody == nil {
		op.RequestBody = r.formV2(form, consumes, op.Name())
	}
	r.addOperation(op, params)
}

// nodesV2 returns where parameters are written: the model rounds their limits.
func (r *reader) nodesV2(list low.NodeReference[[]low.ValueReference[*lowv2.Parameter]]) []*yaml.Node {
	var nodes []*yaml.Node
	for _, p := range list.Value {
		if n := r.src.deref(p.ValueNode); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
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

// collection says Swagger's collectionFormat in OpenAPI 3's words. Tabs have
// no word there and keep Swagger's.
func collection(format, in string) (style string, explode bool) {
	switch format {
	case "multi":
		return "form", true
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
			t.Example = r.example(r.src.schema(target), p.examples, salt)
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
		c.props = append(c.props, property{p.Name, part})
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
	t.Example = r.example(c, nil, salt)
	body.Content = []MediaType{t}
	return body
}
