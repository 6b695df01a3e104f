package handlers

import (
	"container/list"
	"sync"
)

// recent keeps the values that were used last, as many as weigh no more than
// the limit together; the very last one whatever it weighs. It may be used by
// many at once.
type recent[K comparable, V any] struct {
	limit int64

	mu     sync.Mutex
	weight int64
	order  list.List // of *kept[K, V], used last first
	at     map[K]*list.Element
}

type kept[K comparable, V any] struct {
	key    K
	value  V
	weight int64
}

func newRecent[K comparable, V any](limit int64) *recent[K, V] {
	return &recent[K, V]{limit: limit, at: map[K]*list.Element{}}
}

// get returns the value of a key, and false if it is not kept.
func (r *recent[K, V]) get(key K) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.at[key]
	if !ok {
		return value, false
	}
	r.order.MoveToFront(e)
	return e.Value.(*kept[K, V]).value, true
}

// put keeps a value, in place of the one that the key had.
func (r *recent[K, V]) put(key K, value V, weight int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.at[key]; ok {
		r.remove(e)
	}
	r.at[key] = r.order.PushFront(&kept[K, V]{key, value, weight})
	r.weight += weight
	for r.weight > r.limit && r.order.Len() > 1 {
		r.remove(r.order.Back())
	}
}

func (r *recent[K, V]) remove(e *list.Element) {
	k := r.order.Remove(e).(*kept[K, V])
	delete(r.at, k.key)
	r.weight -= k.weight
}
