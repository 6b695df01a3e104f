package domain

import (
	"fmt"
	"strings"
	"text/template"
)

// Message is a sentence for a person that is worded where it arises and
// translated where it is shown: Key names it in the message catalogues, Text
// is its English wording as a text/template over Args.
type Message struct {
	Key  string         `json:"key,omitempty"`
	Text string         `json:"text,omitempty"`
	Args map[string]any `json:"args,omitempty"`
}

// Msg returns the message with the given key, English wording and arguments;
// pairs alternates argument names and values.
func Msg(key, text string, pairs ...any) Message {
	m := Message{Key: key, Text: text}
	if len(pairs) > 0 {
		m.Args = make(map[string]any, len(pairs)/2)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// IsZero reports whether the message says nothing.
func (m Message) IsZero() bool { return m.Key == "" && m.Text == "" }

// String returns the English wording with its arguments filled in.
func (m Message) String() string {
	if !strings.Contains(m.Text, "{{") {
		return m.Text
	}
	t, err := template.New("").Option("missingkey=zero").Parse(m.Text)
	if err != nil {
		return m.Text
	}
	var b strings.Builder
	if err := t.Execute(&b, m.Args); err != nil {
		return m.Text
	}
	return b.String()
}
