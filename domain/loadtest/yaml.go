package loadtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"

	"plog.dev/plog/domain"
)

// ParseYAML reads a plan as YAML writes it. An unknown field, a wrong type or
// broken YAML is an Invalid domain.Error that shows the line. The plan is as
// written: WithDefaults and Validate are the caller's.
func ParseYAML(text []byte) (Plan, error) {
	var p Plan
	err := yaml.NewDecoder(bytes.NewReader(text), yaml.DisallowUnknownField()).Decode(&p)
	if errors.Is(err, io.EOF) {
		return Plan{}, domain.Errorf(domain.Invalid, "plan.rule.yaml_empty", "The plan is empty.")
	}
	if err != nil {
		return Plan{}, domain.Errorf(domain.Invalid, "plan.rule.yaml", "The plan cannot be read: {{.Error}}", "Error", yaml.FormatError(err, false, true))
	}
	return p, nil
}

// YAML writes p without its identities, so that it can be kept in a repository
// and read by ParseYAML. Secrets are written as they are: Masked hides them.
func YAML(p Plan) ([]byte, error) {
	text, err := yaml.MarshalWithOptions(p, yaml.IndentSequence(true), yaml.CustomMarshaler(quoteUnsafe))
	if err != nil {
		return nil, fmt.Errorf("write plan %q as YAML: %w", p.Name, err)
	}
	return text, nil
}

// quoteUnsafe writes text with control characters as JSON does, which YAML
// reads too: the library writes tabs and carriage returns bare and reads them
// back as something else.
func quoteUnsafe(s string) ([]byte, error) {
	if strings.IndexFunc(s, unsafeBare) < 0 && strings.TrimSpace(s) == s {
		return yaml.Marshal(s)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return b.Bytes(), err
}

func unsafeBare(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff'
}
