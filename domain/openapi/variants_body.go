package openapi

import (
	"slices"

	"plog.dev/plog/domain/loadtest"
)

// varied returns base's body with other values where nobody edited it.
func (v varier) varied(m *mutator) *loadtest.Body {
	b := *v.base.Body
	switch b.Kind {
	case loadtest.BodyForm, loadtest.BodyMultipart:
		if fresh, ok := m.whole(v.c, v.body, v.body); ok {
			b.Fields = v.fields(v.media.body(v.c, fresh).Fields)
		}
	case loadtest.BodyRaw:
		if v.media.isJSON() {
			if own, err := decode([]byte(b.Text)); err == nil {
				if fresh, ok := m.whole(v.c, own, v.body); ok {
					b.Text = indented(fresh)
				}
			}
			break
		}
		if b.Text != v.media.body(v.c, v.body).Text {
			break // edited
		}
		if fresh, ok := m.whole(v.c, v.body, v.body); ok {
			b.Text = v.media.body(v.c, fresh).Text
		}
	}
	return &b
}

// fields returns base's fields, those that nobody edited taken from fresh.
func (v varier) fields(fresh []loadtest.Field) []loadtest.Field {
	original := v.media.body(v.c, v.body).Fields
	of := func(list []loadtest.Field, name string) (own []loadtest.Field) {
		for _, f := range list {
			if f.Name == name {
				own = append(own, f)
			}
		}
		return own
	}
	var list []loadtest.Field
	done := map[string]bool{}
	for _, f := range v.base.Body.Fields {
		if done[f.Name] {
			continue
		}
		done[f.Name] = true
		own, other := of(v.base.Body.Fields, f.Name), of(fresh, f.Name)
		if f.FileName != "" || len(other) == 0 || !slices.Equal(own, of(original, f.Name)) {
			other = own
		}
		list = append(list, other...)
	}
	return list
}
