// Package trial shows one request: the form that it is edited in, how it was
// answered when it was sent, and what sending each request of a plan once said.
package trial

import (
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// The actions of a request's form; those with a place are made by Action.
const (
	ActionSend       = "send"
	ActionUse        = "use" // in the plan that is being made
	ActionShow       = "show"
	ActionAnother    = "another"
	ActionRequired   = "required"
	ActionEverything = "everything"
)

// Form is a request as it stands in its form: text, so that what cannot be
// sent is shown again as it was typed.
type Form struct {
	Action     string  `form:"action"`
	Operation  string  `form:"operation"` // "GET /pets/{id}", to notice another document below the same address
	BaseURL    string  `form:"base_url"`
	Everything bool    `form:"everything"` // optional parameters and members are filled in
	Seed       uint64  `form:"seed"`       // of the example shown; 0 is the document's own
	Rows       []Row   `form:"rows"`
	Logins     []Login `form:"auth"`
	SendBody   bool    `form:"send_body"`
	MediaType  string  `form:"media_type"`
	Made       string  `form:"made"` // the media type that Body was made for
	Body       Body    `form:"body"`
}

// Row is one name and value of the path, the query, the headers or the cookies.
type Row struct {
	In       string `form:"in"` // path, query, header, cookie
	Of       string `form:"of"` // the parameter that it comes from; "" for one that a person added
	Name     string `form:"name"`
	Value    string `form:"value"`
	Send     bool   `form:"send"`
	Reserved bool   `form:"reserved"`
}

// Body is a request body; an empty Kind is none.
type Body struct {
	Kind   string  `form:"kind"`
	Text   string  `form:"text"`
	Base64 string  `form:"base64"`
	File   string  `form:"file"` // the name of the file that Base64 was read from
	Fields []Field `form:"fields"`
}

// Field is one field of a form body or one part of a multipart body.
type Field struct {
	Name      string `form:"name"`
	Value     string `form:"value"`
	Base64    string `form:"base64"`
	FileName  string `form:"file_name"`
	MediaType string `form:"media_type"`
	Send      bool   `form:"send"`
}

// places are where values go, in the order of the form.
var places = []string{"path", "query", "header", "cookie"}

// NewForm returns the form of op with a request that can be sent as it is:
// what is required is filled in and ticked, what is optional stands ready.
func NewForm(op openapi.Operation, baseURL string) Form {
	f := Form{Operation: op.Name(), BaseURL: baseURL}
	f.fill(op)
	f.tick(op)
	f.makeBody(op)
	return f
}

// Apply carries out a button that edits the form, and makes a body of the
// chosen media type. It reports whether there was something to do: then the
// form is to be shown again.
func (f *Form) Apply(op openapi.Operation) bool {
	verb, at, _ := strings.Cut(f.Action, ":")
	i, err := strconv.Atoi(at)
	if err != nil {
		i = -1
	}
	switch verb {
	case ActionRequired, ActionEverything:
		f.Everything = verb == ActionEverything
		f.fill(op)
		f.tick(op)
		f.makeBody(op)
	case ActionAnother:
		f.Seed++
		f.fill(op)
		f.makeBody(op)
	case "row-add":
		if slices.Contains(places[1:], at) {
			f.Rows = append(f.Rows, Row{In: at, Send: true})
		}
	case "row-remove":
		f.Rows = without(f.Rows, i)
	case "field-add":
		f.Body.Fields = append(f.Body.Fields, Field{Send: true})
	case "field-remove":
		f.Body.Fields = without(f.Body.Fields, i)
	default:
		changed := f.MediaType != f.Made
		if changed {
			f.makeBody(op)
		}
		return changed || verb == ActionShow
	}
	return true
}

func without[T any](list []T, i int) []T {
	if i < 0 || i >= len(list) {
		return list
	}
	return slices.Delete(list, i, i+1)
}

// fill gives each of the operation's parameters its values. Rows that a person
// added stay, and so do the ticks.
func (f *Form) fill(op openapi.Operation) {
	sent := map[string]bool{}
	var own []Row
	for _, r := range f.Rows {
		if r.Of == "" {
			own = append(own, r)
		} else if r.Send {
			sent[r.In+" "+r.Of] = true
		}
	}
	f.Rows = nil
	for _, p := range op.Parameters {
		for _, r := range rowsOf(op, p, f.Seed) {
			r.Send = p.Required || sent[r.In+" "+r.Of]
			f.Rows = append(f.Rows, r)
		}
	}
	f.Rows = append(f.Rows, own...)
}

// tick makes the required ones sent, and the optional ones too if everything is.
func (f *Form) tick(op openapi.Operation) {
	for i, r := range f.Rows {
		if p, ok := parameter(op, r); ok {
			f.Rows[i].Send = p.Required || f.Everything && !p.Deprecated
		}
	}
	f.SendBody = op.RequestBody != nil
}

// rowsOf returns the rows of one parameter as they would be sent: several for a
// list that repeats its name, none for what HTTP itself decides.
func rowsOf(op openapi.Operation, p openapi.Parameter, seed uint64) []Row {
	of := p.Name
	p.Deprecated = false // an example leaves optional deprecated ones out; a form offers them
	one := openapi.Operation{Method: op.Method, Path: op.Path, Parameters: []openapi.Parameter{p}}
	req := openapi.Example(one, openapi.Options{Seed: seed, Optional: true})
	var rows []Row
	for i, list := range [][]loadtest.Param{req.PathParams, req.Query, req.Headers, req.Cookies} {
		for _, v := range list {
			rows = append(rows, Row{In: places[i], Of: of, Name: v.Name, Value: v.Value, Reserved: v.AllowReserved})
		}
	}
	return rows
}

// parameter returns the operation's parameter that a row is of.
func parameter(op openapi.Operation, r Row) (openapi.Parameter, bool) {
	for _, p := range op.Parameters {
		if r.Of != "" && p.Name == r.Of && p.In == r.In {
			return p, true
		}
	}
	return openapi.Parameter{}, false
}

// makeBody makes the body of the chosen media type anew.
func (f *Form) makeBody(op openapi.Operation) {
	req := openapi.Example(openapi.Operation{Method: op.Method, Path: op.Path, RequestBody: op.RequestBody},
		openapi.Options{Seed: f.Seed, Optional: f.Everything, MediaType: f.MediaType})
	f.Body = Body{}
	if req.Body == nil {
		f.MediaType, f.Made = "", ""
		return
	}
	if !slices.ContainsFunc(op.RequestBody.Content, func(m openapi.MediaType) bool { return m.Type == f.MediaType }) {
		f.MediaType = chosen(op, req.Body.MediaType)
	}
	f.Made = f.MediaType
	f.Body = Body{Kind: string(req.Body.Kind), Text: req.Body.Text, Base64: req.Body.Base64}
	for _, p := range req.Body.Fields {
		f.Body.Fields = append(f.Body.Fields, Field{
			Name: p.Name, Value: p.Value, Base64: p.Base64, FileName: p.FileName, MediaType: p.MediaType, Send: true,
		})
	}
}

// chosen returns the operation's own spelling of the media type that an
// example chose; a type with a wildcard was made a concrete one.
func chosen(op openapi.Operation, made string) string {
	for _, m := range op.RequestBody.Content {
		if base, _, _ := strings.Cut(m.Type, ";"); m.Type == made || strings.EqualFold(strings.TrimSpace(base), made) {
			return m.Type
		}
	}
	return op.RequestBody.Content[0].Type
}
