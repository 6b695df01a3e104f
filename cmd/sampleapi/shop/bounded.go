package shop

import "container/list"

// bounded is a map of at most limit entries: the oldest makes room for the newest.
// It is not safe for concurrent use.
type bounded[K comparable, V any] struct {
	limit   int
	entries map[K]*list.Element // of pair[K, V]
	order   *list.List          // the oldest in front
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

func newBounded[K comparable, V any](limit int) *bounded[K, V] {
	return &bounded[K, V]{limit: limit, entries: make(map[K]*list.Element), order: list.New()}
}

func (b *bounded[K, V]) get(key K) (V, bool) {
	element, found := b.entries[key]
	if !found {
		var none V
		return none, false
	}
	return valueOf[K, V](element).value, true
}

func (b *bounded[K, V]) put(key K, v V) {
	if element, found := b.entries[key]; found {
		element.Value = pair[K, V]{key, v}
		return
	}
	if b.order.Len() == b.limit {
		b.remove(valueOf[K, V](b.order.Front()).key)
	}
	b.entries[key] = b.order.PushBack(pair[K, V]{key, v})
}

// remove forgets the key and reports whether it was there.
func (b *bounded[K, V]) remove(key K) bool {
	element, found := b.entries[key]
	if found {
		b.order.Remove(element)
		delete(b.entries, key)
	}
	return found
}

// newest returns all values, the newest first.
func (b *bounded[K, V]) newest() []V {
	values := make([]V, 0, b.order.Len())
	for element := b.order.Back(); element != nil; element = element.Prev() {
		values = append(values, valueOf[K, V](element).value)
	}
	return values
}

func valueOf[K comparable, V any](element *list.Element) pair[K, V] {
	v, _ := element.Value.(pair[K, V])
	return v
}
