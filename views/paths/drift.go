package paths

import "plog.dev/plog/domain"

// PlanUpdate returns where bringing a plan to its API's current document is posted.
func PlanUpdate(id domain.PlanID) string { return Plan(id) + "/update" }
