package run

import (
	"context"
	"strings"

	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/i18n"
)

// Drift is how the API changed since an earlier run.
type Drift struct {
	Number   int    // of the earlier run
	Baseline string // its address
	Changes  string // the address of what changed, "" when a version is gone
	Count    openapi.DiffCount
	Pending  bool // what changed is still being worked out
}

// sentence says what changed in one line.
func (d Drift) sentence(ctx context.Context) string {
	if d.Pending {
		return i18n.T(ctx, "changes.run_pending", "Number", d.Number)
	}
	var parts []string
	for _, part := range []struct {
		key   string
		count int
	}{{"changes.run_removed", d.Count.Removed}, {"changes.run_changed", d.Count.Changed}, {"changes.run_added", d.Count.Added}} {
		if part.count > 0 {
			parts = append(parts, i18n.T(ctx, part.key, "Count", part.count))
		}
	}
	if len(parts) == 0 {
		parts = []string{i18n.T(ctx, "changes.run_no_operation")}
	}
	what := strings.Join(parts, ", ")
	if d.Count.Breaking > 0 {
		what += " (" + i18n.T(ctx, "changes.run_breaking", "Count", d.Count.Breaking) + ")"
	}
	return i18n.T(ctx, "changes.run_since", "Number", d.Number, "What", what)
}
