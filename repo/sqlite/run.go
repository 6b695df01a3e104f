package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

type runRow struct {
	bun.BaseModel `bun:"table:runs,alias:row"`

	ID        string `bun:"id,pk"`
	ProjectID string
	PlanID    string
	Number    int
	Name      string
	Plan      string
	State     string
	Verdict   string
	Reason    string
	Key       string
	TokenHash string
	Process   string
	Env       string
	CreatedAt micros
	StartedAt micros
	EndedAt   micros
}

var noRun = domain.Errorf(domain.NotFound, "store.not_found.run",
	"This test run does not exist, or no longer. Go back to the project's runs.")

// RunFilter is loadtest.RunFilter.
type RunFilter = loadtest.RunFilter

// Runs keeps runs.
type Runs struct {
	db   *DB
	base repository[domain.RunID, loadtest.Run, runRow]
}

// Runs returns the repository of runs.
func (db *DB) Runs() *Runs {
	return &Runs{db, repository[domain.RunID, loadtest.Run, runRow]{
		missing: noRun, row: db.vault.runRow, value: db.vault.run,
	}}
}

// Get returns a run; NotFound if there is none.
func (r *Runs) Get(ctx context.Context, id domain.RunID) (loadtest.Run, error) {
	run, err := r.base.Get(ctx, r.db.reader, id)
	return run, r.db.fail(fmt.Sprintf("get run %s", id), err)
}

// List returns the runs that f asks for, newest first.
func (r *Runs) List(ctx context.Context, f RunFilter) ([]loadtest.Run, error) {
	runs, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.ProjectID != "" {
			q = q.Where("project_id = ?", string(f.ProjectID))
		}
		if f.PlanID != "" {
			q = q.Where("plan_id = ?", string(f.PlanID))
		}
		if len(f.States) > 0 {
			q = q.Where("state IN (?)", bun.List(f.States))
		}
		if f.BeforeNumber > 0 {
			q = q.Where("number < ?", f.BeforeNumber)
		}
		if f.Limit > 0 {
			q = q.Limit(int64(f.Limit))
		}
		return q.Order("seq DESC")
	})
	return runs, r.db.fail("list runs", err)
}

// Active returns the runs that are not finished, oldest first.
func (r *Runs) Active(ctx context.Context) ([]loadtest.Run, error) {
	runs, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("state <> 'finished'").Order("seq")
	})
	return runs, r.db.fail("list active runs", err)
}

func (v *vault) runRow(r loadtest.Run) (runRow, error) {
	row := runRow{
		ID: string(r.ID), ProjectID: string(r.ProjectID), PlanID: string(r.PlanID), Number: r.Number, Name: text(r.Name),
		State: string(r.State), Verdict: string(r.Verdict), Key: text(r.Key), TokenHash: r.TokenHash,
		CreatedAt: at(r.CreatedAt), StartedAt: at(r.StartedAt), EndedAt: at(r.EndedAt),
	}
	var err error
	if row.Plan, err = v.writePlan(r.Plan); err != nil {
		return runRow{}, err
	}
	for column, value := range map[*string]any{&row.Reason: r.Reason, &row.Process: r.Process, &row.Env: r.Env} {
		if *column, err = toJSON(value); err != nil {
			return runRow{}, err
		}
	}
	return row, nil
}

func (v *vault) run(row runRow) (loadtest.Run, error) {
	r := loadtest.Run{
		ID: domain.RunID(row.ID), ProjectID: domain.ProjectID(row.ProjectID), PlanID: domain.PlanID(row.PlanID),
		Number: row.Number, Name: row.Name, State: loadtest.State(row.State), Verdict: loadtest.Verdict(row.Verdict),
		Key: row.Key, TokenHash: row.TokenHash,
		CreatedAt: row.CreatedAt.time(), StartedAt: row.StartedAt.time(), EndedAt: row.EndedAt.time(),
	}
	var err error
	if r.Plan, err = v.readPlan(row.Plan); err != nil {
		return loadtest.Run{}, fmt.Errorf("run %s: %w", row.ID, err)
	}
	for _, part := range []struct {
		text string
		into any
	}{{row.Reason, &r.Reason}, {row.Process, &r.Process}, {row.Env, &r.Env}} {
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return loadtest.Run{}, fmt.Errorf("run %s: %w", row.ID, err)
		}
	}
	return r, nil
}
