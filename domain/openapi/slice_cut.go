package openapi

import (
	"bytes"
	"slices"
	"strings"
)

// cut is one slice under way.
type cut struct {
	*Slicer
	rewriter

	kept    map[string]object // what is in the slice already, by section
	asked   map[string]bool   // what is there or in the queue, by pointer
	hoisted map[string]string // what had no name, by its pointer: where it is now
	active  map[string]bool   // what is being put where it is used
	names   namer
	queue   []wanted
}

// wanted is a shared part that the slice still needs.
type wanted struct {
	section, name string
	p             part
	value         any
}

func newCut(s *Slicer) *cut {
	left := maxTreeNodes
	c := &cut{Slicer: s, kept: map[string]object{}, asked: map[string]bool{}, hoisted: map[string]string{}, active: map[string]bool{}, names: namer{}}
	c.rewriter = rewriter{replace: c.resolve, left: &left}
	return c
}

// item returns the path item of an operation with no other operation in it,
// and asks for the security schemes that the operation names.
func (c *cut) item(method, path string) (object, bool) {
	at, there := c.paths[path]
	if !there {
		return nil, false
	}
	v, _ := c.read(at)
	item, _ := c.deref(v, maxRefs).(object)
	kept := object{}
	for _, name := range []string{"summary", "description", "servers", "parameters"} {
		if v, there := item.get(name); there {
			kept = append(kept, member{name, v})
		}
	}
	name := strings.ToLower(method)
	from, custom := item, !slices.Contains(methods, name)
	if custom {
		others, _ := item.get("additionalOperations")
		from, _ = others.(object)
	}
	i := slices.IndexFunc(from, func(m member) bool { return strings.EqualFold(m.name, method) })
	if i < 0 {
		return nil, false
	}
	name, v = from[i].name, from[i].value
	operation, ok := c.deref(v, maxRefs).(object)
	if !ok {
		return nil, false
	}
	c.schemes(operation)
	if custom {
		return append(kept, member{"additionalOperations", object{{name, operation}}}), true
	}
	return append(kept, member{name, operation}), true
}

// schemes asks for what the operation's, or the document's, security names.
func (c *cut) schemes(operation object) {
	required, there := operation.get("security")
	if !there {
		required, _ = c.read(c.Slicer.members["security"])
	}
	section := sections[securitySchemePart]
	if c.v2 {
		section = sectionsV2[securitySchemePart]
	}
	list, _ := required.([]any)
	for _, any := range list {
		all, _ := any.(object)
		for _, m := range all {
			c.ask(section, m.name, securitySchemePart)
		}
	}
}

// ask puts a shared part into the queue, once; false if there is none of that name.
func (c *cut) ask(section, name string, p part) bool {
	key := section + "/" + name
	if c.asked[key] {
		return true
	}
	at, there := c.sections[section][name]
	if !there {
		return false
	}
	v, ok := c.read(at)
	if ok {
		c.asked[key] = true
		c.queue = append(c.queue, wanted{section: section, name: name, p: p, value: v})
	}
	return ok
}

// reach fetches what was asked for, and what that asks for, until nothing is
// missing.
func (c *cut) reach() error {
	for len(c.queue) > 0 {
		next := c.queue[0]
		c.queue = c.queue[1:]
		v, err := c.rewrite(next.value, next.p, 0)
		if err != nil {
			return err
		}
		if _, gone := v.(absent); !gone {
			c.kept[next.section] = append(c.kept[next.section], member{next.name, v})
		}
	}
	return nil
}

