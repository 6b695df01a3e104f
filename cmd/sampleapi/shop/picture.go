package shop

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
)

const maxPicture = 5 << 20

// picture is what is said about an uploaded file; the file itself is not kept.
type picture struct {
	ProductID   int64  `json:"product_id"`
	Filename    string `json:"filename"`
	ContentType string `json:"content_type"`
	Bytes       int64  `json:"bytes"`
	SHA256      string `json:"sha256"`
	AltText     string `json:"alt_text"`
}

func (s *Shop) uploadPicture(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxPicture)
	parts, err := r.MultipartReader()
	if err != nil {
		return unsupported("multipart/form-data", r)
	}
	answer := picture{ProductID: p.ID}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badBody(err)
		}
		switch part.FormName() {
		case "picture":
			digest := sha256.New()
			if answer.Bytes, err = io.Copy(digest, part); err != nil {
				return badBody(err)
			}
			answer.SHA256 = hex.EncodeToString(digest.Sum(nil))
			answer.Filename, answer.ContentType = part.FileName(), part.Header.Get("Content-Type")
		case "alt_text":
			text, err := io.ReadAll(io.LimitReader(part, 4096))
			if err != nil {
				return badBody(err)
			}
			answer.AltText = string(text)
		}
	}
	if answer.Bytes == 0 {
		return invalid(map[string]string{"picture": "is required and must not be empty"})
	}
	return writeJSON(w, http.StatusCreated, answer)
}

// getPicture draws the product's name: uploaded files are not kept.
func (s *Shop) getPicture(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	var name bytes.Buffer
	if err := xml.EscapeText(&name, []byte(p.NameKo)); err != nil {
		return fmt.Errorf("escape the name: %w", err)
	}
	svg := fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="320" height="200" fill="hsl(%d 40%% 85%%)"/>`+
		`<text x="160" y="105" text-anchor="middle" font-family="sans-serif" font-size="18">%s</text></svg>`, p.ID*47%360, name.Bytes())
	return writeBody(w, http.StatusOK, "image/svg+xml", svg)
}
