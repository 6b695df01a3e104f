package domain

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a time.Duration that JSON carries as a number of milliseconds
// and that text (YAML, forms, flags) writes as "1m30s".
type Duration struct{ time.Duration }

// Dur returns d as a Duration.
func Dur(d time.Duration) Duration { return Duration{d} }

// ParseDuration reads "30s", "1m30s", "1h", and so on, and a bare
// number as seconds. It returns an error that says how to write one.
func ParseDuration(s string) (Duration, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		s = strconv.FormatFloat(n, 'f', -1, 64) + "s"
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return Duration{}, Errorf(Invalid, "errors.duration",
			"“{{.Value}}” is not a duration. Write it like 30s, 2m or 1h30m.", "Value", s)
	}
	return Duration{d}, nil
}

// MarshalJSON writes milliseconds.
func (d Duration) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(d.Duration)/float64(time.Millisecond), 'f', -1, 64), nil
}

// UnmarshalJSON reads milliseconds, or text as ParseDuration does.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("duration: %w", err)
	}
	switch v := v.(type) {
	case float64:
		d.Duration = time.Duration(math.Round(v * float64(time.Millisecond)))
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case nil:
		d.Duration = 0
		return nil
	}
	return Errorf(Invalid, "errors.duration", "“{{.Value}}” is not a duration. Write it like 30s, 2m or 1h30m.", "Value", string(b))
}

// MarshalText writes "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads text as ParseDuration does.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
