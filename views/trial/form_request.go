package trial

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// Errors are what is wrong with a form, by field name: "rows[2].value"; "" is
// the form as a whole.
type Errors map[string]domain.Message

// Step returns the step that the form describes and, for errors of the plan it
// is put into, the form's name of each of the step's fields:
// "query.0.value" is "rows[3].value".
func (f Form) Step(op openapi.Operation) (loadtest.Step, map[string]string) {
	s := loadtest.Step{Method: op.Method, Path: op.Path}
	names := map[string]string{}
	lists := map[string]struct {
		name string
		list *[]loadtest.Param
	}{
		"path": {"path_params", &s.Request.PathParams}, "query": {"query", &s.Request.Query},
		"header": {"headers", &s.Request.Headers}, "cookie": {"cookies", &s.Request.Cookies},
	}
	for i, r := range f.Rows {
		to, known := lists[r.In]
		if !known || !r.Send || r.Of == "" && r.Name == "" && r.Value == "" {
			continue
		}
		at := fmt.Sprintf("%s.%d", to.name, len(*to.list))
		names[at+".value"], names[at+".name"] = fmt.Sprintf("rows[%d].value", i), fmt.Sprintf("rows[%d].name", i)
		if r.In == "path" {
			names["path_params"] = names[at+".value"]
		}
		*to.list = append(*to.list, loadtest.Param{Name: r.Name, Value: r.Value, AllowReserved: r.Reserved})
	}
	if f.SendBody && f.Body.Kind != "" {
		s.Request.Body = f.body(names)
	}
	return s, names
}

func (f Form) body(names map[string]string) *loadtest.Body {
	b := &loadtest.Body{Kind: loadtest.BodyKind(f.Body.Kind), MediaType: concrete(f.MediaType)}
	names["body"], names["body.media_type"] = "body.text", "media_type"
	switch b.Kind {
	case loadtest.BodyForm, loadtest.BodyMultipart:
		names["body"] = ""
		for i, p := range f.Body.Fields {
			if !p.Send || p.Name == "" && p.Value == "" && p.Base64 == "" {
				continue
			}
			at := fmt.Sprintf("body.fields.%d.", len(b.Fields))
			for _, part := range []string{"name", "value", "base64", "media_type"} {
				names[at+part] = fmt.Sprintf("body.fields[%d].%s", i, part)
			}
			b.Fields = append(b.Fields, loadtest.Field{
				Name: p.Name, Value: p.Value, Base64: p.Base64, FileName: p.FileName, MediaType: p.MediaType,
			})
		}
	case loadtest.BodyBinary:
		b.Base64 = strings.Join(strings.Fields(f.Body.Base64), "")
		names["body"] = "body.base64"
	default:
		b.Text = f.Body.Text
	}
	return b
}

// concrete returns a media type that can be sent for one with a wildcard.
func concrete(media string) string {
	switch {
	case media == "*/*", media == "application/*":
		return "application/json"
	case media == "text/*":
		return "text/plain"
	case media == "image/*":
		return "image/png"
	case strings.Contains(media, "*"):
		return "application/octet-stream"
	}
	return media
}

// Check returns what is wrong with the body's text, by field.
func (f Form) Check() Errors {
	errs := Errors{}
	if f.SendBody && f.Body.Kind == string(loadtest.BodyRaw) {
		if m := Syntax(concrete(f.MediaType), f.Body.Text); !m.IsZero() {
			errs["body.text"] = m
		}
	}
	return errs
}

// ErrorsOf returns what err, of validating or sending a plan of the one step
// that names belongs to, says about the form's fields.
func ErrorsOf(err error, names map[string]string) Errors {
	out := Errors{}
	var e *domain.Error
	switch {
	case err == nil:
		return out
	case !errors.As(err, &e) || e.Code == domain.Internal:
		out[""] = domain.Msg("errors.internal", "Something went wrong in PLOG. Nothing was changed.")
		return out
	case len(e.Fields) == 0:
		out[""] = e.Message
	}
	for _, field := range e.Fields {
		name := field.Field
		if step, ok := strings.CutPrefix(name, "scenarios.0.steps.0.request."); ok {
			name = names[step]
		} else if login, ok := strings.CutPrefix(name, "auth."); ok {
			name = names["auth."+login]
		} else if name != "base_url" {
			name = ""
		}
		if _, told := out[name]; !told {
			out[name] = field.Message
		}
	}
	return out
}

// names returns the fields in a stable order, the form as a whole first.
func (e Errors) names() []string { return slices.Sorted(maps.Keys(e)) }
