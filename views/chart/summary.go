package chart

import (
	"context"
	"strings"

	"plog.dev/plog/views/i18n"
)

// summary says in words what a chart holds.
func (c Chart) summary(ctx context.Context) string {
	var names, values []string
	for _, s := range c.Series {
		names = append(names, s.Label)
		values = append(values, s.Label+" "+c.Unit.Write(i18n.Lang(ctx), last(s.Values)).String())
	}
	if len(names) == 0 {
		return i18n.T(ctx, "ui.chart.no_data")
	}
	return i18n.T(ctx, "ui.chart.summary", "Series", strings.Join(names, ", "), "Values", strings.Join(values, ", "))
}
