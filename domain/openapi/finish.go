package openapi

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pb33f/go-yaml"
)

// known are the versions that were written when this was.
var known = regexp.MustCompile(`^(2\.0|3\.[0-2])(\.|$)`)

// finish notes what only the whole document shows.
func (r *reader) finish() {
	if !known.MatchString(r.doc.OpenAPI) {
		r.faults.add(r.versionNode(), "openapi.fault.version",
			"The version {{.Version}} is not known; the document is read as the nearest one that is.", "Version", r.doc.OpenAPI)
	}
	if len(r.doc.Operations) == 0 {
		r.faults.add(get(r.src.root, "paths"), "openapi.fault.no_operations", "The document has no operations.")
	}
	r.sameIDs()
	r.samePaths()
	s := survey{src: r.src, faults: &r.faults, known: map[string]bool{}, within: map[*yaml.Node]bool{}}
	s.node(r.src.root, "", documentPart, 0)
	for _, ref := range slices.Sorted(maps.Keys(r.src.missing)) {
		if !s.known[ref] && strings.HasPrefix(ref, "#") {
			r.faults.add(nil, "openapi.fault.ref", "The reference {{.Ref}} leads nowhere.", "Ref", ref)
		}
	}
	r.doc.Faults = r.faults.located(r.src.root)
}

func (r *reader) versionNode() *yaml.Node {
	if n := get(r.src.root, "openapi"); n != nil {
		return n
	}
	return get(r.src.root, "swagger")
}

func (r *reader) sameIDs() {
	ids := map[string]string{}
	for i, op := range r.doc.Operations {
		if op.OperationID == "" {
			continue
		}
		if other, twice := ids[op.OperationID]; twice {
			r.faults.add(get(r.nodes[i], "operationId"), "openapi.fault.operation_id", "“{{.Other}}” has the operationId “{{.ID}}” too.", "Other", other, "ID", op.OperationID)
		}
		ids[op.OperationID] = op.Name()
	}
}

// samePaths finds paths that differ only in what their parameters are called,
// or in a slash at the end: servers often take them for one.
func (r *reader) samePaths() {
	seen := map[string]string{}
	for i, op := range r.doc.Operations {
		if !strings.HasPrefix(op.Path, "/") {
			r.faults.add(r.nodes[i], "openapi.fault.path", "The path “{{.Path}}” does not begin with a slash.", "Path", op.Path)
		}
		shape := op.Method + " " + strings.TrimSuffix(placeholder.ReplaceAllString(op.Path, "{}"), "/")
		if other, twice := seen[shape]; twice && other != op.Path {
			r.faults.add(r.nodes[i], "openapi.fault.same_path", "“{{.Path}}” and “{{.Other}}” differ only in spelling, so a server cannot tell them apart.", "Path", op.Path, "Other", other)
		}
		seen[shape] = op.Path
	}
}
