// Package knobs makes an API as slow, as faulty and as narrow as one wants it.
package knobs

import (
	"fmt"
	"net/http"
	"slices"
)

// Everywhere is the target whose knobs hold for every operation that does not set its own.
const Everywhere = "*"

// MaxPayload is the largest PayloadBytes, in bytes.
const MaxPayload = 16 << 20

// Knobs are the settings of one target. What is nil comes from Everywhere, and there means "off".
type Knobs struct {
	// Latency is added to each request while it holds its slot.
	Latency *Latency `json:"latency,omitempty"`
	// ErrorRate is the share (0–1) of requests that are answered with ErrorStatus (400–599; nil is 500).
	ErrorRate   *float64 `json:"error_rate,omitempty"`
	ErrorStatus *int     `json:"error_status,omitempty"`
	// Concurrency is how many requests work at once; the others wait. Under Everywhere it is one limit
	// that all operations without their own share. 0 is no limit.
	Concurrency *int `json:"concurrency,omitempty"`
	// QueueLimit is how many requests may wait for Concurrency before others get 503; nil is no limit.
	QueueLimit *int `json:"queue_limit,omitempty"`
	// MemoryGrowthKiB is kept for good by each request, until the next change of the knobs.
	MemoryGrowthKiB *int `json:"memory_growth_kib,omitempty"`
	// PayloadBytes is the least size of a JSON answer's body; white space fills it up.
	PayloadBytes *int `json:"payload_bytes,omitempty"`
}

// Set maps Everywhere and operation names ("GET /products/{productId}") to their knobs.
type Set map[string]Knobs

// Validate returns an error that names the first (in alphabetical order) target and knob that cannot be;
// known are the operations' names.
func (s Set) Validate(known []string) error {
	targets := make([]string, 0, len(s))
	for target := range s {
		targets = append(targets, target)
	}
	slices.Sort(targets)
	for _, target := range targets {
		if target != Everywhere && !slices.Contains(known, target) {
			return fmt.Errorf("%q is no operation: use \"*\" or a name such as %q", target, known[0])
		}
		if err := s[target].validate(); err != nil {
			return fmt.Errorf("%s: %w", target, err)
		}
	}
	return nil
}

func (k Knobs) validate() error {
	if k.ErrorRate != nil && !(*k.ErrorRate >= 0 && *k.ErrorRate <= 1) {
		return fmt.Errorf("error_rate %v is not between 0 and 1", *k.ErrorRate)
	}
	if k.QueueLimit != nil && (k.Concurrency == nil || *k.Concurrency == 0) {
		return fmt.Errorf("queue_limit %d needs a concurrency beside it", *k.QueueLimit)
	}
	for _, ranged := range []struct {
		name            string
		value           *int
		lowest, highest int
	}{
		{"error_status", k.ErrorStatus, http.StatusBadRequest, 599},
		{"concurrency", k.Concurrency, 0, 1_000_000},
		{"queue_limit", k.QueueLimit, 0, 1_000_000_000},
		{"memory_growth_kib", k.MemoryGrowthKiB, 0, 1 << 20},
		{"payload_bytes", k.PayloadBytes, 0, MaxPayload},
	} {
		if ranged.value != nil && (*ranged.value < ranged.lowest || *ranged.value > ranged.highest) {
			return fmt.Errorf("%s %d is not between %d and %d", ranged.name, *ranged.value, ranged.lowest, ranged.highest)
		}
	}
	return nil
}

// For returns what holds for one operation: its own knobs, and those of Everywhere where it has none.
func (s Set) For(operation string) Knobs {
	own, all := s[operation], s[Everywhere]
	if own.Concurrency == nil {
		own.Concurrency, own.QueueLimit = all.Concurrency, all.QueueLimit
	}
	return Knobs{
		Latency:         first(own.Latency, all.Latency),
		ErrorRate:       first(own.ErrorRate, all.ErrorRate),
		ErrorStatus:     first(own.ErrorStatus, all.ErrorStatus),
		Concurrency:     own.Concurrency,
		QueueLimit:      own.QueueLimit,
		MemoryGrowthKiB: first(own.MemoryGrowthKiB, all.MemoryGrowthKiB),
		PayloadBytes:    first(own.PayloadBytes, all.PayloadBytes),
	}
}

func first[T any](own, all *T) *T {
	if own != nil {
		return own
	}
	return all
}

func value[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}
