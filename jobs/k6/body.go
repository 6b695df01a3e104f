package k6

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"unicode/utf8"

	"plog.dev/plog/domain/loadtest"
)

// encodeBody returns the bytes of a body and the Content-Type that says how to
// read them; nil and "" without a body.
func encodeBody(b *loadtest.Body) (content *body, mediaType string, err error) {
	if b == nil {
		return nil, "", nil
	}
	switch b.Kind {
	case loadtest.BodyRaw:
		return contentOf([]byte(b.Text)), b.MediaType, nil
	case loadtest.BodyBinary:
		raw, err := base64.StdEncoding.DecodeString(b.Base64)
		if err != nil {
			return nil, "", fmt.Errorf("decode body: %w", err)
		}
		return contentOf(raw), or(b.MediaType, "application/octet-stream"), nil
	case loadtest.BodyForm:
		return contentOf([]byte(encodeForm(b.Fields))), or(b.MediaType, "application/x-www-form-urlencoded"), nil
	case loadtest.BodyMultipart:
		return encodeMultipart(b)
	}
	return nil, "", fmt.Errorf("body kind %q is unknown", b.Kind)
}

func encodeForm(fields []loadtest.Field) string {
	pairs := make([]string, len(fields))
	for i, f := range fields {
		pairs[i] = url.QueryEscape(f.Name) + "=" + url.QueryEscape(f.Value)
	}
	return strings.Join(pairs, "&")
}

// encodeMultipart writes the parts in their order. The boundary is made of the
// content, so that the same plan is always the same bytes and no part contains it.
func encodeMultipart(b *loadtest.Body) (*body, string, error) {
	var content bytes.Buffer
	w := multipart.NewWriter(&content)
	if err := w.SetBoundary(boundary(b)); err != nil {
		return nil, "", fmt.Errorf("multipart boundary: %w", err)
	}
	for _, f := range b.Fields {
		if err := writePart(w, f); err != nil {
			return nil, "", fmt.Errorf("multipart field %q: %w", f.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", fmt.Errorf("multipart: %w", err)
	}
	kind := or(b.MediaType, "multipart/form-data")
	if !strings.HasPrefix(kind, "multipart/") {
		kind = "multipart/form-data"
	}
	return contentOf(content.Bytes()), kind + "; boundary=" + w.Boundary(), nil
}

func writePart(w *multipart.Writer, f loadtest.Field) error {
	h := textproto.MIMEHeader{}
	h.Set("Content-Disposition", disposition(f))
	if mediaType := f.MediaType; mediaType != "" || f.FileName != "" {
		h.Set("Content-Type", or(mediaType, "application/octet-stream"))
	}
	content := []byte(f.Value)
	if f.Base64 != "" {
		var err error
		if content, err = base64.StdEncoding.DecodeString(f.Base64); err != nil {
			return fmt.Errorf("decode: %w", err)
		}
	}
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	return err
}

// disposition escapes names as the standard library's multipart does.
func disposition(f loadtest.Field) string {
	if f.FileName != "" {
		return multipart.FileContentDisposition(f.Name, f.FileName)
	}
	withFile := multipart.FileContentDisposition(f.Name, "")
	return strings.TrimSuffix(withFile, `; filename=""`)
}

func boundary(b *loadtest.Body) string {
	sum := sha256.New()
	for _, f := range b.Fields {
		fmt.Fprintf(sum, "%q %q %q %q %q\n", f.Name, f.Value, f.Base64, f.FileName, f.MediaType)
	}
	return "plog-" + hex.EncodeToString(sum.Sum(nil))[:40]
}

// contentOf keeps text readable in plan.json and everything else exact.
func contentOf(raw []byte) *body {
	if utf8.Valid(raw) {
		text := string(raw)
		return &body{Text: &text}
	}
	coded := base64.StdEncoding.EncodeToString(raw)
	return &body{Base64: &coded}
}

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}
