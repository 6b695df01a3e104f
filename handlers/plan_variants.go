package handlers

import (
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

// variantsSeed makes the variants of a request the same whenever they are made.
const variantsSeed = 1

// variantsOf returns up to n requests like base with other values; none where
// nothing can vary.
func variantsOf(op openapi.Operation, base loadtest.Request, n int) []loadtest.Request {
	if list := openapi.Variants(op, base, n, variantsSeed); len(list) > 1 {
		return list
	}
	return nil
}
