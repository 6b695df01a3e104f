package plan

import (
	"context"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/ui"
)

// DefaultVariants is how many different requests a click makes of one.
const DefaultVariants = 50

// Wish is a step of a plan of which variants have to be made.
type Wish struct {
	Scenario, Step int
	Count          int
}

// KeepVariants fills in the stored variants of the steps of p that are what
// they were, and returns for which others the form asks for variants. The
// form's rows are those of the plan: see Tidy.
func KeepVariants(p *loadtest.Plan, f Form, stored loadtest.Plan) []Wish {
	var wishes []Wish
	for i, s := range p.Scenarios {
		for j := range s.Steps {
			count, err := strconv.Atoi(strings.TrimSpace(f.Scenarios[i].Steps[j].Variants))
			if err != nil || count <= 0 || count > loadtest.MaxVariants {
				continue
			}
			step := &s.Steps[j]
			was, found := storedStep(stored, f.Scenarios[i].Steps[j].From)
			if found && len(was.Variants) == count && was.Method == step.Method && was.Path == step.Path && reflect.DeepEqual(was.Request, step.Request) {
				step.Variants = was.Variants
				continue
			}
			wishes = append(wishes, Wish{i, j, count})
		}
	}
	return wishes
}

// storedStep returns the step at a place such as "0.3".
func storedStep(p loadtest.Plan, at string) (loadtest.Step, bool) {
	first, second, _ := strings.Cut(at, ".")
	i, err := strconv.Atoi(first)
	j, wrong := strconv.Atoi(second)
	if err != nil || wrong != nil || i < 0 || i >= len(p.Scenarios) || j < 0 || j >= len(p.Scenarios[i].Steps) {
		return loadtest.Step{}, false
	}
	return p.Scenarios[i].Steps[j], true
}

// vary asks for variants of all steps of a scenario, or of none.
func (s *Scenario) vary(count string) {
	for i := range s.Steps {
		s.Steps[i].Variants = count
	}
}

// varied reports whether any step asks for variants.
func (s Scenario) varied() bool {
	return slices.ContainsFunc(s.Steps, func(step Step) bool { return step.Variants != "" })
}

// noAuth is how the form writes that a step carries no credentials; empty is
// all of the plan's.
const noAuth = "&"

// authText writes the schemes of a step for the form.
func authText(schemes []string) string {
	if schemes == nil {
		return ""
	}
	if len(schemes) == 0 {
		return noAuth
	}
	coded := make([]string, len(schemes))
	for i, s := range schemes {
		coded[i] = url.QueryEscape(s)
	}
	return strings.Join(coded, "&")
}

// schemesOf reads what authText wrote.
func schemesOf(text string) []string {
	if text == "" {
		return nil
	}
	schemes := []string{}
	for coded := range strings.SplitSeq(text, "&") {
		if name, err := url.QueryUnescape(coded); err == nil && name != "" {
			schemes = append(schemes, name)
		}
	}
	return schemes
}

// authOptions are the choices of credentials for a step.
func authOptions(ctx context.Context, f Form, chosen string) []ui.Option {
	list := []ui.Option{{Value: "", Label: i18n.T(ctx, "plan.step_auth_all")}, {Value: noAuth, Label: i18n.T(ctx, "plan.step_auth_none")}}
	known := chosen == "" || chosen == noAuth
	for _, c := range f.Auth {
		option := ui.Option{Value: authText([]string{c.Scheme}), Label: c.Scheme}
		known = known || option.Value == chosen
		if c.Scheme != "" {
			list = append(list, option)
		}
	}
	if !known {
		list = append(list, ui.Option{Value: chosen, Label: strings.Join(schemesOf(chosen), " + ")})
	}
	return list
}

// variantOptions are the choices of the quick form.
func variantOptions(ctx context.Context) []ui.Option {
	list := []ui.Option{{Value: "", Label: i18n.T(ctx, "plan.values_same")}}
	for _, n := range []int{10, DefaultVariants, 200} {
		list = append(list, ui.Option{Value: strconv.Itoa(n), Label: i18n.T(ctx, "plan.values_varied", "Count", n)})
	}
	return list
}
