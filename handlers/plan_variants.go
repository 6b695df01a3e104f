package handlers

import (
	"reflect"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// variantsOf returns n requests like base with other values. Path parameters,
// and each part of the request that a person edited, stay as they are.
func variantsOf(op openapi.Operation, base loadtest.Request, n int) []loadtest.Request {
	plain := openapi.Example(op, openapi.Options{})
	full := openapi.Example(op, openapi.Options{Optional: true})
	variants := make([]loadtest.Request, n)
	for i := range variants {
		seed := uint64(i) + 1 //nolint:gosec // counts from 0
		other := openapi.Example(op, openapi.Options{Seed: seed})
		more := openapi.Example(op, openapi.Options{Seed: seed, Optional: true})
		variants[i] = loadtest.Request{
			PathParams: base.PathParams,
			Query:      varied(base.Query, plain.Query, other.Query, full.Query, more.Query),
			Headers:    varied(base.Headers, plain.Headers, other.Headers, full.Headers, more.Headers),
			Cookies:    varied(base.Cookies, plain.Cookies, other.Cookies, full.Cookies, more.Cookies),
			Body:       varied(base.Body, plain.Body, other.Body, full.Body, more.Body),
		}
	}
	return variants
}

// varied returns other for what is as plain, more for what is as full, and own
// for anything else.
func varied[T any](own, plain, other, full, more T) T {
	switch {
	case reflect.DeepEqual(own, plain):
		return other
	case reflect.DeepEqual(own, full):
		return more
	}
	return own
}
