package handlers

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/views/plan"
)

// start queues a run of the plan for the posted form: one, however often that is sent.
func (h *Plans) start(c echo.Context, p loadtest.Plan) (loadtest.Run, error) {
	ctx := c.Request().Context()
	return h.Starter.Start(ctx, RunRequest{Plan: p, Document: h.title(ctx, p), Key: runKey(c)})
}

// runKey returns what the posted form and its address are known by, "" when
// the form has no key. All of the form counts: who goes back to it and changes
// something wants another run.
func runKey(c echo.Context) string {
	form, err := c.FormParams()
	if err != nil || form.Get(plan.KeyField) == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(c.Request().URL.Path + "\n" + form.Encode()))
	return hex.EncodeToString(sum[:])
}
