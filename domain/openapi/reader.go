package openapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

// reader turns one document into a Document.
type reader struct {
	src   *source
	doc   *Document
	nodes []*yaml.Node // of the operations

	parameterCount int
	faults         faults
	extras         extras
}

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}

// eachOperation calls read for every operation, with the path item it is in.
func (r *reader) eachOperation(read func(path, method string, item, operation *yaml.Node)) {
	for path, item := range lastOf(get(r.src.root, "paths")) {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		if item = r.mapping(item); item == nil {
			continue
		}
		empty := true
		for method, n := range lastOf(item) {
			if slices.Contains(methods, method) {
				empty = false
				r.visit(path, method, item, n, read)
			}
		}
		for method, n := range pairs(get(item, "additionalOperations")) {
			empty = false
			r.visit(path, method, item, n, read)
		}
		if empty {
			r.faults.add(item, "openapi.fault.no_methods", "The path “{{.Path}}” has no operations.", "Path", path)
		}
	}
}

func (r *reader) visit(path, method string, item, n *yaml.Node, read func(path, method string, item, operation *yaml.Node)) {
	method = strings.ToUpper(method)
	if n = r.mapping(n); n != nil {
		read(path, method, item, n)
	}
}

// mapping follows n's reference; nil for anything but a mapping.
func (r *reader) mapping(n *yaml.Node) *yaml.Node {
	if n = r.src.deref(n); n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	return n
}

// describe reads what all versions say of an operation in the same way.
func (r *reader) describe(path, method string, n *yaml.Node) Operation {
	op := Operation{
		Method: method, Path: path, OperationID: scalar(get(n, "operationId")), Tags: texts(get(n, "tags")),
		Summary: scalar(get(n, "summary")), Description: scalar(get(n, "description")), Deprecated: truth(get(n, "deprecated")),
		Extensions: r.extras.read(n),
	}
	for code := range pairs(get(n, "responses")) {
		if !strings.HasPrefix(code, "x-") {
			op.Responses = append(op.Responses, code)
		}
	}
	if len(op.Responses) == 0 && needsResponses.MatchString(r.doc.OpenAPI) {
		r.faults.add(n, "openapi.fault.responses", "{{.Name}} does not say what it answers (responses).", "Name", op.Name())
	}
	return op
}

// needsResponses are the versions in which an operation has to say what it answers.
var needsResponses = regexp.MustCompile(`^(2\.0|3\.0)`)

// addOperation completes an operation, which stands at n, and appends it to
// the document.
func (r *reader) addOperation(op Operation, n *yaml.Node, params []rawParameter) {
	op.Tags = orEmpty(op.Tags)
	op.Parameters = []Parameter{}
	for _, p := range r.declared(op, n, params) {
		op.Parameters = append(op.Parameters, r.parameter(p, op.Name()))
	}
	r.doc.Operations = append(r.doc.Operations, op)
	r.nodes = append(r.nodes, n)
}

// preamble reads what comes before the paths.
func (r *reader) preamble() {
	info := get(r.src.root, "info")
	about := info
	if about == nil {
		about = r.src.root
	}
	title := get(info, "title")
	r.doc.Title, r.doc.Version = scalar(title), scalar(get(info, "version"))
	switch {
	case r.doc.Title == "":
		r.faults.add(about, "openapi.fault.title", "The document does not name its API (info.title).")
	case title.ShortTag() != "!!str":
		r.faults.add(title, "openapi.fault.type_text", "“{{.Key}}” should be text.", "Key", "title")
	}
	if version := get(info, "version"); version != nil && version.ShortTag() != "!!str" && version.ShortTag() != "!!timestamp" {
		r.faults.add(version, "openapi.fault.type_text", "“{{.Key}}” should be text.", "Key", "version")
	}
	for _, t := range items(get(r.src.root, "tags")) {
		if name := scalar(get(t, "name")); name != "" {
			r.doc.Tags = append(r.doc.Tags, Tag{Name: name, Description: first(scalar(get(t, "description")), scalar(get(t, "summary")))})
		}
	}
	r.doc.Extensions = r.extras.read(r.src.root)
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// texts returns a list of strings.
func texts(n *yaml.Node) []string {
	var list []string
	for _, c := range items(n) {
		if c.Kind == yaml.ScalarNode {
			list = append(list, c.Value)
		}
	}
	return list
}
