package discover

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/pb33f/go-yaml"
)

var (
	documentName = regexp.MustCompile(`(?i)\.(json|ya?ml)$`)
	topKey       = regexp.MustCompile(`(?m)^["']?(openapi|swagger)["']?[ \t]*:[ \t]*["']?([\w.-]+)`)
	infoBlock    = regexp.MustCompile(`(?m)^["']?info["']?[ \t]*:.*\n(?:(?:[ \t].*)?\r?\n)*(?:[ \t].*)?`)
)

// heading is how a document introduces itself.
type heading struct{ openapi, title, version string }

// peek reads a document's heading without reading the document; false when it
// does not look like an OpenAPI document.
func peek(raw []byte) (heading, bool) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if trimmed := bytes.TrimSpace(raw); bytes.HasPrefix(trimmed, []byte("{")) {
		return peekJSON(trimmed)
	}
	m := topKey.FindSubmatch(raw)
	if m == nil {
		return heading{}, false
	}
	h := heading{openapi: string(m[2])}
	var block struct {
		Info struct{ Title, Version string }
	}
	if yaml.Unmarshal(infoBlock.Find(raw), &block) == nil {
		h.title, h.version = block.Info.Title, block.Info.Version
	}
	return h, true
}

// peekJSON reads as far as the heading goes.
func peekJSON(raw []byte) (heading, bool) {
	var h heading
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return h, false
	}
	for seen := false; d.More() && (h.openapi == "" || !seen); {
		key, err := d.Token()
		if err != nil {
			break
		}
		var value any
		switch key {
		case "openapi", "swagger":
			if d.Decode(&value) == nil {
				h.openapi = fmt.Sprint(value)
			}
			continue
		case "info":
			var info struct {
				Title   string `json:"title"`
				Version string `json:"version"`
			}
			if d.Decode(&info) == nil {
				h.title, h.version = info.Title, info.Version
			}
			seen = true
			continue
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			break
		}
	}
	return h, h.openapi != ""
}
