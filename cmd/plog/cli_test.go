package main

import (
	"strings"
	"testing"
	"time"
)

func TestSmallCommands(t *testing.T) {
	dir := t.TempDir()
	tests := []struct {
		name string
		args []string
		says string
	}{
		{"help", []string{"--help"}, "serve"},
		{"help of run", []string{"run", "--help"}, "--threshold"},
		{"version", []string{"version"}, "plog dev"},
		{"first migration", []string{"migrate", "--data-dir", dir}, "Applied "},
		{"no more to migrate", []string{"migrate", "--data-dir", dir}, "up to date"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plog(t.Context(), t, nil, tt.args...)
			if got.code != exitOK || !strings.Contains(got.stdout, tt.says) {
				t.Errorf("exit code %d, want %q in:\n%s%s", got.code, tt.says, got.stdout, got.stderr)
			}
		})
	}
}

func TestMinutes(t *testing.T) {
	for text, want := range map[string]string{"0s": "00:00", "59.6s": "01:00", "90s": "01:30", "1h1m1s": "1:01:01"} {
		if got := minutes(duration(t, text)); got != want {
			t.Errorf("%s is shown as %s, want %s", text, got, want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is shown as %s, want %s", n, got, want)
		}
	}
}

func duration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
