package openapi

import (
	"encoding/json"
	"strings"

	"github.com/pb33f/go-yaml"
)

// How much of a document's extensions is kept, as JSON: some hold code in ten
// languages for each operation.
const (
	maxExtension  = 8 << 10
	maxExtensions = 1 << 20
)

// extras reads extensions, up to a size for the whole document.
type extras struct{ used int }

// read returns the extensions of the object at n; nil when it has none.
func (e *extras) read(n *yaml.Node) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	for name, v := range pairs(n) {
		if !strings.HasPrefix(name, "x-") || e.used >= maxExtensions {
			continue
		}
		w := nodeWriter{left: maxExtension}
		if w.node(v, 0); w.left < 0 {
			continue
		}
		e.used += len(name) + len(w.out)
		if all == nil {
			all = map[string]json.RawMessage{}
		}
		all[name] = w.out
	}
	return all
}
