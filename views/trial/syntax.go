package trial

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	yamlparser "github.com/goccy/go-yaml/parser"

	"plog.dev/plog/domain"
)

// Syntax returns what is wrong with a text of the media type, and where; the
// zero Message when it can be read, or when the type's syntax is not known.
func Syntax(media, text string) domain.Message {
	base, _, _ := strings.Cut(strings.ToLower(media), ";")
	switch base = strings.TrimSpace(base); {
	case base == "application/json", strings.HasSuffix(base, "+json"), strings.HasSuffix(base, "/json"):
		return jsonSyntax(text)
	case strings.HasSuffix(base, "/xml"), strings.HasSuffix(base, "+xml"):
		return xmlSyntax(text)
	case strings.HasSuffix(base, "yaml"), strings.HasSuffix(base, "yml"):
		return yamlSyntax(text)
	}
	return domain.Message{}
}

func jsonSyntax(text string) domain.Message {
	var raw json.RawMessage
	err := json.Unmarshal([]byte(text), &raw)
	if err == nil {
		return domain.Message{}
	}
	offset := len(text)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = min(int(syntax.Offset), len(text))
	}
	before := text[:max(offset-1, 0)]
	if strings.Contains(err.Error(), "unexpected end") {
		before = text[:offset]
	}
	line := 1 + strings.Count(before, "\n")
	column := 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	return broken("JSON", line, column, err.Error())
}

func xmlSyntax(text string) domain.Message {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // the text is UTF-8 here
	elements := 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && elements > 0:
			return domain.Message{}
		case err != nil:
			line, column := d.InputPos()
			var syntax *xml.SyntaxError
			detail := err.Error()
			if errors.As(err, &syntax) {
				detail = syntax.Msg
			}
			return broken("XML", line, column, detail)
		}
		if _, ok := token.(xml.StartElement); ok {
			elements++
		}
	}
}

func yamlSyntax(text string) domain.Message {
	_, err := yamlparser.ParseBytes(bytes.TrimSpace([]byte(text)), 0)
	var at yaml.Error
	switch {
	case err == nil:
		return domain.Message{}
	case errors.As(err, &at) && at.GetToken() != nil:
		return broken("YAML", at.GetToken().Position.Line, at.GetToken().Position.Column, at.GetMessage())
	}
	return broken("YAML", 1, 1, err.Error())
}

func broken(format string, line, column int, detail string) domain.Message {
	return domain.Msg("tryit.syntax", "This is not valid {{.Format}}: line {{.Line}}, column {{.Column}}, {{.Detail}}.",
		"Format", format, "Line", line, "Column", column, "Detail", detail)
}
