package report

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/static"
)

// sheets are the style sheets of a report, in their order; a report lives alone, so it carries them.
var sheets = []string{
	"css/tokens.css", "css/base.css", "css/layout.css", "css/parts/badge.css", "css/parts/panel.css",
	"css/parts/table.css", "css/parts/tile.css", "css/charts.css", "css/pages/run.css", "css/print.css",
}

// HTML writes the report as one file that needs nothing else: styles inside, charts drawn, no script. Texts
// are in the language of ctx. It returns what writing to w returns.
func HTML(ctx context.Context, w io.Writer, rep report.Report) error {
	css := ""
	for _, name := range sheets {
		text, err := fs.ReadFile(static.FS(), name)
		if err != nil {
			return fmt.Errorf("style sheet of the report: %w", err)
		}
		css += string(text)
	}
	if err := file(rep, css).Render(ctx, w); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

func planText(rep report.Report) string {
	text, err := loadtest.YAML(loadtest.Masked(rep.Run.Plan))
	if err != nil {
		return "" // the plan is in the JSON export too
	}
	return string(text)
}

func madeOn(rep report.Report) string {
	e := rep.Run.Env
	parts := []string{}
	for _, p := range []string{e.Host, e.OS, e.K6, e.PLOG} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, " · ")
}

// iconSheet is the sprite of icons inside the document: the links of ui.Icon lead out of it, and are turned
// into links within by icons.
func iconSheet() string { return "" }
