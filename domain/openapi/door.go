package openapi

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/pb33f/go-yaml"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"plog.dev/plog/domain"
)

// MaxBytes is how large a document may be.
const MaxBytes = 64 << 20

const (
	maxTreeDepth = 1_000
	maxTreeNodes = 20_000_000 // aliases expanded; GitHub's 13 MB has about 1,000,000
)

// enter refuses what is certainly no document, and returns the rest as UTF-8
// without a byte order mark.
func enter(raw []byte) ([]byte, error) {
	if len(raw) > MaxBytes {
		return nil, tooLarge()
	}
	if text, err := decodeUnicode(raw); err == nil {
		raw = text
	}
	trimmed := bytes.TrimSpace(raw)
	switch {
	case len(trimmed) == 0:
		return nil, domain.Errorf(domain.Invalid, "openapi.empty",
			"The document is empty. Check that the address or file is the right one.")
	case bytes.IndexByte(raw, 0) >= 0 || !utf8.Valid(raw):
		return nil, domain.Errorf(domain.Invalid, "openapi.binary",
			"This is a binary file, not an API document. PLOG reads OpenAPI and Swagger documents in JSON or YAML.")
	case trimmed[0] == '<' && looksLikeHTML(trimmed):
		return nil, domain.Errorf(domain.Invalid, "openapi.html",
			"This is a web page, not an API document. Give the address of the OpenAPI document (often /openapi.json), or of the API's docs page.")
	case trimmed[0] == '<':
		return nil, domain.Errorf(domain.Invalid, "openapi.xml",
			"This is XML, not an API document. PLOG reads OpenAPI and Swagger documents in JSON or YAML.")
	}
	return raw, nil
}

func decodeUnicode(raw []byte) ([]byte, error) {
	out, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), raw)
	return out, err
}

func looksLikeHTML(trimmed []byte) bool {
	head := bytes.ToLower(trimmed[:min(len(trimmed), 1024)])
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.Contains(head, []byte("<html")) ||
		bytes.Contains(head, []byte("<head")) || bytes.Contains(head, []byte("<body")) || bytes.Contains(head, []byte("<div"))
}

var (
	yamlLine    = regexp.MustCompile(`(?:line |L)(\d+)`)
	otherFormat = []struct{ mark, name string }{
		{"swaggerVersion", "Swagger 1.x"},
		{"asyncapi", "AsyncAPI"},
		{"arazzo", "Arazzo"},
		{"_postman_id", "Postman"},
		{"getpostman.com", "Postman"},
		{"insomnia", "Insomnia"},
		{"\"log\"", "HAR"},
		{"#%RAML", "RAML"},
		{"kind: ", "Kubernetes"},
	}
)

// notOpenAPI returns the sentence for a text that is no OpenAPI document.
func notOpenAPI(raw []byte) error {
	head := string(raw[:min(len(raw), 4096)])
	for _, o := range otherFormat {
		if strings.Contains(head, o.mark) {
			return domain.Errorf(domain.Invalid, "openapi.other_format",
				"This looks like a {{.Format}} file. PLOG needs the API's OpenAPI or Swagger document, in JSON or YAML.", "Format", o.name)
		}
	}
	return domain.Errorf(domain.Invalid, "openapi.not_openapi",
		"This is not an OpenAPI document: it has neither “openapi” nor “swagger” at its top. Check that the address or file is the right one.")
}

func tooLarge() error {
	return domain.Errorf(domain.Invalid, "openapi.too_large",
		"This file is larger than {{.Limit}} MiB, which no API document should be. Check that the address leads to the document itself.", "Limit", MaxBytes>>20)
}

// badYAML returns the sentence for what is neither JSON nor YAML; only the
// library's text says where.
func badYAML(cause error) error {
	line := 0
	if m := yamlLine.FindStringSubmatch(cause.Error()); m != nil {
		_, _ = fmt.Sscan(m[1], &line)
	}
	return badSyntax(line, cause)
}

func badSyntax(line int, cause error) error {
	return domain.Errorf(domain.Invalid, "openapi.syntax",
		"The document is not valid JSON or YAML: something is wrong near line {{.Line}}. Correct it there and try again.", "Line", line).Because(cause)
}

func errTooDeep() error {
	return domain.Errorf(domain.Invalid, "openapi.bomb",
		"This document is nested too deeply or repeats itself too often through YAML aliases to be read. Simplify it and try again.")
}

// checkTree refuses documents whose depth or aliases would exhaust memory.
func checkTree(root *yaml.Node) error {
	sizes := map[*yaml.Node]int{}
	n, ok := expandedSize(root, 0, sizes)
	if !ok || n > maxTreeNodes {
		return errTooDeep()
	}
	return nil
}

// expandedSize counts the nodes below n as if aliases were copies. Only the
// targets of aliases are remembered: the rest is visited once anyway.
func expandedSize(n *yaml.Node, depth int, sizes map[*yaml.Node]int) (int, bool) {
	if n == nil {
		return 0, true
	}
	if depth > maxTreeDepth {
		return 0, false
	}
	if n.Kind == yaml.AliasNode {
		if known, seen := sizes[n.Alias]; seen {
			return known, true
		}
		sizes[n.Alias] = 0 // an alias within what it stands for
		size, ok := expandedSize(n.Alias, depth+1, sizes)
		sizes[n.Alias] = size
		return size, ok
	}
	total := 1
	for _, c := range n.Content {
		size, ok := expandedSize(c, depth+1, sizes)
		if total += size; !ok || total > maxTreeNodes {
			return total, false
		}
	}
	return total, true
}
