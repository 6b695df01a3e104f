package local

import (
	"encoding/json"
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/jobs/k6"
)

const (
	tailBytes    = 64 << 10
	lastLogLines = 20
	lineRunes    = 1000
)

// outcome tells how a k6 ended that exited with code.
func outcome(code int, d dir) loadtest.Outcome {
	last := lastLog(d)
	return loadtest.Outcome{ExitCode: code, Reason: k6.Explain(code, last), LastLog: last}
}

// lastLog returns the last lines k6 wrote, in words. A log that cannot be read
// has none: the outcome matters more.
func lastLog(d dir) []string {
	text, err := d.tail(tailBytes)
	if err != nil {
		return []string{err.Error()}
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = readable(strings.TrimSpace(line), d); line != "" {
			lines = append(lines, line)
		}
	}
	return slices.Clone(lines[max(len(lines)-lastLogLines, 0):])
}

// readable turns a line of k6's JSON log into words; any other line, such as of
// a crash, stays as it is. What the script tells of single requests is no words.
func readable(line string, d dir) string {
	var entry struct {
		Level, Msg, Error string
	}
	if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg != "" {
		line = entry.Msg
		if entry.Error != "" && !strings.Contains(line, entry.Error) {
			line += ": " + entry.Error
		}
	}
	if strings.HasPrefix(line, "plog:sample ") || strings.HasPrefix(line, "plog:exchange ") {
		return ""
	}
	line = strings.ReplaceAll(line, "file://"+string(d)+"/", "")
	line = strings.Join(strings.Fields(line), " ")
	if runes := []rune(line); len(runes) > lineRunes {
		return string(runes[:lineRunes]) + "…"
	}
	return line
}
