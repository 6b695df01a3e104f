package loadtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// saidRunes is how much of a target's own words is shown at most.
const saidRunes = 300

// Said returns in one line what the body of a response says went wrong: the
// message of a JSON object as the common frameworks and RFC 9457 write it, or
// else the first line of a text; "" when it says nothing that is worth reading.
func Said(r Response) string {
	body := bytes.TrimSpace(r.Body)
	if len(body) == 0 || !utf8.Valid(body) && !r.Truncated {
		return ""
	}
	var v any
	if json.Unmarshal(body, &v) == nil {
		return oneLine(message(v, 4))
	}
	if body[0] == '<' || body[0] == '{' || body[0] == '[' {
		return "" // a page, or JSON that was cut off
	}
	first, _, _ := bytes.Cut(body, []byte("\n"))
	return oneLine(string(first))
}

// messageFields are where messages stand, the most telling first.
var messageFields = []string{"detail", "details", "errors", "violations", "fieldErrors", "message", "error_description", "error", "msg", "reason", "title", "description"}

// message joins what a JSON value says: of an object its most telling field,
// with the place that it is about, if that is told beside it.
func message(v any, depth int) string {
	switch v := v.(type) {
	case string:
		return v
	case []any:
		var all []string
		for _, element := range v[:min(len(v), 5)] {
			if text := message(element, depth-1); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, "; ")
	case map[string]any:
		if depth <= 0 {
			return ""
		}
		for _, field := range messageFields {
			if text := message(v[field], depth-1); text != "" {
				return withPlace(v, text)
			}
		}
		return byField(v)
	}
	return ""
}

// byField joins what an object says that has a list of messages per field, as
// Django and ASP.NET write it.
func byField(v map[string]any) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(v)) {
		if list, is := v[field].([]any); is {
			if text := message(list, 1); text != "" {
				all = append(all, field+": "+text)
			}
		}
	}
	return strings.Join(all[:min(len(all), 5)], "; ")
}

// withPlace puts the field that a message is about before it.
func withPlace(about map[string]any, text string) string {
	for _, key := range []string{"loc", "field", "path", "property", "propertyPath", "param", "pointer"} {
		switch place := about[key].(type) {
		case string:
			if place != "" && !strings.Contains(text, place) && !strings.HasPrefix(place, "/") {
				return place + ": " + text
			}
		case []any:
			parts := make([]string, len(place))
			for i, part := range place {
				parts[i] = fmt.Sprint(part)
			}
			return strings.Join(parts, ".") + ": " + text
		}
	}
	return text
}

func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if runes := []rune(text); len(runes) > saidRunes {
		return string(runes[:saidRunes]) + "…"
	}
	return text
}
