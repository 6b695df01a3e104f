package trial

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"plog.dev/plog/domain/loadtest"
)

const (
	// maxNesting is how deep a body may nest to be laid out: beyond, its
	// indentation would be larger than itself many times over.
	maxNesting = 64
	// maxDump is how many bytes of what is no text are shown.
	maxDump = 512
)

// Content is a body as it is shown: always as text, never as what it says it is.
type Content struct {
	Text   string
	Binary bool // Text is a dump of its first bytes
}

// ContentOf returns a body for reading: JSON and XML laid out, other text as it
// is, anything else as a dump of its first bytes.
func ContentOf(media string, body []byte) Content {
	if text, ok := readable(body); ok {
		return Content{Text: pretty(media, text)}
	}
	return Content{Text: hex.Dump(body[:min(len(body), maxDump)]), Binary: true}
}

// readable returns body as text; a character that was cut in two at its end is
// left out.
func readable(body []byte) (string, bool) {
	whole := body
	for cut := 1; cut < utf8.UTFMax && cut <= len(body); cut++ {
		if tail := body[len(body)-cut:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole = body[:len(body)-cut]
			}
			break
		}
	}
	if !utf8.Valid(whole) || bytes.ContainsRune(whole, 0) || len(whole) == 0 && len(body) > 0 {
		return "", false
	}
	return string(whole), true
}

func pretty(media, text string) string {
	base, _, err := mime.ParseMediaType(media)
	if err != nil {
		base = ""
	}
	trimmed := strings.TrimSpace(text)
	switch {
	case strings.HasSuffix(base, "json") || strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "["):
		var out bytes.Buffer
		if depth(trimmed) <= maxNesting && json.Indent(&out, []byte(trimmed), "", "  ") == nil {
			return out.String()
		}
	case strings.HasSuffix(base, "xml"):
		if out, ok := indentXML(trimmed); ok {
			return out
		}
	}
	return text
}

// depth returns how deep brackets nest, those in strings among them.
func depth(text string) (deepest int) {
	at := 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[':
			at++
			deepest = max(deepest, at)
		case '}', ']':
			at--
		}
	}
	return deepest
}

// indentXML puts each element on a line of its own, unless it holds only text.
// The bytes of the elements stay as they are; false when it is no XML.
func indentXML(text string) (string, bool) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = true
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // only offsets are used
	var out strings.Builder
	level, inline := 0, false
	for {
		from := d.InputOffset()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String(), level == 0
		}
		if err != nil {
			return "", false
		}
		raw := text[from:d.InputOffset()]
		switch t := token.(type) {
		case xml.EndElement:
			level--
			if !inline && raw != "" {
				newLine(&out, level)
			}
			inline = false
		case xml.CharData:
			if len(bytes.TrimSpace(t)) == 0 {
				continue
			}
			inline = true
		default:
			if !inline {
				newLine(&out, level)
			}
		}
		out.WriteString(raw)
		if _, opened := token.(xml.StartElement); opened {
			level++
			inline = false
			if strings.HasSuffix(raw, "/>") {
				continue
			}
			if next := text[d.InputOffset():]; strings.HasPrefix(next, "</") {
				inline = true
			}
		}
		if level > maxNesting {
			return "", false
		}
	}
}

func newLine(out *strings.Builder, level int) {
	if out.Len() > 0 {
		out.WriteByte('\n')
	}
	out.WriteString(strings.Repeat("  ", max(level, 0)))
}

// contentType returns the value of that header, "" when there is none.
func contentType(headers []loadtest.Param) string {
	for _, h := range headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			return h.Value
		}
	}
	return ""
}
