package openapi

import (
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

func (r *reader) readV3() {
	root := r.src.root
	r.doc.Servers = r.servers(get(root, "servers"))
	known := r.schemesV3()
	inherited := r.security(get(root, "security"), known)
	r.eachOperation(func(path, method string, item, n *yaml.Node) {
		op := r.describe(path, method, n)
		op.Summary = first(op.Summary, scalar(get(item, "summary")))
		op.Description = first(op.Description, scalar(get(item, "description")))
		for _, from := range []*yaml.Node{n, item} {
			if len(op.Servers) == 0 {
				op.Servers = r.servers(get(from, "servers"))
			}
		}
		op.Security = inherited
		if own := get(n, "security"); own != nil {
			op.Security = r.security(own, known)
		}
		if body := r.src.deref(get(n, "requestBody")); body != nil {
			op.RequestBody = r.bodyV3(body, op.Name())
		}
		r.addOperation(op, n, r.parameters(item, n, r.parameterV3))
	})
}

func (r *reader) parameterV3(n *yaml.Node) rawParameter {
	p := rawParameter{
		Parameter: Parameter{
			Name: scalar(get(n, "name")), In: scalar(get(n, "in")), Required: truth(get(n, "required")),
			Deprecated: truth(get(n, "deprecated")), Description: scalar(get(n, "description")),
			Style: scalar(get(n, "style")), AllowReserved: truth(get(n, "allowReserved")),
		},
		schema:   get(n, "schema"),
		examples: r.examples(n),
	}
	p.Required = p.Required || p.In == "path"
	if p.Style == "" {
		p.Style = "form"
		if p.In == "path" || p.In == "header" {
			p.Style = "simple"
		}
	}
	p.Explode = p.Style == "form"
	if explode := get(n, "explode"); explode != nil {
		p.Explode = truth(explode)
	}
	for media, m := range pairs(get(n, "content")) {
		m = r.src.deref(m)
		p.Content, p.schema = media, get(m, "schema")
		p.examples = append(r.examples(m), p.examples...)
		break
	}
	if p.In == "querystring" && p.Content == mediaForm {
		p.In, p.Content, p.Style, p.Explode = "query", "", "form", true // the same, in the older words
	}
	return p
}

func (r *reader) bodyV3(n *yaml.Node, salt string) *RequestBody {
	body := &RequestBody{Required: truth(get(n, "required")), Content: []MediaType{}}
	for media, m := range pairs(get(n, "content")) {
		m = r.src.deref(m)
		t := MediaType{Type: media}
		own := r.examples(m)
		if c := get(m, "schema"); c != nil {
			t.Schema = r.src.show(c)
			t.Example = r.example(r.src.schema(c), own, salt, false)
		} else if len(own) > 0 {
			t.Example = encode(own[0])
		}
		for field, e := range pairs(get(m, "encoding")) {
			if t.Encoding == nil {
				t.Encoding = map[string]Encoding{}
			}
			enc := Encoding{ContentType: scalar(get(e, "contentType")), Style: scalar(get(e, "style")), AllowReserved: truth(get(e, "allowReserved"))}
			if explode := get(e, "explode"); explode != nil {
				is := truth(explode)
				enc.Explode = &is
			}
			t.Encoding[field] = enc
		}
		body.Content = append(body.Content, t)
	}
	return body
}

// examples returns what example and examples of a parameter or media type say.
func (r *reader) examples(n *yaml.Node) []any {
	var list []any
	if e := get(n, "example"); e != nil {
		list = append(list, value(e))
	}
	for _, e := range pairs(get(n, "examples")) {
		e = r.src.deref(e)
		for _, key := range []string{"dataValue", "value", "serializedValue"} {
			if v := get(e, key); v != nil {
				list = append(list, value(v))
				break
			}
		}
	}
	return list
}

// servers returns the addresses with their variables filled in.
func (r *reader) servers(n *yaml.Node) []string {
	var urls []string
	for _, s := range items(n) {
		u := scalar(get(s, "url"))
		for name, v := range pairs(get(s, "variables")) {
			is := scalar(get(v, "default"))
			if enum := items(get(v, "enum")); is == "" && len(enum) > 0 {
				is = scalar(enum[0])
			}
			u = strings.ReplaceAll(u, "{"+name+"}", is)
		}
		if open := placeholder.FindStringSubmatch(u); open != nil {
			r.faults.add(s, "openapi.fault.server_variable", "Nothing says what “{{.Name}}” in the server address {{.URL}} is, so the address cannot be used as it is.", "Name", open[1], "URL", u)
		}
		if u != "" && !slices.Contains(urls, u) {
			urls = append(urls, u)
		}
	}
	return urls
}
