package loadtest

import "plog.dev/plog/domain"

// RunFilter limits which runs are listed. Zero values do not limit.
type RunFilter struct {
	ProjectID domain.ProjectID
	PlanID    domain.PlanID
	States    []State
	// BeforeNumber keeps the runs with a smaller number; it pages through one
	// project's runs.
	BeforeNumber int
	Limit        int
}