// resolve is the slice's replacer: references to shared parts stay, what else
// they lead to is given a name, or put where it is used if it cannot have one.
func (c *cut) resolve(o object, ref string, p part, depth int) (any, error) {
	fragment, inside := strings.CutPrefix(ref, "#")
	steps, isPointer := pointerSteps(fragment)
	switch {
	case !inside:
		return nothing(p), nil
	case !isPointer:
		if !c.askAnchor(fragment) {
			return nothing(p), nil
		}
		return c.siblings(o, p, depth)
	}
	if section, name, p, ok := c.shared(steps); ok && c.ask(section, name, p) {
		return c.siblings(o, p, depth)
	}
	if to, known := c.hoisted[fragment]; known {
		return c.siblings(o.pointing(to), p, depth)
	}
	v, found := c.seek(steps, maxRefs)
	if !found {
		return nothing(p), nil
	}
	section, prefix := sections[p], "#/components/"
	if c.v2 {
		section, prefix = sectionsV2[p], "#/"
	}
	if section == "" {
		return c.inline(fragment, v, p, depth)
	}
	name := c.names.free(nameOf("", steps), func(name string) bool {
		_, taken := c.sections[section][name]
		return taken || c.asked[section+"/"+name]
	})
	c.asked[section+"/"+name] = true
	c.hoisted[fragment] = prefix + section + "/" + escapeStep(name)
	c.queue = append(c.queue, wanted{section: section, name: name, p: p, value: v})
	return c.siblings(o.pointing(c.hoisted[fragment]), p, depth)
}

// siblings rewrites what stands beside a reference.
func (c *cut) siblings(o object, p part, depth int) (any, error) {
	return c.rewriter.members(o, p, depth)
}

func (c *cut) inline(key string, v any, p part, depth int) (any, error) {
	if c.active[key] {
		return nothing(p), nil
	}
	c.active[key] = true
	defer delete(c.active, key)
	return c.rewrite(v, p, depth+1)
}

// nothing is what stands for a reference that leads nowhere: a schema that
// takes everything, or nothing at all.
func nothing(p part) any {
	if p == schemaPart {
		return object{}
	}
	return absent{}
}

// shared splits the pointer to a shared part, or to something in it.
func (c *cut) shared(steps []string) (section, name string, p part, ok bool) {
	from := componentsPart
	if c.v2 {
		from = documentPart
	} else if len(steps) > 0 && steps[0] == "components" {
		steps = steps[1:]
	} else {
		return "", "", plain, false
	}
	if len(steps) < 2 || c.sections[steps[0]] == nil {
		return "", "", plain, false
	}
	return steps[0], steps[1], grammar[grammar[from].fields[steps[0]]].each, true
}

// askAnchor asks for the shared schemas that may have the anchor.
func (c *cut) askAnchor(name string) bool {
	found := false
	for _, section := range []string{sections[schemaPart], sectionsV2[schemaPart]} {
		for schema, at := range c.sections[section] {
			text := c.raw[at.from:at.to]
			if bytes.Contains(text, []byte(`nchor"`)) && bytes.Contains(text, encode(name)) {
				found = c.ask(section, schema, schemaPart) || found
			}
		}
	}
	return found
}

// deref follows references until something else is reached; nil when they
// lead nowhere, or are more than hops.
func (c *cut) deref(v any, hops int) any {
	for ; hops > 0; hops-- {
		o, _ := v.(object)
		ref, is := o.ref()
		if !is {
			return v
		}
		fragment, inside := strings.CutPrefix(ref, "#")
		steps, ok := pointerSteps(fragment)
		if !inside || !ok {
			return nil
		}
		v, _ = c.seek(steps, hops-1)
	}
	return nil
}

// seek returns what a pointer points at. It may lead through references.
func (c *cut) seek(steps []string, hops int) (any, bool) {
	at := span{0, int64(len(c.raw))}
	for i, name := range steps {
		next, there := c.membersOf(at)[name]
		if !there {
			v, _ := c.read(at)
			return c.walk(v, steps[i:], hops)
		}
		at = next
	}
	return c.read(at)
}

func (c *cut) walk(v any, steps []string, hops int) (any, bool) {
	for _, name := range steps {
		next, there := step(v, name)
		if !there {
			next, there = step(c.deref(v, hops), name)
		}
		if !there {
			return nil, false
		}
		v = next
	}
	return v, true
}
