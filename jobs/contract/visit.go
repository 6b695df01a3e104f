package contract

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pb33f/libopenapi/what-changed/model"

	"plog.dev/plog/domain/openapi"
)

// visitor goes through the library's tree of changes. The tree is made of some
// forty types of the same making, so it is gone through by reflection: the
// names of their members lead the trail.
type visitor struct {
	in   func(parameter string) string // where a parameter of the operation is
	emit func(openapi.Change)
}

// visit emits all changes at and below node.
func (v visitor) visit(node any, at trail) { v.value(reflect.ValueOf(node), at) }

func (v visitor) value(node reflect.Value, at trail) {
	for node.Kind() == reflect.Pointer || node.Kind() == reflect.Interface {
		if node.IsNil() {
			return
		}
		node = node.Elem()
	}
	if node.Kind() != reflect.Struct || at.stop {
		return
	}
	for i := range node.NumField() {
		field := node.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			if own, ok := node.Field(i).Interface().(*model.PropertyChanges); ok && own != nil {
				v.changes(own.Changes, at)
			}
		case name != "" && name != "-":
			v.member(node.Field(i), at, name)
		}
	}
}

func (v visitor) member(m reflect.Value, at trail, name string) {
	switch m.Kind() {
	case reflect.Pointer:
		v.value(m, at.step(name))
	case reflect.Map:
		for _, key := range slices.SortedFunc(maps.Keys(byKey(m)), strings.Compare) {
			v.value(m.MapIndex(reflect.ValueOf(key)), at.step(name).step(key))
		}
	case reflect.Slice:
		if own, ok := m.Interface().([]*model.Change); ok {
			v.changes(own, at)
			return
		}
		for i := range m.Len() {
			if p, ok := m.Index(i).Interface().(*model.ParameterChanges); ok && p != nil {
				v.value(m.Index(i), at.parameter(p.Name, v.in(p.Name)))
				continue
			}
			v.value(m.Index(i), at.step(name))
		}
	}
}

func byKey(m reflect.Value) map[string]bool {
	keys := make(map[string]bool, m.Len())
	for _, k := range m.MapKeys() {
		keys[k.String()] = true
	}
	return keys
}

func (v visitor) changes(all []*model.Change, at trail) {
	for _, c := range all {
		if c == nil || wording(c.Property) || at.stop {
			continue
		}
		if change, ok := v.change(c, at); ok {
			v.emit(change)
		}
	}
}

// change puts one of the library's changes into our words; false for one that
// says nothing about requests and responses.
func (v visitor) change(c *model.Change, at trail) (openapi.Change, bool) {
	change := openapi.Change{At: at.place, What: c.Property, Before: cut(c.Original), After: cut(c.New), Breaking: c.Breaking}
	switch c.ChangeType {
	case model.PropertyAdded, model.ObjectAdded:
		change.Kind, change.Before = openapi.Added, ""
	case model.PropertyRemoved, model.ObjectRemoved:
		change.Kind, change.After = openapi.Removed, ""
	default:
		change.Kind = openapi.Changed
	}
	name := change.After + change.Before // one of them is empty when a thing came or went
	if change.Kind == openapi.Changed {
		name = ""
	}
	whole := func(place openapi.Place) {
		change.At, change.What, change.Before, change.After = place, "", "", ""
	}
	switch {
	case name == "":
	case at.next == inOperation && c.Property == "parameters":
		whole(trail{next: inOperation}.parameter(name, v.in(name)).place)
	case at.next == inOperation && c.Property == "requestBody":
		whole(openapi.Place{Part: openapi.PartRequest})
	case c.Property == "servers":
		whole(openapi.Place{Part: openapi.PartServers}.Into(name))
	case at.next == inStatuses:
		whole(openapi.Place{Part: openapi.PartResponse, Name: name})
	case at.next == inSchema && c.Property == "properties":
		whole(at.place.Into(name))
	case at.next == inResponse && c.Property == "headers":
		whole(openapi.Place{Part: openapi.PartHeader, Name: at.place.Name}.Into(name))
	}
	if change.At.Part != "" || at.next != inSchema { // a shared schema's are judged where they are used
		change.Breaking = breaks(change)
	}
	return change, true
}

const maxValue = 200 // characters of a value that a change shows

func cut(s string) string {
	if text := []rune(s); len(text) > maxValue {
		return string(text[:maxValue]) + "…"
	}
	return s
}
