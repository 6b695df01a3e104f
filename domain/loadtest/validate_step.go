package loadtest

import (
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/http/httpguts"
)

func (v *validator) steps(field string, s Scenario) {
	switch n := len(s.Steps); {
	case n == 0:
		v.Add(field+".steps", "plan.rule.steps", "Choose at least one operation.")
		return
	case n > maxSteps:
		v.Add(field+".steps", "plan.rule.steps_many", "A scenario has at most {{.Max}} steps; this one has {{.Count}}.", "Max", maxSteps, "Count", n)
		return
	}
	weights := 0
	for i, step := range s.Steps {
		v.step(fmt.Sprintf("%s.steps.%d", field, i), step)
		weights += min(max(step.Weight, 0), maxWeight)
	}
	if s.Order == Rotate && weights > maxTotalWeight {
		v.Add(field+".steps", "plan.rule.weights", "The weights add up to {{.Sum}}. Use smaller ones, at most {{.Max}} in all.", "Sum", weights, "Max", maxTotalWeight)
	}
}

func (v *validator) step(field string, s Step) {
	if s.Name != "" {
		v.name(field+".name", s.Name)
	}
	if !token(s.Method) || len(s.Method) > 20 || s.Method == "CONNECT" {
		v.Add(field+".method", "plan.rule.method", "“{{.Method}}” is not a method that can be sent. Use one like GET or POST.", "Method", s.Method)
	}
	switch {
	case !strings.HasPrefix(s.Path, "/"):
		v.Add(field+".path", "plan.rule.path", "Start the path with “/”.")
	case !printable(s.Path) || len(s.Path) > maxText:
		v.Add(field+".path", "plan.rule.unprintable", "Remove line breaks and control characters.")
	}
	if s.Weight < 1 || s.Weight > maxWeight {
		v.Add(field+".weight", "plan.rule.weight", "Use a weight from 1 to {{.Max}}.", "Max", maxWeight)
	}
	for i, status := range s.ExpectStatus {
		if status < 100 || status > 599 {
			v.Add(fmt.Sprintf("%s.expect_status.%d", field, i), "plan.rule.status", "{{.Status}} is not an HTTP status. Use one from 100 to 599.", "Status", status)
		}
	}
	if s.BaseURL != "" {
		v.baseURL(field+".base_url", s.BaseURL)
	}
	v.request(field+".request", s.Path, s.Request)
	for i, r := range s.Variants[:min(len(s.Variants), MaxVariants)] {
		v.request(fmt.Sprintf("%s.variants.%d", field, i), s.Path, r)
	}
}

// variants limits how many requests a plan holds.
func (v *validator) variants(p Plan) {
	size := 0
	for i, s := range p.Scenarios {
		for j, step := range s.Steps {
			if n := len(step.Variants); n > MaxVariants {
				v.Add(fmt.Sprintf("scenarios.%d.steps.%d.variants", i, j), "plan.rule.variants_many",
					"A request has at most {{.Max}} variants; this one has {{.Count}}.", "Max", MaxVariants, "Count", n)
			}
			for _, r := range step.Variants {
				size += r.Size()
			}
		}
	}
	if size > MaxVariantBytes {
		v.Add("scenarios", "plan.rule.variants_large", "The variants of all requests take more than {{.Max}} MiB. Use fewer.", "Max", MaxVariantBytes>>20)
	}
}

