package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/report"
)

// masked stands for a secret that no report may hold.
const masked = "••••••"

var noReport = domain.Errorf(domain.NotFound, "store.not_found.report",
	"This test run has no report yet. It is made when the run ends.")

// Reports keeps the frozen results of finished runs. Runs.Finish stores them.
type Reports struct{ db *DB }

// Reports returns the repository of reports.
func (db *DB) Reports() *Reports { return &Reports{db} }

// Get returns a run's report; NotFound if the run has none.
func (r *Reports) Get(ctx context.Context, run domain.RunID) (report.Report, error) {
	rep, err := r.get(ctx, run)
	return rep, r.db.fail(fmt.Sprintf("get report of run %s", run), err)
}

func (r *Reports) get(ctx context.Context, run domain.RunID) (report.Report, error) {
	var body []byte
	err := r.db.reader.DB.QueryRowContext(ctx, "SELECT body FROM reports WHERE run_id = ?", string(run)).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return report.Report{}, noReport
	}
	if err != nil {
		return report.Report{}, err
	}
	text, err := inflate(body)
	if err != nil {
		return report.Report{}, err
	}
	var rep report.Report
	if err := json.Unmarshal(text, &rep); err != nil {
		return report.Report{}, fmt.Errorf("stored report: %w", err)
	}
	return rep, nil
}

func writeReport(rep report.Report) ([]byte, error) {
	rep.Run.Plan.Headers = slices.Clone(rep.Run.Plan.Headers)
	for i, h := range rep.Run.Plan.Headers {
		if h.Secret {
			rep.Run.Plan.Headers[i].Value = masked
		}
	}
	text, err := json.Marshal(rep)
	if err != nil {
		return nil, fmt.Errorf("write report: %w", err)
	}
	return deflate(text)
}

func addReport(ctx context.Context, tx bun.Tx, run domain.RunID, body []byte) error {
	_, err := tx.Tx.ExecContext(ctx, "INSERT INTO reports (run_id, body) VALUES (?, ?)", string(run), body)
	return err
}
