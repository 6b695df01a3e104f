package k6

import (
	"slices"

	"plog.dev/plog/domain/loadtest"
)

// variant is what one request of a step has otherwise than the step says.
type variant struct {
	URL     string   `json:"url,omitempty"` // without credentials
	Headers []header `json:"headers,omitempty"`
	Body    *body    `json:"body,omitempty"`
	Bare    bool     `json:"bare,omitempty"` // without the step's body
}

// span is where a step's variants are in the list of all.
type span struct {
	From  int `json:"from"`
	Count int `json:"count"`
}

// variantsOf returns the variants of a step that becomes made.
func variantsOf(p loadtest.Plan, s loadtest.Step, made programStep, with carried, secrets *secretList) ([]variant, error) {
	list := make([]variant, len(s.Variants))
	for i, r := range s.Variants {
		content, mediaType, err := encodeBody(r.Body)
		if err != nil {
			return nil, err
		}
		s.Request = r
		v := variant{URL: address(p.Base(s), s), Headers: headers(p.Headers, with, secrets, mediaType, r), Body: content}
		if v.URL == made.URL {
			v.URL = ""
		}
		if sameHeaders(v.Headers, made.Headers) {
			v.Headers = nil
		}
		switch {
		case sameBody(v.Body, made.Body):
			v.Body = nil
		case v.Body == nil:
			v.Bare = true
		}
		list[i] = v
	}
	return list, nil
}

func sameHeaders(a, b []header) bool {
	return slices.EqualFunc(a, b, func(x, y header) bool {
		return x.Name == y.Name && x.Value == y.Value && slices.EqualFunc(x.Parts, y.Parts, samePart)
	})
}

func samePart(a, b part) bool {
	return a.Text == b.Text && a.As == b.As && same(a.Secret, b.Secret) && same(a.Token, b.Token)
}

func sameBody(a, b *body) bool {
	return a == b || a != nil && b != nil && same(a.Text, b.Text) && same(a.Base64, b.Base64)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
