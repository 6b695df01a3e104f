package handlers

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/metrics"
	"plog.dev/plog/domain/report"
	viewreport "plog.dev/plog/views/report"
)

// export is one file that a finished run can be had as.
type export struct {
	name, mediaType string
	write           func(ctx context.Context, rep report.Report) ([]byte, error)
}

// exports are the files by what their addresses have after "export.".
func (h *Runs) exports() map[string]export {
	pure := func(write func(report.Report) ([]byte, error)) func(context.Context, report.Report) ([]byte, error) {
		return func(_ context.Context, rep report.Report) ([]byte, error) { return write(rep) }
	}
	return map[string]export{
		"json":      {"result.json", "application/json", pure(report.JSON)},
		"csv":       {"operations.csv", "text/csv; charset=utf-8", pure(report.CSV)},
		"junit.xml": {"junit.xml", "application/xml; charset=utf-8", pure(report.JUnit)},
		"html":      {"report.html", "text/html; charset=utf-8", htmlFile},
		"plan.yaml": {"plan.yaml", "application/yaml; charset=utf-8", func(_ context.Context, rep report.Report) ([]byte, error) { return loadtest.YAML(rep.Run.Plan) }},
		"script.js": {"script.js", "text/javascript; charset=utf-8", func(_ context.Context, rep report.Report) ([]byte, error) { return h.Script(rep.Run.Plan) }},
		"log.txt":   {"log.txt", "text/plain; charset=utf-8", h.logText},
	}
}

// Export answers with the file that the address names; Conflict while the run is active.
func (h *Runs) Export(c echo.Context) error {
	e, known := h.exports()[c.Param("file")]
	if !known {
		return echo.ErrNotFound
	}
	ctx := c.Request().Context()
	rep, err := h.finished(ctx, runID(c))
	if err != nil {
		return err
	}
	body, err := e.write(ctx, rep)
	if err != nil {
		return fmt.Errorf("export %s of run %s: %w", e.name, rep.Run.ID, err)
	}
	name := fmt.Sprintf("plog-run-%d-%s", rep.Run.Number, e.name)
	c.Response().Header().Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return c.Blob(http.StatusOK, e.mediaType, body)
}

// finished returns the report of a finished run; an empty one if it left none.
func (h *Runs) finished(ctx context.Context, id domain.RunID) (report.Report, error) {
	run, err := h.Runs.Get(ctx, id)
	if err != nil {
		return report.Report{}, fmt.Errorf("export run %s: %w", id, err)
	}
	if run.State.Active() {
		return report.Report{}, domain.Errorf(domain.Conflict, "runs.error.not_finished",
			"Run {{.Number}} has not finished; its exports come with its report.", "Number", run.Number)
	}
	rep, err := h.Reports.Get(ctx, id)
	switch {
	case domain.CodeOf(err) == domain.NotFound:
		run.Plan, run.TokenHash = loadtest.Masked(run.Plan), ""
		return report.Report{Run: run}, nil
	case err != nil:
		return report.Report{}, fmt.Errorf("export run %s: %w", id, err)
	}
	rep.Run.Name = run.Name // it may have been renamed since
	return rep, nil
}

func (h *Runs) logText(ctx context.Context, rep report.Report) ([]byte, error) {
	lines, err := h.Logs.Logs(ctx, rep.Run.ID, 0)
	if err != nil {
		return nil, err
	}
	return logText(lines), nil
}

func logText(lines []metrics.LogLine) []byte {
	var b bytes.Buffer
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s %s\n", l.At.UTC().Format(time.RFC3339Nano), l.Level, l.Text)
	}
	return b.Bytes()
}

func htmlFile(ctx context.Context, rep report.Report) ([]byte, error) {
	var b bytes.Buffer
	if err := viewreport.HTML(ctx, &b, rep); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
