package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/report"
)

// Transition moves a run from one state to another; Conflict (store.run_state)
// unless it is in from, NotFound if it is gone. Finish is the way to Finished.
func (r *Runs) Transition(ctx context.Context, id domain.RunID, from, to loadtest.State) error {
	err := r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now, err := r.base.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		if now.State != from {
			return domain.Errorf(domain.Conflict, "store.run_state",
				"Run #{{.Number}} has moved on meanwhile. Reload to see where it is.",
				"Number", now.Number, "From", string(from), "State", string(now.State))
		}
		return r.base.Set(ctx, tx, id, "state = ?", string(to))
	})
	return r.db.fail(fmt.Sprintf("move run %s from %s to %s", id, from, to), err)
}

// SetProcess notes the local k6 of a run; NotFound if the run is gone.
func (r *Runs) SetProcess(ctx context.Context, id domain.RunID, p loadtest.Process) error {
	p.StartedAt = p.StartedAt.UTC()
	return r.setJSON(ctx, id, "process = ?", p)
}

// SetEnv notes what a run runs on; NotFound if the run is gone.
func (r *Runs) SetEnv(ctx context.Context, id domain.RunID, env loadtest.Environment) error {
	return r.setJSON(ctx, id, "env = ?", env)
}

// SetStarted notes the first second of a run's load; NotFound if the run is gone.
func (r *Runs) SetStarted(ctx context.Context, id domain.RunID, started time.Time) error {
	return r.set(ctx, id, "started_at = ?", at(started))
}

// SetReason notes why a run is being stopped, for who adopts it; Finish
// replaces it. NotFound if the run is gone.
func (r *Runs) SetReason(ctx context.Context, id domain.RunID, reason domain.Message) error {
	return r.setJSON(ctx, id, "reason = ?", reason)
}

// Rename changes a run's name; NotFound if the run is gone.
func (r *Runs) Rename(ctx context.Context, id domain.RunID, name string) error {
	return r.set(ctx, id, "name = ?", text(name))
}

func (r *Runs) setJSON(ctx context.Context, id domain.RunID, set string, value any) error {
	body, err := toJSON(value)
	if err != nil {
		return err
	}
	return r.set(ctx, id, set, body)
}

func (r *Runs) set(ctx context.Context, id domain.RunID, set string, value any) error {
	return r.db.fail(fmt.Sprintf("update run %s", id), r.base.Set(ctx, r.db.writer, id, set, value))
}

// Finish ends a run from any active state with run's Verdict, Reason and
// EndedAt, and freezes its report, all or nothing. Conflict (store.run_finished)
// if it is finished already, NotFound if it is gone.
func (r *Runs) Finish(ctx context.Context, run loadtest.Run, rep report.Report) error {
	body, err := writeReport(rep)
	if err != nil {
		return fmt.Errorf("finish run %s: %w", run.ID, err)
	}
	reason, err := toJSON(run.Reason)
	if err != nil {
		return fmt.Errorf("finish run %s: %w", run.ID, err)
	}
	err = r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		now, err := r.base.Get(ctx, tx, run.ID)
		if err != nil {
			return err
		}
		if !now.State.Active() {
			return domain.Errorf(domain.Conflict, "store.run_finished",
				"Run #{{.Number}} is finished already. Reload to see its report.", "Number", now.Number)
		}
		if err := r.base.Set(ctx, tx, run.ID, "state = ?, verdict = ?, reason = ?, ended_at = ?",
			string(loadtest.Finished), string(run.Verdict), reason, at(run.EndedAt)); err != nil {
			return err
		}
		return addReport(ctx, tx, run.ID, body)
	})
	return r.db.fail(fmt.Sprintf("finish run %s", run.ID), err)
}

// Delete removes a run with its rollups, logs and report; Conflict
// (store.run_active) while it is active, NotFound if it is gone.
func (r *Runs) Delete(ctx context.Context, id domain.RunID) error {
	return r.db.fail(fmt.Sprintf("delete run %s", id), r.delete(ctx, id))
}

func (r *Runs) delete(ctx context.Context, id domain.RunID) error {
	run, err := r.base.Get(ctx, r.db.reader, id)
	if err != nil {
		return err
	}
	if run.State.Active() {
		return domain.Errorf(domain.Conflict, "store.run_active",
			"Run #{{.Number}} is still active. Stop it and wait for its end, then delete it.", "Number", run.Number)
	}
	// First what may be much, in pieces, so that other runs' batches get their turn.
	if err := r.db.rollups.Delete(ctx, id); err != nil {
		return err
	}
	return r.base.Delete(ctx, r.db.writer, id)
}
