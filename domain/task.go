package domain

import "encoding/json"

// Task is small work for the background that must not be forgotten when PLOG
// ends: it waits in a queue on disk until it was done.
type Task struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}
