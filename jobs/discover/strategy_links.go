package discover

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serviceLinks reads what RFC 8631 gives APIs to name their description by:
// the relation service-desc, as a Link header or as <link>.
func serviceLinks(p page) []offer {
	var all offer
	for _, l := range linksOf(p.header) {
		if l.describes() {
			all = append(all, p.at(l.title, l.href)...)
		}
	}
	for _, e := range p.elements {
		l := link{href: e.attrs["href"], rel: strings.Fields(strings.ToLower(e.attrs["rel"])), title: e.attrs["title"], media: e.attrs["type"]}
		if (e.tag == "link" || e.tag == "a") && l.describes() {
			all = append(all, p.at(l.title, l.href)...)
		}
	}
	return []offer{all}
}

// link is a web link as of RFC 8288.
type link struct {
	href  string
	rel   []string // lower case
	title string
	media string
}

// describes reports whether a link leads to the description of an API for machines.
func (l link) describes() bool {
	return slices.Contains(l.rel, "service-desc") || slices.Contains(l.rel, "describedby") ||
		slices.Contains(l.rel, "alternate") && strings.Contains(l.media, "openapi")
}

// documents reports whether a link leads to the description of an API for people.
func (l link) documents() bool {
	return slices.Contains(l.rel, "service-doc") || slices.Contains(l.rel, "api-catalog")
}

// linksOf returns the links in the header Link.
func linksOf(h http.Header) []link { return parseLinks(strings.Join(h.Values("Link"), ",")) }

// parseLinks reads links in the syntax of the header Link; what does not keep
// to it is left out.
func parseLinks(s string) []link {
	var all []link
	for {
		_, rest, ok := strings.Cut(s, "<")
		if !ok {
			return all
		}
		href, params, ok := strings.Cut(rest, ">")
		if !ok {
			return all
		}
		l := link{href: strings.TrimSpace(href)}
		s = l.parameters(params)
		all = append(all, l)
	}
}

// parameters reads the parameters of a link and returns what follows them.
func (l *link) parameters(s string) (rest string) {
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" || s[0] != ';' {
			return s
		}
		end := strings.IndexAny(s[1:], "=;,")
		if end < 0 {
			return ""
		}
		name := strings.ToLower(strings.TrimSpace(s[1 : end+1]))
		s = s[end+1:]
		if s[0] != '=' {
			continue
		}
		var value string
		value, s = parameterValue(s[1:])
		switch name {
		case "rel":
			l.rel = strings.Fields(strings.ToLower(value))
		case "title":
			l.title = value
		case "title*":
			if parts := strings.SplitN(value, "'", 3); len(parts) == 3 {
				if title, err := url.PathUnescape(parts[2]); err == nil {
					l.title = title
				}
			}
		case "type":
			l.media = value
		}
	}
}

func parameterValue(s string) (value, rest string) {
	s = strings.TrimLeft(s, " \t")
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, ";,")
		if end < 0 {
			end = len(s)
		}
		return strings.TrimSpace(s[:end]), s[end:]
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
