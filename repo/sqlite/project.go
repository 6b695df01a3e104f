package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

type projectRow struct {
	bun.BaseModel `bun:"table:projects,alias:row"`

	ID        string `bun:"id,pk"`
	Name      string
	Sample    bool
	CreatedAt micros
	UpdatedAt micros
}

var noProject = domain.Errorf(domain.NotFound, "store.not_found.project",
	"This project does not exist, or no longer. Go back to the list of projects.")

// Projects keeps projects.
type Projects struct {
	db   *DB
	base repository[domain.ProjectID, domain.Project, projectRow]
}

// Projects returns the repository of projects.
func (db *DB) Projects() *Projects {
	return &Projects{db, repository[domain.ProjectID, domain.Project, projectRow]{
		missing: noProject,
		row: func(p domain.Project) (projectRow, error) {
			return projectRow{
				ID: string(p.ID), Name: text(p.Name), Sample: p.Sample,
				CreatedAt: at(p.CreatedAt), UpdatedAt: at(p.UpdatedAt),
			}, nil
		},
		value: func(r projectRow) (domain.Project, error) {
			return domain.Project{
				ID: domain.ProjectID(r.ID), Name: r.Name, Sample: r.Sample,
				CreatedAt: r.CreatedAt.time(), UpdatedAt: r.UpdatedAt.time(),
			}, nil
		},
	}}
}

// Create stores p; it sets the ID and times that are empty.
func (r *Projects) Create(ctx context.Context, p *domain.Project) error {
	stamp(&p.ID, &p.CreatedAt, &p.UpdatedAt)
	return r.db.fail("create project", r.base.Create(ctx, r.db.writer, *p))
}

// Get returns a project; NotFound if there is none.
func (r *Projects) Get(ctx context.Context, id domain.ProjectID) (domain.Project, error) {
	p, err := r.base.Get(ctx, r.db.reader, id)
	return p, r.db.fail(fmt.Sprintf("get project %s", id), err)
}

// List returns all projects, oldest first.
func (r *Projects) List(ctx context.Context) ([]domain.Project, error) {
	all, err := r.base.List(ctx, r.db.reader, func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Order("created_at", "id")
	})
	return all, r.db.fail("list projects", err)
}

// Update stores p as it is now and sets its UpdatedAt; NotFound if it is gone.
func (r *Projects) Update(ctx context.Context, p *domain.Project) error {
	p.UpdatedAt = stored(time.Now())
	return r.db.fail(fmt.Sprintf("update project %s", p.ID), r.base.Update(ctx, r.db.writer, *p))
}

// Delete removes a project with everything under it; Conflict (store.project_active)
// while a run of it is active, NotFound if it is gone.
func (r *Projects) Delete(ctx context.Context, id domain.ProjectID) error {
	return r.db.fail(fmt.Sprintf("delete project %s", id), r.delete(ctx, id))
}

func (r *Projects) delete(ctx context.Context, id domain.ProjectID) error {
	if err := r.idle(ctx, r.db.reader, id); err != nil {
		return err
	}
	var runs []domain.RunID
	if err := r.db.reader.NewSelect().Model((*runRow)(nil)).Column("id").
		Where("project_id = ?", string(id)).Scan(ctx, &runs); err != nil {
		return err
	}
	for _, run := range runs {
		if err := r.db.rollups.Delete(ctx, run); err != nil {
			return err
		}
	}
	return r.db.write(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := r.idle(ctx, tx, id); err != nil {
			return err
		}
		return r.base.Delete(ctx, tx, id)
	})
}

// idle returns Conflict while a run of the project is active.
func (r *Projects) idle(ctx context.Context, db bun.IDB, id domain.ProjectID) error {
	active, err := db.NewSelect().Model((*runRow)(nil)).
		Where("project_id = ? AND state <> ?", string(id), loadtest.Finished).Exists(ctx)
	if err != nil || !active {
		return err
	}
	return domain.Errorf(domain.Conflict, "store.project_active",
		"A test run of this project is still active. Stop it and wait for its end, then delete the project.")
}

// stamp fills in what is empty of a new value, and rounds its times to what is stored.
func stamp[ID ~string](id *ID, created *time.Time, others ...*time.Time) {
	if *id == "" {
		*id = domain.NewID[ID]()
	}
	if created.IsZero() {
		*created = time.Now()
	}
	*created = stored(*created)
	for _, t := range others {
		if t.IsZero() {
			*t = *created
		}
		*t = stored(*t)
	}
}
