package k6

import (
	"regexp"
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

var pathParam = regexp.MustCompile(`\{([^{}/?#]+)\}`)

// address returns where a step's request goes, encoded.
func address(base string, s loadtest.Step) string {
	path, _, _ := strings.Cut(s.Path, "#") // documents tell operations apart by a fragment; it is never sent
	values := map[string]string{}
	for _, p := range s.Request.PathParams {
		values[p.Name] = encodePath(p)
	}
	var b strings.Builder
	b.WriteString(strings.TrimRight(base, "/"))
	from := 0
	for _, at := range pathParam.FindAllStringSubmatchIndex(path, -1) {
		value, given := values[path[at[2]:at[3]]]
		if !given {
			continue
		}
		b.WriteString(percent(path[from:at[0]], template, true))
		b.WriteString(value)
		from = at[1]
	}
	b.WriteString(percent(path[from:], template, true))
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for _, p := range s.Request.Query {
		b.WriteString(separator)
		b.WriteString(percent(p.Name, "", false))
		b.WriteByte('=')
		if p.AllowReserved {
			b.WriteString(percent(p.Value, reservedInQuery, true))
		} else {
			b.WriteString(percent(p.Value, "", false))
		}
		separator = "&"
	}
	return b.String()
}

func encodePath(p loadtest.Param) string {
	if p.AllowReserved {
		return percent(p.Value, reservedInPath, true)
	}
	return percent(p.Value, "", false)
}

// headers returns what a step sends: the plan's headers, its credentials, the
// body's media type and the step's own, the later instead of the earlier of the
// same name; all cookies go together. A name
// that a step repeats has its values joined by a comma (RFC 9110, 5.3). Values
// are sent as UTF-8; a server that reads headers as Latin-1 sees those bytes,
// and white space around a value is no part of it.
func headers(plan []loadtest.Header, with carried, secrets *secretList, mediaType string, r loadtest.Request) []header {
	all := headerList{}
	for _, h := range plan {
		if h.Secret {
			all.set(header{Name: h.Name, Parts: []part{{Secret: secrets.add(h.Value, "header "+h.Name)}}})
			continue
		}
		all.set(header{Name: h.Name, Value: h.Value})
	}
	for _, h := range with.headers {
		all.set(h)
	}
	multipart := strings.HasPrefix(mediaType, "multipart/")
	if mediaType != "" {
		all.set(header{Name: "Content-Type", Value: mediaType})
	}
	own := map[string]bool{}
	for _, p := range r.Headers {
		key := strings.ToLower(p.Name)
		if multipart && key == "content-type" {
			continue // it would lose the boundary
		}
		if own[key] {
			all.join(p.Name, ", ", part{Text: p.Value})
			continue
		}
		own[key] = true
		all.set(header{Name: p.Name, Value: p.Value})
	}
	for _, p := range r.Cookies {
		all.join("Cookie", "; ", part{Text: p.Name + "=" + encodeCookie(p)})
	}
	for _, c := range with.cookies {
		all.join("Cookie", "; ", append([]part{{Text: c.Name + "="}}, c.Parts...)...)
	}
	return all
}

func encodeCookie(p loadtest.Param) string {
	if p.AllowReserved {
		return p.Value
	}
	return percent(p.Value, cookieOctets, false)
}

type headerList []header

func (l headerList) find(name string) int {
	for i, h := range l {
		if strings.EqualFold(h.Name, name) {
			return i
		}
	}
	return -1
}

func (l *headerList) set(h header) {
	if i := l.find(h.Name); i >= 0 {
		(*l)[i] = h
		return
	}
	*l = append(*l, h)
}

// join appends to the header's value, with the separator before.
func (l *headerList) join(name, separator string, parts ...part) {
	i := l.find(name)
	if i < 0 {
		i, separator = len(*l), ""
		*l = append(*l, header{Name: name})
	}
	h := &(*l)[i]
	parts[0].Text = separator + parts[0].Text
	for _, p := range parts {
		switch {
		case h.Parts == nil && p.Secret == nil && p.Token == nil:
			h.Value += p.Text
			continue
		case h.Value != "":
			h.Parts, h.Value = []part{{Text: h.Value}}, ""
		}
		h.Parts = append(slices.Clip(h.Parts), p)
	}
}
