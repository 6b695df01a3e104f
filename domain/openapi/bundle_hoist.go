package openapi

import (
	"maps"
	"slices"
)

// document returns the entry's content with everything it refers to.
func (b *bundle) document(root object) (object, error) {
	_, b.v2 = root.get("swagger")
	own, err := b.claim(root)
	if err != nil {
		return nil, err
	}
	whole, err := b.rewriteSome(b.entry, root, documentPart, func(name string) bool {
		_, apart := own[name]
		return name != "components" && (!b.v2 || !apart)
	})
	if err != nil {
		return nil, err
	}
	others := object{} // components that have no section of their own here
	if !b.v2 {
		components, _ := b.home.value.(object)
		others, err = b.rewriteSome(b.home.file, components, componentsPart, func(name string) bool {
			_, apart := own[name]
			return !apart
		})
		if err != nil {
			return nil, err
		}
	}
	for _, section := range slices.Sorted(maps.Keys(own)) {
		if err := b.ownSection(section, own[section]); err != nil {
			return nil, err
		}
	}
	if err := b.hoist(); err != nil {
		return nil, err
	}
	for _, section := range slices.Sorted(maps.Keys(b.parts)) {
		others = append(others, member{section, b.parts[section]})
	}
	switch {
	case b.v2:
		whole = append(whole, others...)
	case len(others) > 0:
		whole = append(whole, member{"components", others})
	}
	return whole, nil
}

// rewriteSome rewrites the members of a p whose names are wanted.
func (b *bundle) rewriteSome(file string, o object, p part, wanted func(name string) bool) (object, error) {
	some := object{}
	for _, m := range o {
		if wanted(m.name) {
			some = append(some, m)
		}
	}
	return b.rewriterOf(file).members(some, p, 0)
}

// claim returns the entry's own sections and notes the names they give, so
// that a part of another file keeps the name that the entry gives it.
func (b *bundle) claim(root object) (map[string]spot, error) {
	b.home = spot{target: target{file: b.entry}, value: root, found: true}
	if !b.v2 {
		v, _ := root.get("components")
		home, err := b.final(spot{target: b.home.below("components"), value: v, found: true})
		if err != nil {
			return nil, err
		}
		b.home = home
	}
	own := map[string]spot{}
	from, _ := b.home.value.(object)
	for _, section := range slices.Sorted(maps.Values(b.sections())) {
		v, there := from.get(section)
		if !there {
			continue
		}
		all, err := b.final(spot{target: b.home.below(section), value: v, found: true})
		if err != nil {
			return nil, err
		}
		list, ok := all.value.(object)
		if !ok {
			continue
		}
		own[section] = all
		for _, m := range list {
			b.taken[partKey{section, target{pointer: m.name}}] = true
			to, err := b.final(spot{target: all.below(m.name), value: m.value, found: true})
			if err != nil {
				return nil, err
			}
			key := partKey{section, to.target}
			if _, known := b.names[key]; !known && to.file != b.entry {
				b.names[key] = m.name
			}
		}
	}
	return own, nil
}

func (b *bundle) sections() map[part]string {
	if b.v2 {
		return sectionsV2
	}
	return sections
}

// ownSection puts the parts that the entry itself shares into the bundle.
func (b *bundle) ownSection(section string, all spot) error {
	p := grammar[componentsPart].fields[section]
	if b.v2 {
		p = grammar[documentPart].fields[section]
	}
	list, _ := all.value.(object)
	for _, m := range list {
		here := spot{target: all.below(m.name), value: m.value, found: true}
		to, err := b.final(here)
		if err != nil {
			return err
		}
		if b.names[partKey{section, to.target}] == m.name {
			here = to // it goes by this name: this is where it stands
		}
		if err := b.add(hoisted{section, m.name, grammar[p].each, here}); err != nil {
			return err
		}
	}
	return nil
}

// hoist puts what was asked for into the bundle, and what that asks for.
func (b *bundle) hoist() error {
	for len(b.queue) > 0 {
		next := b.queue[0]
		b.queue = b.queue[1:]
		if err := b.add(next); err != nil {
			return err
		}
	}
	return nil
}

func (b *bundle) add(h hoisted) error {
	v, err := b.rewriterOf(h.file).rewrite(h.value, h.p, 0)
	if err != nil {
		return err
	}
	if _, gone := v.(absent); !gone {
		b.parts[h.section] = append(b.parts[h.section], member{h.name, v})
	}
	return nil
}
