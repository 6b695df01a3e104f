package openapi

import "strings"

// spot is what stands at a target.
type spot struct {
	target
	value any
	found bool
}

// locate returns where a reference in a file leads; false when that is out of
// the root.
func locate(file, ref string) (target, bool) {
	name, fragment, _ := strings.Cut(ref, "#")
	if name == "" {
		return target{file, fragment}, true
	}
	name, ok := within(file, name)
	return target{name, fragment}, ok
}

// final follows the reference at p, and those it leads to, until something else
// is reached. A reference that leads nowhere, or has other members beside it,
// is where it ends.
func (b *bundle) final(p spot) (spot, error) {
	for range maxRefs {
		o, _ := p.value.(object)
		ref, is := o.ref()
		if !is || len(o) > 1 {
			break
		}
		t, ok := locate(p.file, ref)
		if !ok {
			break
		}
		next, err := b.seek(t, maxRefs)
		if err != nil {
			return spot{}, err
		}
		if !next.found {
			break
		}
		p = next
	}
	return p, nil
}

// seek returns the place that a target leads to, which is another one where
// its pointer leads through references.
func (b *bundle) seek(t target, hops int) (spot, error) {
	if p, known := b.places[t]; known {
		return p, nil
	}
	p, err := b.search(t, hops)
	if err == nil {
		b.places[t] = p
	}
	return p, err
}

func (b *bundle) search(t target, hops int) (spot, error) {
	root, err := b.file(t.file)
	steps, ok := pointerSteps(t.pointer)
	if err != nil || root == nil || !ok || hops == 0 {
		return spot{target: t}, err
	}
	at := spot{target: target{file: t.file}, value: root, found: true}
	for _, name := range steps {
		next, there := step(at.value, name)
		if !there {
			if at, err = b.through(at, hops); err != nil || !at.found {
				return spot{target: t}, err
			}
			if next, there = step(at.value, name); !there {
				return spot{target: t}, nil
			}
		}
		at = spot{target: at.below(name), value: next, found: true}
	}
	return at, nil
}

// through returns what the reference at a place leads to; not found if there
// is no reference.
func (b *bundle) through(at spot, hops int) (spot, error) {
	o, _ := at.value.(object)
	ref, is := o.ref()
	t, ok := locate(at.file, ref)
	if !is || !ok {
		return spot{}, nil
	}
	return b.seek(t, hops-1)
}
