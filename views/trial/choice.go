package trial

import (
	"encoding/json"
	"slices"
	"strings"

	"plog.dev/plog/domain/openapi"
)

// schema is what a form says of a parameter's schema.
type schema struct {
	Type      any               `json:"type"`
	Format    string            `json:"format"`
	Enum      []json.RawMessage `json:"enum"`
	Items     *schema           `json:"items"`
	Minimum   json.Number       `json:"minimum"`
	Maximum   json.Number       `json:"maximum"`
	MinLength json.Number       `json:"minLength"`
	MaxLength json.Number       `json:"maxLength"`
	Pattern   string            `json:"pattern"`
	Nullable  bool              `json:"nullable"` // OpenAPI 3.0
}

// read returns what can be read of a schema: one that is no object, or is in
// another form, says nothing.
func read(raw json.RawMessage) schema {
	var s schema
	if json.Unmarshal(raw, &s) != nil {
		return schema{}
	}
	return s
}

// types returns the schema's types, without null.
func (s schema) types() []string {
	var all []string
	switch t := s.Type.(type) {
	case string:
		all = []string{t}
	case []any:
		for _, one := range t {
			if name, ok := one.(string); ok {
				all = append(all, name)
			}
		}
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "null" })
}

// TypeOf returns a schema's type in short: "integer (int64)", "string[]",
// "string | integer".
func TypeOf(raw json.RawMessage) string { return read(raw).short() }

func (s schema) short() string {
	kinds := s.types()
	for i, kind := range kinds {
		if kind == "array" && s.Items != nil {
			inner := s.Items.short()
			if strings.ContainsAny(inner, " ") {
				inner = "(" + inner + ")"
			}
			kinds[i] = inner + "[]"
		}
	}
	kind := strings.Join(kinds, " | ")
	if s.Format != "" {
		kind = strings.TrimSpace(kind + " (" + s.Format + ")")
	}
	return kind
}

// bounds returns the schema's limits in the specification's own words.
func (s schema) bounds() string {
	var parts []string
	add := func(low, high json.Number, unit string) {
		switch {
		case low != "" && high != "":
			parts = append(parts, low.String()+"–"+high.String()+unit)
		case low != "":
			parts = append(parts, "≥ "+low.String()+unit)
		case high != "":
			parts = append(parts, "≤ "+high.String()+unit)
		}
	}
	add(s.Minimum, s.Maximum, "")
	if s.MinLength != "0" {
		add(s.MinLength, s.MaxLength, " chars")
	} else {
		add("", s.MaxLength, " chars")
	}
	if s.Pattern != "" && len(s.Pattern) <= 60 {
		parts = append(parts, s.Pattern)
	}
	return strings.Join(parts, " · ")
}

// choices returns the values that a row may have when they are few and known,
// as they would be sent; none when any is possible, or when the row holds
// something else.
func choices(p openapi.Parameter, r Row) []string {
	s := read(p.Schema)
	if slices.Contains(s.types(), "array") && s.Items != nil {
		s = *s.Items
	}
	var list []string
	if len(s.Enum) > 0 {
		for _, v := range s.Enum {
			text := string(v)
			if text == "null" {
				continue
			}
			if v[0] == '"' && json.Unmarshal(v, &text) != nil {
				continue
			}
			list = append(list, text)
		}
	} else if slices.Equal(s.types(), []string{"boolean"}) {
		list = []string{"true", "false"}
	}
	if !slices.Contains(list, r.Value) {
		return nil
	}
	return list
}
