package contract

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/what-changed/model"

	"plog.dev/plog/domain/openapi"
)

// compare returns what changed, in depth. The library compares the documents;
// what it finds in schemas that are shared is told of every operation that
// reaches them, and what breaks is decided by the direction: a request must
// keep what was allowed, a response what was promised.
func compare(before, after []byte) (openapi.Diff, error) {
	old, err := openapi.Parse(before)
	if err != nil {
		return openapi.Diff{}, fmt.Errorf("the document before: %w", err)
	}
	now, err := openapi.Parse(after)
	if err != nil {
		return openapi.Diff{}, fmt.Errorf("the document after: %w", err)
	}
	left, err := libopenapi.NewDocument(before)
	if err != nil {
		return openapi.Diff{}, fmt.Errorf("open the document before: %w", err)
	}
	right, err := libopenapi.NewDocument(after)
	if err != nil {
		return openapi.Diff{}, fmt.Errorf("open the document after: %w", err)
	}
	found, err := libopenapi.CompareDocuments(left, right)
	if found == nil {
		if err != nil {
			return openapi.Diff{}, fmt.Errorf("compare: %w", err)
		}
		return openapi.Compare(old, now, func(_, _ openapi.Operation) []openapi.Change { return nil }), nil
	}
	f := findings{parameters: parametersOf(old, now), operations: map[string][]openapi.Change{}, shared: map[string][]openapi.Change{}}
	f.document(found)
	uses := newUses(left.GetSpecInfo().RootNode, right.GetSpecInfo().RootNode)
	used := map[string]bool{}
	d := openapi.Compare(old, now, func(_, op openapi.Operation) []openapi.Change {
		changes := f.operations[op.Name()]
		for _, u := range uses.reached(op) {
			used[u.schema] = true
			for _, c := range f.shared[u.schema] {
				c.At = u.place.Below(c.At)
				c.Breaking = breaks(c)
				changes = append(changes, c)
			}
		}
		return changes
	})
	for _, name := range slices.Sorted(maps.Keys(f.shared)) {
		if used[name] {
			continue
		}
		for _, c := range f.shared[name] {
			c.At = openapi.Place{Part: openapi.PartSchema, Name: name}.Below(c.At)
			c.Breaking = false // nobody sends or receives it
			f.whole = append(f.whole, c)
		}
	}
	openapi.SortChanges(f.whole)
	d.Document = slices.Compact(f.whole)
	return d, nil
}

// findings sorts what the library found.
type findings struct {
	parameters map[string]string           // "METHOD /path name" → in
	operations map[string][]openapi.Change // by name
	shared     map[string][]openapi.Change // by schema; At.Path is within it
	whole      []openapi.Change
}

func parametersOf(documents ...openapi.Document) map[string]string {
	places := map[string]string{}
	for _, doc := range documents {
		for _, op := range doc.Operations {
			for _, p := range op.Parameters {
				places[op.Name()+" "+p.Name] = p.In
			}
		}
	}
	return places
}

func (f *findings) document(d *model.DocumentChanges) {
	add := func(c openapi.Change) { f.whole = append(f.whole, c) }
	if d.PathsChanges != nil {
		for path, item := range d.PathsChanges.PathItemsChanges {
			f.pathItem(path, item)
		}
	}
	whole := visitor{emit: add}
	at := trail{next: inOperation}
	if d.PropertyChanges != nil {
		whole.changes(d.Changes, at)
	}
	for _, s := range d.ServerChanges {
		whole.visit(s, at.step("servers"))
	}
	for _, s := range d.SecurityRequirementChanges {
		whole.visit(s, at.step("security"))
	}
	if d.InfoChanges != nil {
		whole.visit(d.InfoChanges, trail{place: openapi.Place{Part: openapi.PartInfo}})
	}
	if d.ComponentsChanges == nil {
		return
	}
	for name, s := range d.ComponentsChanges.SchemaChanges {
		v := visitor{emit: func(c openapi.Change) { f.shared[name] = append(f.shared[name], c) }}
		v.visit(s, trail{next: inSchema})
	}
	for name, s := range d.ComponentsChanges.SecuritySchemeChanges {
		security := openapi.Place{Part: openapi.PartSecurity}
		whole.visit(s, trail{place: security.Into(name)})
	}
}

func (f *findings) pathItem(path string, item *model.PathItemChanges) {
	operations := map[string]*model.OperationChanges{
		"GET": item.GetChanges, "PUT": item.PutChanges, "POST": item.PostChanges, "DELETE": item.DeleteChanges,
		"OPTIONS": item.OptionsChanges, "HEAD": item.HeadChanges, "PATCH": item.PatchChanges, "TRACE": item.TraceChanges,
		"QUERY": item.QueryChanges,
	}
	maps.Copy(operations, item.AdditionalOperationChanges)
	for method, changes := range operations {
		name := method + " " + path
		v := visitor{
			in:   func(parameter string) string { return f.parameters[name+" "+parameter] },
			emit: func(c openapi.Change) { f.operations[name] = append(f.operations[name], c) },
		}
		if changes != nil {
			v.visit(changes, trail{next: inOperation})
		}
		// What stands beside the operations is for each of them.
		for _, p := range item.ParameterChanges {
			v.visit(p, trail{next: inOperation}.parameter(p.Name, v.in(p.Name)))
		}
		for _, s := range item.ServerChanges {
			v.visit(s, trail{next: inOperation}.step("servers"))
		}
	}
}
