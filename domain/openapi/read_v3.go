package openapi

import (
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

func (r *reader) readV3(file libopenapi.Document) error {
	built, err := file.BuildV3Model()
	if built == nil {
		return err
	}
	r.modelFaults(err)
	m := built.Model
	r.info(m.Info)
	r.tags(m.Tags)
	r.doc.Servers = servers(m.Servers)
	schemes := map[string]Requirement{}
	if m.Components != nil && m.Components.SecuritySchemes != nil {
		for name, s := range m.Components.SecuritySchemes.FromOldest() {
			if s != nil {
				schemes[name] = Requirement{Type: s.Type, In: s.In, Name: s.Name, HTTP: strings.ToLower(s.Scheme)}
			}
		}
	}
	if m.Paths == nil {
		return nil
	}
	for path, item := range m.Paths.PathItems.FromOldest() {
		if item == nil {
			continue
		}
		for method, o := range item.GetOperations().FromOldest() {
			if o != nil {
				r.operationV3(path, strings.ToUpper(method), item, o, m.Security, schemes)
			}
		}
	}
	return nil
}

func (r *reader) operationV3(path, method string, item *v3.PathItem, o *v3.Operation, inherited []*base.SecurityRequirement, schemes map[string]Requirement) {
	op := Operation{
		Method: method, Path: path, OperationID: o.OperationId, Tags: o.Tags,
		Summary: first(o.Summary, item.Summary), Description: first(o.Description, item.Description),
		Deprecated: isTrue(o.Deprecated), Servers: servers(o.Servers),
	}
	if len(op.Servers) == 0 {
		op.Servers = servers(item.Servers)
	}
	if low := o.GoLow(); low != nil && low.Security.KeyNode != nil {
		inherited = o.Security
	}
	op.Security = security(inherited, schemes)
	if o.Responses != nil {
		if o.Responses.Codes != nil {
			op.Responses = slices.Collect(o.Responses.Codes.KeysFromOldest())
		}
		if o.Responses.Default != nil {
			op.Responses = append(op.Responses, "default")
		}
	}
	op.RequestBody = r.bodyV3(o.RequestBody, op.Name())
	var params []rawParameter
	for _, p := range slices.Concat(o.Parameters, item.Parameters) {
		if p != nil && (p.Name != "" || p.In != "") {
			params = append(params, r.parameterV3(p))
		}
	}
	r.addOperation(op, params)
}

func (r *reader) parameterV3(p *v3.Parameter) rawParameter {
	raw := rawParameter{Parameter: Parameter{
		Name: p.Name, In: p.In, Required: isTrue(p.Required) || p.In == "path", Deprecated: p.Deprecated,
		Description: p.Description, Style: p.Style, AllowReserved: p.AllowReserved,
	}}
	if raw.Style == "" {
		raw.Style = "form"
		if p.In == "path" || p.In == "header" {
			raw.Style = "simple"
		}
	}
	raw.Explode = raw.Style == "form"
	if p.Explode != nil {
		raw.Explode = *p.Explode
	}
	raw.schema = r.schemaNode(p.Schema)
	raw.examples = examplesV3(p.Example, p.Examples)
	if p.Content == nil {
		return raw
	}
	for media, m := range p.Content.FromOldest() {
		if m == nil {
			continue
		}
		raw.Content = media
		raw.schema = r.schemaNode(m.Schema)
		raw.examples = append(examplesV3(m.Example, m.Examples), raw.examples...)
		break
	}
	return raw
}

func (r *reader) bodyV3(b *v3.RequestBody, salt string) *RequestBody {
	if b == nil {
		return nil
	}
	body := &RequestBody{Required: isTrue(b.Required), Content: []MediaType{}}
	if b.Content == nil {
		return body
	}
	for media, m := range b.Content.FromOldest() {
		if m == nil {
			continue
		}
		t := MediaType{Type: media}
		node := r.schemaNode(m.Schema)
		own := examplesV3(m.Example, m.Examples)
		switch {
		case node != nil:
			t.Schema = r.src.show(node)
			t.Example = r.example(r.src.schema(node), own, salt)
		case len(own) > 0:
			t.Example = encode(own[0])
		}
		if m.Encoding != nil {
			t.Encoding = map[string]Encoding{}
			for field, e := range m.Encoding.FromOldest() {
				if e != nil {
					t.Encoding[field] = Encoding{ContentType: e.ContentType, Style: e.Style, Explode: e.Explode, AllowReserved: e.AllowReserved}
				}
			}
		}
		body.Content = append(body.Content, t)
	}
	return body
}

func examplesV3(one *yaml.Node, many *orderedmap.Map[string, *base.Example]) []any {
	var list []any
	if one != nil {
		list = append(list, value(one))
	}
	if many == nil {
		return list
	}
	for _, e := range many.FromOldest() {
		switch {
		case e == nil:
		case e.DataValue != nil:
			list = append(list, value(e.DataValue))
		case e.Value != nil:
			list = append(list, value(e.Value))
		case e.SerializedValue != "":
			list = append(list, e.SerializedValue)
		}
	}
	return list
}

// servers returns the addresses with their variables filled in.
func servers(list []*v3.Server) []string {
	var urls []string
	for _, s := range list {
		if s == nil {
			continue
		}
		u := s.URL
		if s.Variables != nil {
			for name, v := range s.Variables.FromOldest() {
				if v == nil {
					continue
				}
				is := v.Default
				if is == "" && len(v.Enum) > 0 {
					is = v.Enum[0]
				}
				u = strings.ReplaceAll(u, "{"+name+"}", is)
			}
		}
		urls = append(urls, u)
	}
	return urls
}
