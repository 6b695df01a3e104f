// Package analysis explains a result: findings that each rest on evidence.
package analysis

import "plog.dev/plog/domain"

// Severity says how much a finding matters.
type Severity string

// The severities.
const (
	Info Severity = "info"
	Warn Severity = "warn"
	Bad  Severity = "bad"
)

// Finding is one thing a person should know about a run.
type Finding struct {
	Kind     string         `json:"kind"` // stable name, such as "generator_saturated"
	Severity Severity       `json:"severity"`
	Title    domain.Message `json:"title"`
	Detail   domain.Message `json:"detail"`
	Evidence map[string]any `json:"evidence"` // the figures it rests on
}
