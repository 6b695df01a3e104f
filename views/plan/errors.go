package plan

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/ui"
)

// Errors are what is wrong with a form, by field name with dots for brackets:
// "scenarios.0.vus"; "" is the form as a whole.
type Errors map[string]domain.Message

// ErrorsOf returns what err, of reading or validating the plan that f
// describes, says about each of f's fields. An error without fields is about
// the form as a whole.
func (f Form) ErrorsOf(err error) Errors {
	out := Errors{}
	var e *domain.Error
	switch {
	case err == nil:
	case !errors.As(err, &e):
		out[""] = domain.Msg("errors.internal", "Something went wrong in PLOG. Nothing was changed.")
	case len(e.Fields) == 0:
		out[""] = e.Message
	default:
		for _, field := range e.Fields {
			name := f.field(field.Field)
			if _, told := out[name]; !told {
				out[name] = field.Message
			}
		}
	}
	return out
}

// Merge adds the errors of other that are not about a field told already.
func (e Errors) Merge(other Errors) Errors {
	for name, message := range other {
		if _, told := e[name]; !told {
			e[name] = message
		}
	}
	return e
}

// Names returns the names in a stable order, the form as a whole first.
func (e Errors) Names() []string {
	names := make([]string, 0, len(e))
	for name := range e {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return compareNames(a, b) })
	return names
}

// compareNames sorts "steps.2" before "steps.10".
func compareNames(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	return slices.CompareFunc(as, bs, func(x, y string) int {
		m, err := strconv.Atoi(x)
		n, err2 := strconv.Atoi(y)
		if err == nil && err2 == nil {
			return m - n
		}
		return strings.Compare(x, y)
	})
}

var fieldNames = strings.NewReplacer(
	".request.", ".", ".expect_status", ".expect", ".delay_abort", ".delay", "options.", "")

// field returns the form's name for a plan's field.
func (f Form) field(path string) string {
	parts := strings.Split(path, ".")
	if parts[0] == "thresholds" && len(parts) > 1 {
		return f.thresholdField(parts)
	}
	if len(parts) == 3 && parts[0] == "scenarios" {
		if i, err := strconv.Atoi(parts[1]); err == nil && i < len(f.Scenarios) {
			switch executor := loadtest.Executor(f.Scenarios[i].Executor); {
			case parts[2] == "vus" && executor == loadtest.RampingVUs:
				parts[2] = "start_vus"
			case parts[2] == "rate" && executor == loadtest.RampingArrivalRate:
				parts[2] = "start_rate"
			}
		}
	}
	if len(parts) > 5 && parts[4] == "variants" {
		parts = parts[:5] // they have one field
	}
	return fieldNames.Replace(strings.Join(parts, "."))
}

// thresholdField undoes what thresholds() puts together.
func (f Form) thresholdField(parts []string) string {
	var names []string
	if strings.TrimSpace(f.P95) != "" {
		names = append(names, "p95")
	}
	if strings.TrimSpace(f.ErrorRate) != "" {
		names = append(names, "error_rate")
	}
	for i, t := range f.Thresholds {
		if !t.empty() {
			names = append(names, join("thresholds", i))
		}
	}
	i, err := strconv.Atoi(parts[1])
	if err != nil || i < 0 || i >= len(names) {
		return strings.Join(parts, ".")
	}
	if !strings.HasPrefix(names[i], "thresholds") {
		return names[i]
	}
	return fieldNames.Replace(strings.Join(append([]string{names[i]}, parts[2:]...), "."))
}

// Tidy removes the form's empty rows, which Plan leaves out, so that the
// indexes of the form's rows and of the plan's are the same.
func (f *Form) Tidy() {
	f.Headers = slices.DeleteFunc(f.Headers, func(h Header) bool { return h.Name == "" && h.Value == "" })
	f.Auth = slices.DeleteFunc(f.Auth, Credential.blank)
	f.Thresholds = slices.DeleteFunc(f.Thresholds, Threshold.empty)
	for i := range f.Scenarios {
		for j := range f.Scenarios[i].Steps {
			s := &f.Scenarios[i].Steps[j]
			for _, list := range []*[]Param{&s.PathParams, &s.Query, &s.Headers, &s.Cookies} {
				*list = slices.DeleteFunc(*list, func(p Param) bool { return p.Name == "" && p.Value == "" })
			}
			s.Body.Fields = slices.DeleteFunc(s.Body.Fields, func(x Field) bool { return x == (Field{}) })
		}
	}
}

// plainErrors are the errors of a text that has no fields: each says where it is.
func plainErrors(ctx context.Context, fields []domain.FieldError) []ui.FieldError {
	list := make([]ui.FieldError, len(fields))
	for i, f := range fields {
		list[i] = ui.FieldError{Message: f.Field + ": " + i18n.Msg(ctx, f.Message)}
	}
	return list
}
