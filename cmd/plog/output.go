package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/report"
	"plog.dev/plog/views/i18n"
	page "plog.dev/plog/views/report"
)

// encode returns a report in one of the formats of run and export.
func (a *app) encode(format string, rep report.Report) ([]byte, error) {
	switch format {
	case "json":
		return report.JSON(rep)
	case "csv":
		return report.CSV(rep)
	case "junit":
		return report.JUnit(rep)
	case "html":
		return a.html(rep)
	case "yaml":
		return loadtest.YAML(loadtest.Masked(rep.Run.Plan))
	}
	return nil, fmt.Errorf("there is no format %q", format)
}

// html returns the report page as one file, in the language of the terminal.
func (a *app) html(rep report.Report) ([]byte, error) {
	bundle, err := i18n.Load()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = page.HTML(i18n.With(context.Background(), bundle.Localizer(language(a.getenv))), &b, rep)
	return b.Bytes(), err
}

// language returns the locale that the environment asks for, such as "ko-KR".
func language(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale, _, _ := strings.Cut(getenv(name), "."); locale != "" {
			return strings.ReplaceAll(locale, "_", "-")
		}
	}
	return ""
}

// write writes what makes returns to file, or to the standard output for "-".
func (a *app) write(file string, rep report.Report, makes func(report.Report) ([]byte, error)) error {
	content, err := makes(rep)
	if err != nil {
		return err
	}
	if file == "-" {
		_, err = a.stdout.Write(content)
		return err
	}
	if err := os.WriteFile(file, content, 0o644); err != nil { //nolint:gosec // a report is meant to be read by others
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// writable finds out before a load, not after it, that a file cannot be written.
func writable(file string) error {
	if file == "" || file == "-" {
		return nil
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // a report is meant to be read by others
	if err != nil {
		return badConfig(fmt.Errorf("the report cannot be written there: %w", err))
	}
	return f.Close()
}
