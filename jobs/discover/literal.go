package discover

import (
	"bytes"
	"encoding/json"

	"github.com/dop251/goja/ast"
)

// json returns an object literal as JSON, in its own order.
func (r *scriptReader) json(n *ast.ObjectLiteral) []byte {
	from, to := int(n.LeftBrace)-1, int(n.RightBrace)
	if from >= 0 && to <= len(r.source) && from < to && json.Valid([]byte(r.source[from:to])) {
		return []byte(r.source[from:to])
	}
	var b bytes.Buffer
	r.write(&b, n, 0)
	return b.Bytes()
}

func (r *scriptReader) write(b *bytes.Buffer, e ast.Expression, depth int) {
	sep := byte(0)
	next := func() {
		if sep != 0 {
			b.WriteByte(sep)
		}
		sep = ','
	}
	switch e := e.(type) {
	case *ast.ObjectLiteral:
		if depth > maxScriptDepth {
			b.WriteString("{}")
			return
		}
		b.WriteByte('{')
		for name, v := range members(e) {
			next()
			writeJSON(b, name)
			b.WriteByte(':')
			r.write(b, v, depth+1)
		}
		b.WriteByte('}')
	case *ast.ArrayLiteral:
		if depth > maxScriptDepth {
			b.WriteString("[]")
			return
		}
		b.WriteByte('[')
		for _, v := range e.Value {
			next()
			r.write(b, v, depth+1)
		}
		b.WriteByte(']')
	default:
		writeJSON(b, r.constant(e, depth))
	}
}

func writeJSON(b *bytes.Buffer, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		raw = []byte("null")
	}
	b.Write(raw)
}
