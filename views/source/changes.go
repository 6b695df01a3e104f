package source

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/i18n"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/paths"
	"plog.dev/plog/views/ui"
)

// ChangesModel is what changed between two versions of a source's document.
type ChangesModel struct {
	Frame    layout.Model
	Project  domain.Project
	Source   domain.Source
	Versions []Version // to choose from
	From, To Version
	Diff     openapi.Diff
	Breaking bool           // breaking changes are shown alone
	Ready    bool           // false while it is being worked out
	Problem  domain.Message // why it cannot be told
	Plans    []AffectedPlan
}

// AffectedPlan is a plan that sends requests which changes are about.
type AffectedPlan struct {
	ID    domain.PlanID
	Name  string
	Steps int // that are affected
}

// at returns the page's address, of breaking changes alone or of all.
func (m ChangesModel) at(breaking bool) string {
	self := paths.SourceChanges(m.Project.ID, m.Source.ID, m.From.Document.ID, m.To.Document.ID)
	if breaking {
		return self + "&breaking=1"
	}
	return self
}

// shownOperations is how many operations the page shows.
const shownOperations = 300

// operations returns the operations to show, the worst first, and how many more
// there are.
func (m ChangesModel) operations() (shown []openapi.OperationDiff, more int) {
	shown = worstFirst(m.Diff.Operations)
	if m.Breaking {
		shown = slices.DeleteFunc(shown, func(o openapi.OperationDiff) bool { return !o.Breaking })
		for i := range shown {
			shown[i].Changes = breaking(shown[i].Changes)
		}
	}
	n := min(len(shown), shownOperations)
	return shown[:n], len(shown) - n
}

// document returns the changes to show that belong to no operation.
func (m ChangesModel) document() []openapi.Change {
	if m.Breaking {
		return breaking(m.Diff.Document)
	}
	return m.Diff.Document
}

func breaking(all []openapi.Change) []openapi.Change {
	return slices.DeleteFunc(slices.Clone(all), func(c openapi.Change) bool { return !c.Breaking })
}

func versionOptions(versions []Version) []ui.Option {
	options := make([]ui.Option, len(versions))
	for i, v := range versions {
		label := "v" + strconv.Itoa(v.Number) + " · " + v.Document.CreatedAt.UTC().Format("2006-01-02 15:04 UTC")
		if v.Document.Version != "" {
			label += " · " + v.Document.Version
		}
		options[i] = ui.Option{Value: string(v.Document.ID), Label: label}
	}
	return options
}

// split returns the method and the path of an operation's name.
func split(operation string) (method, path string) {
	method, path, _ = strings.Cut(operation, " ")
	return method, path
}

func changesSummary(ctx context.Context, n openapi.DiffCount) string {
	return i18n.T(ctx, "source.changes_summary", "Added", n.Added, "Removed", n.Removed, "Changed", n.Changed, "Breaking", n.Breaking)
}

func kindTone(k openapi.DiffKind) ui.Tone {
	switch k {
	case openapi.Added:
		return ui.Good
	case openapi.Removed:
		return ui.Bad
	}
	return ui.Info
}

// worstFirst sorts what is removed and breaking before what is only new.
func worstFirst(all []openapi.OperationDiff) []openapi.OperationDiff {
	rank := func(o openapi.OperationDiff) int {
		switch {
		case o.Kind == openapi.Removed:
			return 0
		case o.Breaking:
			return 1
		case o.Kind == openapi.Changed:
			return 2
		}
		return 3
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b openapi.OperationDiff) int { return rank(a) - rank(b) })
	return sorted
}

func kindWord(ctx context.Context, k openapi.DiffKind) string {
	switch k {
	case openapi.Added:
		return i18n.T(ctx, "source.change_added")
	case openapi.Removed:
		return i18n.T(ctx, "source.change_removed")
	}
	return i18n.T(ctx, "source.change_changed")
}
