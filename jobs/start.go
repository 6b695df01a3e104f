package jobs

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

// Request asks for a run.
type Request struct {
	Plan      loadtest.Plan // with secrets in clear
	ProjectID domain.ProjectID
	Name      string // the plan's name if empty
	Key       string // an idempotency key: the same again is the same run; empty is none
	Document  string // title and version of the API document, for the report
}

// Start queues a run and returns it at once. Invalid with fields when the plan
// cannot be run, Forbidden (with the field that names it) when an address
// that it contacts may not be loaded, Conflict when the same plan has an active run, Unavailable when PLOG is shutting down.
func (m *Manager) Start(ctx context.Context, req Request) (loadtest.Run, error) {
	plan := req.Plan.WithDefaults(m.cfg.Limits)
	if err := plan.Validate(m.cfg.Limits); err != nil {
		return loadtest.Run{}, err
	}
	if err := plan.CheckContacts(func(address string) error { return m.cfg.CheckTarget(ctx, address) }); err != nil {
		return loadtest.Run{}, err
	}
	if m.isDown() {
		return loadtest.Run{}, domain.Errorf(domain.Unavailable, "run.shutting_down", "PLOG is shutting down and starts no more runs.")
	}
	id := domain.NewID[domain.RunID]()
	run := loadtest.Run{
		ID: id, ProjectID: req.ProjectID, PlanID: plan.ID, Name: req.Name, Plan: plan,
		State: loadtest.Queued, Key: req.Key, TokenHash: hashToken(m.token(id)),
		Env: loadtest.Environment{Document: req.Document}, CreatedAt: time.Now().UTC(),
	}
	if run.Name == "" {
		run.Name = plan.Name
	}
	if err := m.cfg.Runs.Create(ctx, &run); err != nil {
		return loadtest.Run{}, fmt.Errorf("queue the run: %w", err)
	}
	if run.ID != id {
		return run, nil // the key's earlier run
	}
	m.mu.Lock()
	_, taken := m.active[run.ID]
	if !taken {
		_, _ = m.cfg.Hub.Open(run) // thresholds were validated; without a collector watchers see the stored run
	}
	m.mu.Unlock()
	m.nudge()
	return run, nil
}

func (m *Manager) isDown() bool {
	select {
	case <-m.down:
		return true
	default:
		return false
	}
}

// token is derived, not stored: a run that was queued before a restart can
// still be launched after it, and the database holds only the hash.
func (m *Manager) token(id domain.RunID) string {
	mac := hmac.New(sha256.New, m.cfg.TokenKey)
	mac.Write([]byte("run token " + string(id)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