func (v *validator) request(field, path string, r Request) {
	given := map[string]bool{}
	for i, p := range r.PathParams {
		v.value(fmt.Sprintf("%s.path_params.%d.value", field, i), p.Value)
		given[p.Name] = p.Value != ""
	}
	for _, name := range PathParams(path) {
		if !given[name] {
			v.Add(field+".path_params", "plan.rule.path_param", "Give {{.Name}} in the path a value.", "Name", "{"+name+"}")
		}
	}
	for i, p := range r.Query {
		at := fmt.Sprintf("%s.query.%d", field, i)
		v.value(at+".value", p.Value)
		if p.Name == "" {
			v.Add(at+".name", "plan.rule.name", "Give it a name.")
		}
	}
	for i, p := range r.Headers {
		v.header(fmt.Sprintf("%s.headers.%d", field, i), p.Name, p.Value)
	}
	for i, p := range r.Cookies {
		at := fmt.Sprintf("%s.cookies.%d", field, i)
		if !token(p.Name) {
			v.Add(at+".name", "plan.rule.cookie_name", "Name the cookie with letters, digits and -_.~ only.")
		}
		v.value(at+".value", p.Value)
		if p.AllowReserved && !httpguts.ValidHeaderFieldValue(p.Value) {
			v.Add(at+".value", "plan.rule.header_value", "Remove line breaks and control characters; a header has one line.")
		}
	}
	if r.Body != nil {
		v.body(field+".body", *r.Body)
	}
}

func (v *validator) value(field, value string) {
	switch {
	case len(value) > maxText:
		v.Add(field, "plan.rule.value_long", "Shorten the value to {{.Max}} bytes.", "Max", maxText)
	case !utf8.ValidString(value):
		v.Add(field, "plan.rule.utf8", "The value is not valid UTF-8 text. Send other bytes as a binary body.")
	}
}

func (v *validator) header(field, name, value string) {
	if !token(name) {
		v.Add(field+".name", "plan.rule.header_name", "“{{.Name}}” is not a header's name. Use letters, digits and hyphens, such as X-Api-Key.", "Name", name)
	}
	if !httpguts.ValidHeaderFieldValue(value) {
		v.Add(field+".value", "plan.rule.header_value", "Remove line breaks and control characters; a header has one line.")
		return
	}
	v.value(field+".value", value)
}

func (v *validator) body(field string, b Body) {
	if b.MediaType != "" {
		if _, _, err := mime.ParseMediaType(b.MediaType); err != nil || !httpguts.ValidHeaderFieldValue(b.MediaType) {
			v.Add(field+".media_type", "plan.rule.media_type", "“{{.MediaType}}” is not a media type. Write one like application/json.", "MediaType", b.MediaType)
		}
	}
	size := len(b.Text)
	switch b.Kind {
	case BodyRaw:
		if !utf8.ValidString(b.Text) {
			v.Add(field, "plan.rule.utf8", "The value is not valid UTF-8 text. Send other bytes as a binary body.")
		}
	case BodyBinary:
		size = v.base64(field, b.Base64)
	case BodyForm, BodyMultipart:
		size = 0
		for i, f := range b.Fields {
			size += v.field(fmt.Sprintf("%s.fields.%d", field, i), f, b.Kind)
		}
	default:
		v.Add(field+".kind", "plan.rule.body_kind", "“{{.Kind}}” is not a kind of body. Choose raw, form, multipart or binary.", "Kind", string(b.Kind))
	}
	if size > maxBody {
		v.Add(field, "plan.rule.body_large", "The body is larger than {{.Max}} MiB.", "Max", maxBody>>20)
	}
}

func (v *validator) field(at string, f Field, kind BodyKind) (size int) {
	if f.Name == "" {
		v.Add(at+".name", "plan.rule.name", "Give it a name.")
	}
	if !utf8.ValidString(f.Name + f.Value + f.FileName) {
		v.Add(at+".value", "plan.rule.utf8", "The value is not valid UTF-8 text. Send other bytes as a binary body.")
	}
	if kind == BodyForm {
		return len(f.Value)
	}
	if f.MediaType != "" && !httpguts.ValidHeaderFieldValue(f.MediaType) {
		v.Add(at+".media_type", "plan.rule.media_type", "“{{.MediaType}}” is not a media type. Write one like application/json.", "MediaType", f.MediaType)
	}
	if f.Base64 != "" {
		return v.base64(at+".base64", f.Base64)
	}
	return len(f.Value)
}

func (v *validator) base64(field, text string) (size int) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		v.Add(field, "plan.rule.base64", "The bytes are not valid base64.")
	}
	return len(raw)
}

// token reports whether s may be a header's or cookie's name or a method (RFC 9110, 5.6.2).
func token(s string) bool { return httpguts.ValidHeaderFieldName(s) }
