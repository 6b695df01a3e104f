package sqlite

import (
	"context"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// Create stores run with the next number of its project. It sets the ID, time
// and state (Queued) that are empty, and always Number. NotFound if the project
// is gone. Conflict (store.plan_busy) if the plan has an active run already; the
// message's arguments hold its "RunID" (a domain.RunID) and "Number".
//
// When a run of the project has the same non-empty Key, nothing is stored and
// *run becomes that run. A caller who must tell sets run.ID to a new identity
// before: afterwards it is another one.
func (r *Runs) Create(ctx context.Context, run *loadtest.Run) error {
	next := *run
	stamp(&next.ID, &next.CreatedAt)
	next.StartedAt, next.EndedAt = stored(run.StartedAt), stored(run.EndedAt)
	if next.State == "" {
		next.State = loadtest.Queued
	}
	err := r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error { return r.create(ctx, tx, &next) })
	if brokenReference(err) {
		err = noProject.Because(err)
	}
	if err == nil {
		*run = next
	}
	return r.db.fail("create run", err)
}

func (r *Runs) create(ctx context.Context, tx bun.Tx, run *loadtest.Run) error {
	if run.Key != "" {
		same, err := r.base.List(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
			return q.Where("project_id = ? AND key = ?", string(run.ProjectID), text(run.Key))
		})
		if err != nil {
			return err
		}
		if len(same) > 0 {
			*run = same[0]
			return nil
		}
	}
	if run.PlanID != "" && run.State.Active() {
		if err := r.planFree(ctx, tx, run.PlanID); err != nil {
			return err
		}
	}
	err := tx.Tx.QueryRowContext(ctx, `INSERT INTO run_numbers (project_id, last) VALUES (?, 1)
		ON CONFLICT (project_id) DO UPDATE SET last = last + 1 RETURNING last`, string(run.ProjectID)).Scan(&run.Number)
	if err != nil {
		return err
	}
	return r.base.Create(ctx, tx, *run)
}

// planFree returns Conflict if the plan has an active run.
func (r *Runs) planFree(ctx context.Context, tx bun.Tx, plan domain.PlanID) error {
	busy, err := r.base.List(ctx, tx, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("plan_id = ? AND state <> 'finished'", string(plan))
	})
	if err != nil || len(busy) == 0 {
		return err
	}
	return domain.Errorf(domain.Conflict, "store.plan_busy",
		"Run #{{.Number}} of this plan is still active. Wait for its end, or stop it, then run the plan again.",
		"Number", busy[0].Number, "RunID", busy[0].ID)
}
