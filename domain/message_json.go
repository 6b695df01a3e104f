package domain

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// UnmarshalJSON reads a message so that it is worded as it was when written:
// whole numbers among the arguments come back as int64, messages as messages.
func (m *Message) UnmarshalJSON(b []byte) error {
	type plain Message // without this method
	var p plain
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&p); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	for name, arg := range p.Args {
		p.Args[name] = argument(arg)
	}
	*m = Message(p)
	return nil
}

func argument(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
	case map[string]any:
		if m, ok := nested(v); ok {
			return m
		}
	}
	return v
}

// nested reads an object that holds nothing but a message's parts.
func nested(parts map[string]any) (Message, bool) {
	var (
		m    Message
		good = len(parts) > 0
	)
	for name, part := range parts {
		var ok bool
		switch name {
		case "key":
			m.Key, ok = part.(string)
		case "text":
			m.Text, ok = part.(string)
		case "args":
			m.Args, ok = part.(map[string]any)
		}
		good = good && ok
	}
	for name, arg := range m.Args {
		m.Args[name] = argument(arg)
	}
	return m, good
}
