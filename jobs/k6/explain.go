package k6

import (
	"encoding/json"
	"strings"

	"plog.dev/plog/domain"
)

// The exit codes of k6 that PLOG tells apart.
const (
	ExitOK               = 0
	ExitThresholds       = 99
	ExitSetupTimeout     = 100
	ExitInvalidConfig    = 104
	ExitAborted          = 105 // by a signal
	ExitScriptException  = 107
	ExitScriptAborted    = 108
	exitKilled           = 128 + 9
	exitSignal           = 128
	exitCannotRun        = 126 // the shell's
	exitNotFound         = 127
	exitTeardownTimeout  = 101
	exitTimeout          = 102
	exitStoppedByAPI     = 103
	exitCannotStartAPI   = 106
	exitPanic            = 109
	exitMarkedAsFailed   = 110
	lastWordsAtMost      = 3
	lastWordsRunesAtMost = 600
)

// Explain says in words why k6 ended with an exit code, with its last words
// from the end of its log; the zero Message for code 0. 128 and more are
// signals, as shells count them; below 0 the code is not known.
func Explain(code int, lastLog []string) domain.Message {
	if code == ExitOK {
		return domain.Message{}
	}
	if why := noToken(lastLog); code == ExitScriptAborted && !why.IsZero() {
		return why
	}
	pairs := []any{"Code", code, "Log", lastWords(lastLog)}
	say := func(key, text string) domain.Message {
		if pairs[3] != "" {
			return domain.Msg("k6.exit."+key+"_said", text+" Its last words: {{.Log}}", pairs...)
		}
		return domain.Msg("k6.exit."+key, text, pairs...)
	}
	switch {
	case code < 0:
		return say("unknown", "k6 ended without leaving its exit code.")
	case code == ExitThresholds:
		return say("thresholds", "k6 ended because of its own thresholds.")
	case code == ExitSetupTimeout:
		return say("setup_timeout", "k6 waited for PLOG to let the load start, in vain.")
	case code == exitTeardownTimeout, code == exitTimeout:
		return say("timeout", "k6 gave up waiting for a part of the script (exit code {{.Code}}).")
	case code == exitStoppedByAPI:
		return say("api", "k6 was stopped through its own API.")
	case code == ExitInvalidConfig:
		return say("config", "k6 does not accept the test's settings.")
	case code == ExitAborted:
		return say("signal", "k6 was asked by a signal to stop.")
	case code == exitCannotStartAPI:
		return say("port", "k6 could not open the port of its API.")
	case code == ExitScriptException:
		return say("exception", "The script broke.")
	case code == ExitScriptAborted:
		return say("aborted", "The script ended the test.")
	case code == exitPanic:
		return say("panic", "k6 itself broke.")
	case code == exitMarkedAsFailed:
		return say("marked", "The script marked the test as failed.")
	case code == exitCannotRun, code == exitNotFound:
		return say("start", "k6 could not be started (exit code {{.Code}}).")
	case code == exitKilled:
		return say("killed", "k6 was killed, by a person or by the system for want of memory.")
	case code > exitSignal:
		pairs[1] = code - exitSignal
		return say("by_signal", "k6 was ended by signal {{.Code}}.")
	}
	return say("other", "k6 ended with exit code {{.Code}}.")
}

// lastWords joins the last lines that say something.
func lastWords(log []string) string {
	var words []string
	for i := len(log) - 1; i >= 0 && len(words) < lastWordsAtMost; i-- {
		if line := strings.TrimSpace(log[i]); line != "" && !strings.Contains(line, "plog:sample ") {
			words = append([]string{line}, words...)
		}
	}
	text := []rune(strings.Join(words, " / "))
	if len(text) > lastWordsRunesAtMost {
		return "…" + string(text[len(text)-lastWordsRunesAtMost:])
	}
	return string(text)
}

// tokenPrefix starts the line of the log that says why there is no access token.
const tokenPrefix = "plog:token "

// noToken says why an access token could not be fetched; the zero Message when
// the log says nothing of it.
func noToken(log []string) domain.Message {
	for _, line := range log {
		_, text, found := strings.Cut(line, tokenPrefix)
		if !found {
			continue
		}
		var p struct {
			Scheme, URL, Error, Description, Cause string
			Status                                 int
		}
		if json.Unmarshal([]byte(text), &p) != nil {
			continue
		}
		pairs := []any{"Scheme", p.Scheme, "URL", p.URL, "Status", p.Status, "Error", strings.Trim(p.Error+": "+p.Description, ": "), "Cause", p.Cause}
		switch {
		case p.Status == 0:
			return domain.Msg("plan.token.unreachable",
				"No token for {{.Scheme}}: {{.URL}} did not answer ({{.Cause}}). Check the token URL.", pairs...)
		case p.Status < 300:
			return domain.Msg("plan.token.none",
				"No token for {{.Scheme}}: {{.URL}} answered with status {{.Status}}, but without an access_token. Check the token URL.", pairs...)
		case p.Error == "":
			return domain.Msg("plan.token.status",
				"No token for {{.Scheme}}: {{.URL}} answered with status {{.Status}}. Check the token URL, the id and the secret.", pairs...)
		}
		return domain.Msg("plan.token.refused",
			"No token for {{.Scheme}}: {{.URL}} answered with status {{.Status}}, “{{.Error}}”. Check the id, the secret and the scopes.", pairs...)
	}
	return domain.Message{}
}
