package handlers

import "testing"

func TestRecentKeepsWhatWasUsedLast(t *testing.T) {
	r := newRecent[string, int](10)
	r.put("a", 1, 4)
	r.put("b", 2, 4)
	if v, ok := r.get("a"); !ok || v != 1 {
		t.Errorf("a is %d, %t", v, ok)
	}
	r.put("c", 3, 4) // b was used longest ago
	for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
		if _, ok := r.get(key); ok != want {
			t.Errorf("%s is kept: %t", key, ok)
		}
	}
	r.put("a", 5, 1)
	if v, _ := r.get("a"); v != 5 || r.weight != 5 {
		t.Errorf("a is %d, all weigh %d", v, r.weight)
	}
	r.put("huge", 6, 1000)
	if _, ok := r.get("huge"); !ok || r.order.Len() != 1 || r.weight != 1000 || len(r.at) != 1 {
		t.Errorf("%d are kept, of %d bytes", r.order.Len(), r.weight)
	}
	r.put("small", 7, 1)
	if _, ok := r.get("huge"); ok || r.weight != 1 {
		t.Errorf("what is too large stays: %d bytes", r.weight)
	}
}
