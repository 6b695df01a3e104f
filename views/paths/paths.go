// Package paths spells PLOG's addresses, so that a link and its route cannot
// drift apart: web/routes.go registers the patterns, views and handlers link
// through the functions.
package paths

import (
	"net/url"
	"strconv"

	"plog.dev/plog/domain"
)

// Addresses without parameters.
const (
	Home     = "/"
	Login    = "/login"
	Logout   = "/logout"
	Locale   = "/locale"
	Settings = "/settings"
	Search   = "/search"
	Projects = "/projects"
	Sample   = "/projects/sample"
	Estimate = "/estimate" // of a plan form's load
)

// Project returns the address of a project's overview.
func Project(id domain.ProjectID) string { return Projects + "/" + url.PathEscape(string(id)) }

// ProjectRename returns where a project's new name is posted.
func ProjectRename(id domain.ProjectID) string { return Project(id) + "/rename" }

// ProjectDelete returns where a project's deletion is posted.
func ProjectDelete(id domain.ProjectID) string { return Project(id) + "/delete" }

// APIs returns the address of a project's operations.
func APIs(id domain.ProjectID) string { return Project(id) + "/apis" }

// Operation returns the address of one operation's details, by its source and
// its place in the document.
func Operation(id domain.ProjectID, source domain.SourceID, index int) string {
	return APIs(id) + "/" + url.PathEscape(string(source)) + "/" + strconv.Itoa(index)
}

// OperationSyntax returns where a body of the operation is posted while it is
// typed, to be told what is wrong with its syntax.
func OperationSyntax(id domain.ProjectID, source domain.SourceID, index int) string {
	return Operation(id, source, index) + "/syntax"
}

// Sources returns where a project's further sources are posted.
func Sources(id domain.ProjectID) string { return Project(id) + "/sources" }

// Source returns the address of a source, and where its settings are posted.
func Source(id domain.ProjectID, source domain.SourceID) string {
	return Sources(id) + "/" + url.PathEscape(string(source))
}

// SourceReplace returns where a new version of an uploaded document is posted.
func SourceReplace(id domain.ProjectID, source domain.SourceID) string {
	return Source(id, source) + "/replace"
}

// SourceChanges returns the address of what changed from one version of a
// source's document to another.
func SourceChanges(id domain.ProjectID, source domain.SourceID, from, to domain.DocumentID) string {
	q := url.Values{"from": {string(from)}, "to": {string(to)}}
	return SourceChangesOf(id, source) + "?" + q.Encode()
}

// SourceRefresh returns where fetching a source's document again is posted.
func SourceRefresh(id domain.ProjectID, source domain.SourceID) string {
	return Source(id, source) + "/refresh"
}

// SourceDelete returns where a source's deletion is posted.
func SourceDelete(id domain.ProjectID, source domain.SourceID) string {
	return Source(id, source) + "/delete"
}

// Plans returns the address of a project's plans.
func Plans(id domain.ProjectID) string { return Project(id) + "/plans" }

// PlanImport returns where a plan's YAML is posted.
func PlanImport(id domain.ProjectID) string { return Plans(id) + "/import" }

// Plan returns the address of a plan.
func Plan(id domain.PlanID) string { return "/plans/" + url.PathEscape(string(id)) }

// PlanRun returns where running a plan is posted.
func PlanRun(id domain.PlanID) string { return Plan(id) + "/run" }

// PlanDuplicate returns where copying a plan is posted.
func PlanDuplicate(id domain.PlanID) string { return Plan(id) + "/duplicate" }

// PlanDelete returns where a plan's deletion is posted.
func PlanDelete(id domain.PlanID) string { return Plan(id) + "/delete" }

// PlanYAML returns the address of a plan as YAML.
func PlanYAML(id domain.PlanID) string { return Plan(id) + "/plan.yaml" }

// PlanScript returns the address of a plan's k6 script.
func PlanScript(id domain.PlanID) string { return Plan(id) + "/script.js" }

// Runs returns the address of a project's run history.
func Runs(id domain.ProjectID) string { return Project(id) + "/runs" }

// Run returns the address of a run, live or finished.
func Run(id domain.RunID) string { return "/runs/" + url.PathEscape(string(id)) }

// RunAction returns the address of something of a run: "events", "stop",
// "export.json" and so on.
func RunAction(id domain.RunID, action string) string { return Run(id) + "/" + action }

// SettingsHosts returns where the allow-list is posted.
func SettingsHosts() string { return Settings + "/hosts" }

// SettingsLink returns where a new sign-in link is asked for.
func SettingsLink() string { return Settings + "/sign-in-link" }
