package openapi

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// pixel is a complete image, for fields and bodies that want one: 1×1, PNG.
const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// body writes a value as a body of the type.
func (m MediaType) body(c *schema, v any) *loadtest.Body {
	kind, t := m.written()
	b := &loadtest.Body{Kind: kind, MediaType: t}
	switch {
	case kind == loadtest.BodyForm, kind == loadtest.BodyMultipart:
		b.Fields = m.fields(c, v, kind == loadtest.BodyMultipart)
	case kind == loadtest.BodyBinary:
		b.Base64 = fileContent(t, v)
	case m.isJSON():
		b.Text = indented(v)
	case m.isXML():
		b.Text = xmlText(c, v)
	default:
		b.Text = text(v)
	}
	return b
}

// written returns how a body of the type is encoded and which concrete type is
// sent with it.
func (m MediaType) written() (loadtest.BodyKind, string) {
	t := m.base()
	switch {
	case m.isJSON():
		if strings.Contains(t, "*") {
			t = mediaJSON
		}
		return loadtest.BodyRaw, first(withoutWildcard(m.Type), t)
	case t == mediaForm:
		return loadtest.BodyForm, t
	case strings.HasPrefix(t, "multipart/"):
		return loadtest.BodyMultipart, t
	case t == "text/*":
		return loadtest.BodyRaw, "text/plain"
	case m.isXML(), strings.HasPrefix(t, "text/"), strings.Contains(t, "json"), strings.Contains(t, "yaml"):
		return loadtest.BodyRaw, m.Type
	}
	return loadtest.BodyBinary, concrete(t)
}

func withoutWildcard(media string) string {
	if strings.Contains(media, "*") {
		return ""
	}
	return media
}

func concrete(media string) string {
	switch {
	case media == "image/*":
		return "image/png"
	case strings.Contains(media, "*"):
		return "application/octet-stream"
	}
	return media
}

// sample returns a value for the body and whether it fits, or is one that the
// document itself gives.
func (m MediaType) sample(c *schema, salt string, opts Options) (v any, fits bool) {
	v, fits = newGenerator(opts.Seed, salt+m.Type, opts.Optional).value(c)
	if opts.Seed != 0 || opts.Optional || len(m.Example) == 0 {
		return v, fits
	}
	own, err := decode(m.Example)
	if err != nil {
		return v, fits
	}
	return own, fits || !equal(own, v)
}

// checked reports whether servers check bodies of the type against its schema.
func (m MediaType) checked() bool {
	return m.isJSON() || m.base() == mediaForm || strings.HasPrefix(m.base(), "multipart/")
}

// fileContent returns bytes for a file, in base64: an image where one is
// wanted, else a few bytes of text.
func fileContent(media string, v any) string {
	if strings.HasPrefix(media, "image/") {
		return pixel
	}
	s := text(v)
	if s == "" {
		s = "PLOG"
	}
	return base64.StdEncoding.EncodeToString([]byte(s))
}

// fields writes the members of a form's value as its fields.
func (m MediaType) fields(c *schema, v any, parts bool) []loadtest.Field {
	var list []loadtest.Field
	o, ok := v.(object)
	if elements, isList := v.([]any); isList {
		for i, e := range elements {
			for _, p := range deep(Parameter{}, strconv.Itoa(i), e) {
				list = append(list, loadtest.Field{Name: p.Name, Value: p.Value})
			}
		}
		return list
	}
	if !ok {
		// A form described as one value: its only field has no name of its own.
		return []loadtest.Field{file("file", Encoding{}, v)}
	}
	for _, f := range o {
		s := c.member(f.name)
		enc, encoded := m.Encoding[f.name]
		elements, isList := f.value.([]any)
		switch {
		case parts && isList && s.items != nil && s.items.flat().isFile():
			for range elements {
				list = append(list, file(f.name, enc, "PLOG"))
			}
		case parts && s.isFile():
			list = append(list, file(f.name, enc, f.value))
		case isList && encoded && enc.Style != "" && (enc.Explode != nil && !*enc.Explode || enc.Explode == nil && enc.Style != "form"):
			list = append(list, loadtest.Field{Name: f.name, Value: simple(Parameter{Style: enc.Style}, f.value)})
		case isList:
			for _, e := range elements {
				list = append(list, loadtest.Field{Name: f.name, Value: text(e)})
			}
		case enc.Style == "deepObject":
			for _, p := range deep(Parameter{}, f.name, f.value) {
				list = append(list, loadtest.Field{Name: p.Name, Value: p.Value})
			}
		default:
			field := loadtest.Field{Name: f.name, Value: text(f.value)}
			if parts && !strings.ContainsAny(enc.ContentType, "*,") {
				field.MediaType = enc.ContentType
			}
			if _, isObject := f.value.(object); isObject && parts && field.MediaType == "" {
				field.MediaType = mediaJSON
			}
			list = append(list, field)
		}
	}
	return list
}

// member returns the schema of a member wherever c's choices put it.
func (c *schema) member(name string) *schema {
	whole := c.flat()
	if p := whole.prop(name); p != nil {
		return p.flat()
	}
	for _, option := range slices.Concat(whole.oneOf, whole.anyOf, whole.allOf) {
		if p := option.flat().prop(name); p != nil {
			return p.flat()
		}
	}
	return &schema{}
}

func (c *schema) isFile() bool { return c.format == "binary" || c.encoded }

func file(name string, enc Encoding, v any) loadtest.Field {
	media, _, _ := strings.Cut(enc.ContentType, ",")
	media = concrete(strings.TrimSpace(media))
	f := loadtest.Field{Name: name, FileName: name + ".txt", MediaType: media, Base64: fileContent(media, v)}
	switch {
	case strings.HasPrefix(media, "image/"):
		f.FileName = name + "." + strings.TrimPrefix(media, "image/")
	case media == "":
		f.MediaType = "text/plain"
	}
	return f
}
