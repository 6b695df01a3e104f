package contract

import (
	"strconv"

	"plog.dev/plog/domain/openapi"
)

// breaks reports whether who called the operation before may get errors now.
// The library's opinion stands in c.Breaking; it does not know whether a
// schema is sent or received, which turns many rules around: a new required
// member breaks requests and enriches responses.
func breaks(c openapi.Change) bool {
	request := sent(c.At)
	response := c.At.Part == openapi.PartResponse || c.At.Part == openapi.PartHeader
	switch c.What {
	case "operationId", "deprecated", "readOnly", "writeOnly", "default":
		return false
	case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
		return request && tighter(c, func(before, after float64) bool { return after < before })
	case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
		return request && tighter(c, func(before, after float64) bool { return after > before })
	case "pattern", "multipleOf", "uniqueItems", "const":
		return request && c.Kind != openapi.Removed
	case "enum":
		return request && c.Kind == openapi.Removed
	case "required":
		switch {
		case request && c.Kind == openapi.Changed: // of a parameter or body
			return c.After == "true"
		case request:
			return c.Kind == openapi.Added && c.After != "false"
		}
		return response && c.Kind == openapi.Removed
	case "": // something came or went as a whole
		switch {
		case c.Kind == openapi.Removed && c.At.Part == openapi.PartParameter && c.At.Path == "":
			return c.Breaking
		case c.Kind == openapi.Added && (response || c.At.Path != ""):
			return false // a new member that is required is told so besides
		}
	}
	return c.Breaking
}

// tighter reports whether a limit came, or became narrower.
func tighter(c openapi.Change, narrower func(before, after float64) bool) bool {
	if c.Kind != openapi.Changed {
		return c.Kind == openapi.Added
	}
	before, errBefore := strconv.ParseFloat(c.Before, 64)
	after, errAfter := strconv.ParseFloat(c.After, 64)
	return errBefore != nil || errAfter != nil || narrower(before, after)
}
