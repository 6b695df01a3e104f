package handlers

import (
	"reflect"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// variantsOf returns n requests like base with other values. Path parameters,
// and what a person made of a part of the request, stay.
func variantsOf(op openapi.Operation, base loadtest.Request, n int) []loadtest.Request {
	plain := openapi.Example(op, openapi.Options{})
	variants := make([]loadtest.Request, n)
	for i := range variants {
		other := openapi.Example(op, openapi.Options{Seed: uint64(i) + 1}) //nolint:gosec // counts from 0
		variants[i] = base
		if reflect.DeepEqual(base.Query, plain.Query) {
			variants[i].Query = other.Query
		}
		if reflect.DeepEqual(base.Body, plain.Body) {
			variants[i].Body = other.Body
		}
	}
	return variants
}
