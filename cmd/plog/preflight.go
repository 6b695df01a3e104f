package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"plog.dev/plog/domain/loadtest"
)

type trier interface {
	Try(ctx context.Context, plan loadtest.Plan) ([]loadtest.Exchange, error)
}

// preflight sends every step of the plan once and says how it was answered. It
// fails when nothing can be sent or ctx ends: how bad answers are is for the
// load to show.
func preflight(ctx context.Context, w io.Writer, t trier, plan loadtest.Plan) error {
	exchanges, err := t.Try(ctx, plan)
	if ctx.Err() != nil {
		return &exitStatus{code: exitAborted, err: fmt.Errorf("interrupted before the load: %w", ctx.Err())}
	}
	if err != nil {
		return err
	}
	for _, x := range exchanges {
		status := "no answer"
		if x.Response != nil {
			status = fmt.Sprintf("%s  %d ms", x.Response.Text, x.Response.Timings.Total.Round(time.Millisecond).Milliseconds())
		}
		fmt.Fprintf(w, "preflight  %-40s %s\n", x.Step, status)
		if said := loadtest.Judge(x).Message.String(); said != "" {
			fmt.Fprintf(w, "           %s\n", said)
		}
	}
	return nil
}
