package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

type planRow struct {
	bun.BaseModel `bun:"table:plans,alias:row"`

	ID        string `bun:"id,pk"`
	ProjectID string
	Version   int
	CreatedAt micros
	UpdatedAt micros
	Body      string `bun:"body,scanonly"` // of the newest version
}

var noPlan = domain.Errorf(domain.NotFound, "store.not_found.plan",
	"This plan does not exist, or no longer. Go back to the project's plans.")

// Plans keeps plans with all of their versions.
type Plans struct {
	db   *DB
	base repository[domain.PlanID, loadtest.Plan, planRow]
}

// Plans returns the repository of plans.
func (db *DB) Plans() *Plans {
	return &Plans{db, repository[domain.PlanID, loadtest.Plan, planRow]{
		missing: noPlan,
		row: func(p loadtest.Plan) (planRow, error) {
			return planRow{
				ID: string(p.ID), ProjectID: string(p.ProjectID), Version: p.Version,
				CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt),
			}, nil
		},
		value: func(r planRow) (loadtest.Plan, error) { return db.vault.readPlan(r.Body) },
	}}
}

// Save stores a version of p. With Version 0 it creates the plan: ID, times and
// Version 1 are set. Otherwise Version must be the newest one and becomes the
// next; Conflict (store.plan_changed) if someone saved meanwhile, NotFound if
// the plan or its project is gone. When it returns an error, p is as it was.
func (r *Plans) Save(ctx context.Context, p *loadtest.Plan) error {
	next := *p
	next.UpdatedAt = stored(time.Now())
	next.Version++
	if p.Version == 0 {
		stamp(&next.ID, &next.CreatedAt)
	}
	err := r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error { return r.save(ctx, tx, &next) })
	if brokenReference(err) {
		err = noProject.Because(err)
	}
	if err == nil {
		*p = next
	}
	return r.db.fail("save plan", err)
}

func (r *Plans) save(ctx context.Context, tx bun.Tx, p *loadtest.Plan) error {
	if p.Version == 1 {
		if err := r.base.Create(ctx, tx, *p); err != nil {
			return err
		}
		return r.addVersion(ctx, tx, *p)
	}
	var now planRow
	err := tx.NewSelect().Model(&now).Where("id = ?", string(p.ID)).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return noPlan
	}
	if err != nil {
		return err
	}
	if now.Version != p.Version-1 {
		return domain.Errorf(domain.Conflict, "store.plan_changed",
			"Someone saved this plan meanwhile (it is at version {{.Version}} now). Reload to see their changes, then make yours again.",
			"Version", now.Version)
	}
	p.ProjectID, p.CreatedAt = domain.ProjectID(now.ProjectID), now.CreatedAt.time()
	if err := r.base.Update(ctx, tx, *p); err != nil {
		return err
	}
	return r.addVersion(ctx, tx, *p)
}

func (r *Plans) addVersion(ctx context.Context, tx bun.Tx, p loadtest.Plan) error {
	body, err := r.db.vault.writePlan(p)
	if err != nil {
		return err
	}
	_, err = tx.Tx.ExecContext(ctx, "INSERT INTO plan_versions (plan_id, version, body) VALUES (?, ?, ?)", string(p.ID), p.Version, body)
	return err
}

// Get returns the newest version of a plan; NotFound if there is none.
func (r *Plans) Get(ctx context.Context, id domain.PlanID) (loadtest.Plan, error) {
	p, err := r.base.First(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		return withBody(q).Where("row.id = ?", string(id))
	})
	return p, r.db.fail(fmt.Sprintf("get plan %s", id), err)
}

// GetVersion returns one version of a plan; NotFound if there is none.
func (r *Plans) GetVersion(ctx context.Context, id domain.PlanID, version int) (loadtest.Plan, error) {
	var body string
	err := r.db.reader.DB.QueryRowContext(ctx, "SELECT body FROM plan_versions WHERE plan_id = ? AND version = ?", string(id), version).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		err = noPlan
	}
	var p loadtest.Plan
	if err == nil {
		p, err = r.db.vault.readPlan(body)
	}
	return p, r.db.fail(fmt.Sprintf("get plan %s, version %d", id, version), err)
}

// ListByProject returns the newest versions of a project's plans, the one saved
// last first.
func (r *Plans) ListByProject(ctx context.Context, project domain.ProjectID) ([]loadtest.Plan, error) {
	all, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		return withBody(q).Where("row.project_id = ?", string(project)).Order("row.updated_at DESC", "row.id DESC")
	})
	return all, r.db.fail(fmt.Sprintf("list plans of project %s", project), err)
}

func withBody(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Column("v.body").Join("JOIN plan_versions AS v ON v.plan_id = row.id AND v.version = row.version")
}

// Delete removes a plan with its versions; its runs keep their frozen plan, and
// their PlanID leads nowhere. NotFound if it is gone.
func (r *Plans) Delete(ctx context.Context, id domain.PlanID) error {
	return r.db.fail(fmt.Sprintf("delete plan %s", id), r.base.Delete(ctx, r.db.writer, id))
}

// writePlan returns a plan as JSON whose secrets are encrypted.
func (v *vault) writePlan(p loadtest.Plan) (string, error) {
	p.CreatedAt, p.UpdatedAt = stored(p.CreatedAt), stored(p.UpdatedAt)
	p, err := loadtest.MapSecrets(p, func(place, value string) (string, error) { return v.seal(value, place), nil })
	if err != nil {
		return "", err
	}
	return toJSON(p)
}

// readPlan reads what writePlan wrote.
func (v *vault) readPlan(body string) (loadtest.Plan, error) {
	var p loadtest.Plan
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return loadtest.Plan{}, fmt.Errorf("stored plan: %w", err)
	}
	open, err := loadtest.MapSecrets(p, func(place, sealed string) (string, error) { return v.open(sealed, place) })
	if err != nil {
		return loadtest.Plan{}, fmt.Errorf("stored plan %s: %w", p.ID, err)
	}
	return open, nil
}

func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write JSON: %w", err)
	}
	return string(b), nil
}
