package handlers

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/plan"
)

// origin is the document that steps are made from, and where it is from.
type origin struct {
	doc    *openapi.Document
	source domain.Source
}

// steps makes a step of each named operation, as the form wants them, with a
// request that can be sent as it is; none of no names. The credentials are those
// of the plan that the steps become part of.
func (o origin) steps(f plan.Form, names []string, auth []loadtest.Credential) ([]loadtest.Step, error) {
	if len(names) == 0 {
		return nil, nil
	}
	operations, err := openapi.Choose(*o.doc, names, nil)
	if err != nil {
		return nil, err
	}
	secured := len(openapi.Wants(o.doc)) > 0
	count, _ := strconv.Atoi(strings.TrimSpace(f.Variants)) // what is no number the form refuses
	steps := make([]loadtest.Step, len(operations))
	for i, op := range operations {
		request, edited, err := f.Request(op.Name())
		if err != nil {
			return nil, err
		}
		if !edited {
			request = openapi.Example(op, openapi.Options{Optional: f.Optional})
		}
		steps[i] = loadtest.Step{Method: op.Method, Path: op.Path, Request: request, BaseURL: o.baseURL(op)}
		if secured {
			steps[i].Auth = op.Carries(auth)
		}
		if count > 1 {
			steps[i].Variants = variantsOf(op, request, min(count, loadtest.MaxVariants))
		}
	}
	return steps, nil
}

// baseURL returns where the operation's own servers are, "" where it has none
// but the document's.
func (o origin) baseURL(op openapi.Operation) string {
	if len(op.Servers) == 0 {
		return ""
	}
	own := openapi.BaseURL(openapi.Document{Servers: op.Servers}, o.source.DocumentURL)
	if own == openapi.BaseURL(*o.doc, o.source.DocumentURL) {
		return ""
	}
	return own
}

// serversOf returns where a document says that its API is, with the address
// that its source has at first.
func serversOf(servers []string, s domain.Source) []string {
	var all []string
	add := func(address string) {
		if address != "" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	add(s.BaseURL)
	for _, server := range servers {
		add(openapi.BaseURL(openapi.Document{Servers: []string{server}}, s.DocumentURL))
	}
	return all
}

// vary makes the variants that the form asks for and that are not stored
// already. The errors are those of the form's fields.
func (h *Plans) vary(ctx context.Context, p *loadtest.Plan, f plan.Form, stored loadtest.Plan) plan.Errors {
	errs := plan.Errors{}
	wishes := plan.KeepVariants(p, f, stored)
	if len(wishes) == 0 {
		return errs
	}
	doc, err := h.document(ctx, *p)
	if err != nil {
		return plan.Errors{"": message(err)}
	}
	for _, w := range wishes {
		step := &p.Scenarios[w.Scenario].Steps[w.Step]
		i := slices.IndexFunc(doc.Operations, func(o openapi.Operation) bool { return o.Method == step.Method && o.Path == step.Path })
		if i < 0 {
			errs[fmt.Sprintf("scenarios.%d.steps.%d.variants", w.Scenario, w.Step)] = domain.Msg("plan.variants_unknown",
				"The API's document has no {{.Operation}}, so no different requests can be made of it. Leave this empty.",
				"Operation", step.Method+" "+step.Path)
			continue
		}
		step.Variants = variantsOf(doc.Operations[i], step.Request, w.Count)
	}
	return errs
}
