package paths

import "plog.dev/plog/domain"

// PlanUpdate returns where bringing a plan to its API's current document is posted.
func PlanUpdate(id domain.PlanID) string { return Plan(id) + "/update" }

// SourceChangesOf returns the address that the form for choosing two versions
// of a source's document leads to; see SourceChanges.
func SourceChangesOf(id domain.ProjectID, source domain.SourceID) string {
	return Source(id, source) + "/changes"
}
