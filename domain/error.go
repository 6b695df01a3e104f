package domain

import (
	"errors"
	"fmt"
	"strings"
)

// Code classifies an Error; the edge maps it to an HTTP status or exit code.
type Code string

// The codes, with the HTTP status each becomes.
const (
	Invalid      Code = "invalid"      // 422, with Fields
	Unauthorized Code = "unauthorized" // 401
	Forbidden    Code = "forbidden"    // 403
	NotFound     Code = "not_found"    // 404
	Conflict     Code = "conflict"     // 409
	Limited      Code = "limited"      // 429
	Unavailable  Code = "unavailable"  // 503
	Internal     Code = "internal"     // 500: details are logged, never shown
)

// Error is a failure that a person is told about: what happened, to what, and
// what to do next.
type Error struct {
	Code    Code
	Message Message
	Fields  []FieldError
	Err     error // the cause, for the log
}

// FieldError is what is wrong with one field. Field is the form's path to it,
// such as "scenarios.0.vus".
type FieldError struct {
	Field   string
	Message Message
}

// Errorf returns an Error with the code and the message Msg would build.
func Errorf(code Code, key, text string, pairs ...any) *Error {
	return &Error{Code: code, Message: Msg(key, text, pairs...)}
}

// Because returns a copy of e with the cause err.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// Error returns the English message, the fields and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message.String())
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Message)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, Internal when
// there is none, and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Violations collects field errors while something is validated.
type Violations struct{ fields []FieldError }

// Add notes that field is wrong, in Msg's terms.
func (v *Violations) Add(field, key, text string, pairs ...any) {
	v.fields = append(v.fields, FieldError{Field: field, Message: Msg(key, text, pairs...)})
}

// Note notes that field is wrong, in words that are there already.
func (v *Violations) Note(field string, m Message) {
	v.fields = append(v.fields, FieldError{Field: field, Message: m})
}

// Err returns nil when nothing was added, else an Invalid error with all fields.
func (v *Violations) Err(key, text string, pairs ...any) error {
	if len(v.fields) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Message: Msg(key, text, pairs...), Fields: v.fields}
}
