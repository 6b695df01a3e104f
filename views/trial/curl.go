package trial

import (
	"slices"
	"strings"
	"unicode/utf8"

	"plog.dev/plog/domain/loadtest"
)

// Curl returns a request as a curl command for a POSIX shell. Secrets stay
// masked; a body that is no text is read from a file named body.
func Curl(r loadtest.SentRequest) string {
	parts := []string{"curl -X " + quote(r.Method) + " " + quote(r.URL)}
	for _, h := range r.Headers {
		if !slices.Contains([]string{"content-length", "host", "user-agent"}, strings.ToLower(h.Name)) {
			parts = append(parts, "-H "+quote(h.Name+": "+h.Value))
		}
	}
	switch {
	case r.Body == "":
	case utf8.ValidString(r.Body) && !strings.ContainsRune(r.Body, 0):
		parts = append(parts, "--data-raw "+quote(r.Body))
	default:
		parts = append(parts, "--data-binary @body")
	}
	return strings.Join(parts, " \\\n  ")
}

// quote makes one word of s for a POSIX shell.
func quote(s string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+=,", r))
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
