package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/static"
)

// sheets are the style sheets of a report, in their order: it lives alone, so it carries them.
var sheets = []string{"css/tokens.css", "css/base.css", "css/layout.css", "css/parts/*.css", "css/charts.css", "css/pages/run.css", "css/print.css"}

func styles() (string, error) {
	var css strings.Builder
	for _, pattern := range sheets {
		names, err := fs.Glob(static.FS(), pattern)
		if err != nil {
			return "", fmt.Errorf("style sheets of the report: %w", err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(static.FS(), name)
			if err != nil {
				return "", fmt.Errorf("style sheet of the report: %w", err)
			}
			css.Write(text)
		}
	}
	return css.String(), nil
}

// HTML writes the report as one file that needs nothing else: styles and icons inside, charts drawn, no
// script. Texts are in the language of ctx. It returns what writing to w returns.
func HTML(ctx context.Context, w io.Writer, rep report.Report) error {
	css, err := styles()
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := file(rep, css).Render(ctx, &page); err != nil {
		return fmt.Errorf("render the report: %w", err)
	}
	text, err := withIcons(page.String())
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// iconPlace is where the document's own icons go.
const iconPlace = "<!--icons-->"

var symbol = regexp.MustCompile(`<symbol id="([^"]+)".*</symbol>`)

// withIcons brings the icons that the document uses into it, and lets their links lead there.
func withIcons(page string) (string, error) {
	sprite, err := fs.ReadFile(static.FS(), "icons.svg")
	if err != nil {
		return "", fmt.Errorf("icons of the report: %w", err)
	}
	outside := `"` + static.Path("icons.svg") + "#"
	var used strings.Builder
	for _, m := range symbol.FindAllStringSubmatch(string(sprite), -1) {
		if strings.Contains(page, outside+m[1]+`"`) {
			used.WriteString(strings.Replace(m[0], `id="`, `id="icon-`, 1))
		}
	}
	page = strings.ReplaceAll(page, outside, `"#icon-`)
	return strings.Replace(page, iconPlace, `<svg width="0" height="0" hidden>`+used.String()+"</svg>", 1), nil
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
