package openapi

import "slices"

// rewriterOf returns the rewriter for what is written in a file.
func (b *bundle) rewriterOf(file string) rewriter {
	w := rewriter{left: b.left}
	w.replace = func(o object, ref string, p part, depth int) (any, error) {
		return b.resolve(w, file, o, ref, p, depth)
	}
	return w
}

// resolve is the replacer of a file: a reference to another file becomes one
// to a shared part of the bundle, or what it leads to.
func (b *bundle) resolve(w rewriter, file string, o object, ref string, p part, depth int) (any, error) {
	t, ok := locate(file, ref)
	switch {
	case !ok: // another origin's
		return w.members(o, p, depth)
	case t.file == b.entry:
		return w.members(o.pointing("#"+t.pointer), p, depth)
	}
	to, err := b.seek(t, maxRefs)
	if err != nil {
		return nil, err
	}
	if !to.found {
		return w.members(o.pointing(t.String()), p, depth)
	}
	if to, err = b.final(to); err != nil {
		return nil, err
	}
	section := b.sections()[p]
	switch {
	case to.file == b.entry:
		return w.members(o.pointing("#"+to.pointer), p, depth)
	case section == "":
		return b.inline(w, to, o, p, depth)
	}
	prefix := "#/components/"
	if b.v2 {
		prefix = "#/"
	}
	return w.members(o.pointing(prefix+section+"/"+escapeStep(b.name(section, to, p))), p, depth)
}

// name returns what a place is called in a section, and asks for it there.
func (b *bundle) name(section string, to spot, p part) string {
	key := partKey{section, to.target}
	name, known := b.names[key]
	if known {
		return name
	}
	steps, _ := pointerSteps(to.pointer)
	name = b.free.free(nameOf(to.file, steps), func(name string) bool { return b.taken[partKey{section, target{pointer: name}}] })
	b.names[key] = name
	b.taken[partKey{section, target{pointer: name}}] = true
	b.queue = append(b.queue, hoisted{section, name, p, to})
	return name
}

// inline returns what a reference leads to, to be put in its place; what stands
// beside the reference counts more. A part within itself ends there.
func (b *bundle) inline(w rewriter, to spot, o object, p part, depth int) (any, error) {
	if b.active[to.target] {
		return absent{}, nil
	}
	b.active[to.target] = true
	defer delete(b.active, to.target)
	v, err := b.rewriterOf(to.file).rewrite(to.value, p, depth+1)
	if err != nil {
		return nil, err
	}
	whole, isObject := v.(object)
	if !isObject {
		return v, nil
	}
	beside, err := w.members(o, p, depth)
	if err != nil {
		return nil, err
	}
	whole = slices.Clone(whole)
	for _, m := range beside {
		if m.name != "$ref" {
			whole = whole.with(m.name, m.value)
		}
	}
	return whole, nil
}
