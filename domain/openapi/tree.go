package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// lenient returns a decoder that reads JSON as browsers do: a member that is written twice counts as
// the last one, and half a surrogate pair does no harm.
func lenient(raw []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// readTree reads a file, JSON or YAML by its content, as a value. Unlike Parse
// it takes any file: one that holds a single schema, for example.
func readTree(raw []byte) (any, error) {
	raw, err := enter(raw)
	if err != nil {
		return nil, err
	}
	root, err := load(raw)
	if err != nil {
		return nil, err
	}
	budget := max(maxValueNodes, len(raw)) // aliases may make it larger than the file
	v := valueOf(root, 0, &budget)
	if budget < 0 {
		return nil, errTooDeep()
	}
	return v, nil
}

// readJSON reads one JSON text. The decoder ends nesting that no document has.
func readJSON(raw []byte) (any, error) {
	d, left := lenient(raw), maxNodes
	v, err := nextJSON(d, &left)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(d.UnreadBuffer())) > 0 {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func nextJSON(d *jsontext.Decoder, left *int) (any, error) {
	if *left--; *left < 0 {
		return nil, errTooMany()
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	switch t.Kind() {
	case '[':
		list := []any{}
		for d.PeekKind() != ']' {
			e, err := nextJSON(d, left)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
		return list, endJSON(d)
	case '{':
		o := object{}
		for d.PeekKind() != '}' {
			k, err := d.ReadToken()
			if err != nil {
				return nil, fmt.Errorf("read JSON: %w", err)
			}
			name := k.String()
			v, err := nextJSON(d, left)
			if err != nil {
				return nil, err
			}
			o = append(o, member{name, v})
		}
		return o, endJSON(d)
	case 't', 'f':
		return t.Bool(), nil
	case '"':
		return t.String(), nil
	case '0':
		return json.Number(t.String()), nil
	}
	return nil, nil
}

func endJSON(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	return nil
}

// pointerSteps splits a JSON pointer, as written behind the "#" of a reference; false
// for what is no pointer.
func pointerSteps(fragment string) ([]string, bool) {
	if fragment == "" {
		return nil, true
	}
	if fragment[0] != '/' {
		return nil, false
	}
	list := strings.Split(fragment[1:], "/")
	for i, step := range list {
		if decoded, err := url.PathUnescape(step); err == nil {
			step = decoded
		}
		list[i] = unescapeStep(step)
	}
	return list, true
}

func escapeStep(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

func unescapeStep(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
}

// step returns a member or element of v.
func step(v any, name string) (any, bool) {
	switch v := v.(type) {
	case object:
		return v.get(name)
	case []any:
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}
