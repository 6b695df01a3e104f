package plogout

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"plog.dev/plog/domain/loadtest"
)

const (
	secretPrefix = "PLOG_SECRET_" //nolint:gosec // of the script's variables that hold secrets
	minWord      = 8              // runes; a shorter word of a secret, such as Bearer, is none itself
)

// newMask returns what hides the secrets of env in texts that leave us: the
// values of PLOG_SECRET_… and the run's token, whole or a long word of them, as
// they are, in JSON, or percent-encoded.
func newMask(env map[string]string) *strings.Replacer {
	texts := map[string]bool{}
	for name, value := range env {
		if !strings.HasPrefix(name, secretPrefix) && name != envToken {
			continue
		}
		texts[value] = true
		for word := range strings.FieldsSeq(value) {
			if utf8.RuneCountInString(word) >= minWord {
				texts[word] = true
			}
		}
	}
	forms := map[string]bool{}
	for text := range texts {
		for _, form := range formsOf(text) {
			forms[form] = true
		}
	}
	delete(forms, "")
	var pairs []string
	// The first that fits is taken, and a word is part of a whole.
	for _, form := range slices.SortedFunc(maps.Keys(forms), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	}) {
		pairs = append(pairs, form, loadtest.Mask)
	}
	return strings.NewReplacer(pairs...)
}

// formsOf returns text as languages usually write it.
func formsOf(text string) []string {
	forms := []string{text}
	for _, quoted := range []string{quoteJSON(text, false), quoteJSON(text, true), strconv.QuoteToASCII(text)} {
		inner := quoted[1 : len(quoted)-1]
		forms = append(forms, inner, strings.ReplaceAll(inner, "/", `\/`))
	}
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text), strings.ReplaceAll(url.QueryEscape(text), "+", "%20")} {
		forms = append(forms, escaped, lowerHex(escaped))
	}
	return forms
}

func quoteJSON(text string, html bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	_ = e.Encode(text) // a string in memory
	return strings.TrimSuffix(b.String(), "\n")
}

// lowerHex writes %2F as %2f.
func lowerHex(escaped string) string {
	b := []byte(escaped)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}
