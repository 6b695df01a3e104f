package plan

import "plog.dev/plog/domain/openapi"

// SignInOf returns the ways in which the document's operations want to know
// who calls, each once.
func SignInOf(doc *openapi.Document) []openapi.Requirement { return openapi.Wants(doc) }
