package paths

import (
	"net/url"

	"plog.dev/plog/domain"
)

// OperationNames returns the address of the names of a source's operations
// that a filter leaves.
func OperationNames(id domain.ProjectID, source domain.SourceID) string {
	return APIs(id) + "/" + url.PathEscape(string(source)) + "/names"
}

// OperationTree returns the address of a source's tags, or with ?tag= of the
// operations of one.
func OperationTree(id domain.ProjectID, source domain.SourceID) string {
	return APIs(id) + "/" + url.PathEscape(string(source)) + "/tree"
}

// OperationsAdd returns where operations are posted that a saved plan gets.
func OperationsAdd(id domain.ProjectID) string { return APIs(id) + "/add" }
