package openapi

import (
	"slices"
	"strings"

	"plog.dev/plog/domain"
)

// Choose returns the operations with the given names ("GET /pets/{id}", or an
// operationId) and those with the given tags, in the document's order. With
// neither it returns the safe ones: GET and HEAD. A name or tag that no
// operation has is an Invalid error.
func Choose(doc Document, names, tags []string) ([]Operation, error) {
	wanted := map[string]bool{}
	for _, name := range names {
		found := false
		for _, op := range doc.Operations {
			if op.is(name) {
				wanted[op.Name()], found = true, true
			}
		}
		if !found {
			return nil, domain.Errorf(domain.Invalid, "openapi.no_such_operation",
				"The API has no operation “{{.Name}}”. Write it as in the document, such as GET /pets/{id}.", "Name", name)
		}
	}
	for _, tag := range tags {
		found := false
		for _, op := range doc.Operations {
			if slices.Contains(op.Tags, tag) {
				wanted[op.Name()], found = true, true
			}
		}
		if !found {
			return nil, domain.Errorf(domain.Invalid, "openapi.no_such_tag",
				"No operation of the API has the tag “{{.Tag}}”.", "Tag", tag)
		}
	}
	var chosen []Operation
	for _, op := range doc.Operations {
		if wanted[op.Name()] || len(names) == 0 && len(tags) == 0 && op.Safe() {
			chosen = append(chosen, op)
		}
	}
	return chosen, nil
}

func (o Operation) is(name string) bool {
	if name == o.OperationID && name != "" {
		return true
	}
	method, path, ok := strings.Cut(strings.TrimSpace(name), " ")
	return ok && strings.EqualFold(method, o.Method) && strings.TrimSpace(path) == o.Path
}
