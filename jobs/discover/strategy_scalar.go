package discover

import (
	"encoding/json"
	"strings"
)

const scalarName = "scalar"

// scalar reads <script id="api-reference" data-url="…">, its
// data-configuration or text, and Scalar.createApiReference(element, {…}).
func scalar(p page) []candidate {
	if !strings.Contains(p.text, "scalar") && !strings.Contains(p.text, "api-reference") && !p.has("api-reference") {
		return nil
	}
	var all []candidate
	for _, e := range p.elements {
		if e.attrs["id"] != "api-reference" {
			continue
		}
		all = append(all, p.at(scalarName, "", e.attrs["data-url"])...)
		var config map[string]any
		if json.Unmarshal([]byte(e.attrs["data-configuration"]), &config) == nil {
			all = append(all, p.scalarConfig(config)...)
		}
		if text := strings.TrimSpace(e.text); text != "" {
			all = append(all, candidate{strategy: scalarName, inline: []byte(text)})
		}
	}
	for _, c := range p.said.calls {
		if !strings.HasSuffix(c.name, "createApiReference") {
			continue
		}
		for _, a := range c.args {
			if config, ok := a.(map[string]any); ok {
				all = append(all, p.scalarConfig(config)...)
			}
			if several, ok := a.([]any); ok {
				all = append(all, p.scalarConfig(map[string]any{"sources": several})...)
			}
		}
	}
	// The order of a document's own text is kept only where it was parsed from.
	if len(all) > 0 {
		for _, raw := range p.said.documents {
			all = append([]candidate{{strategy: scalarName, inline: raw}}, all...)
		}
	}
	return all
}

func (p page) scalarConfig(config map[string]any) []candidate {
	all := p.at(scalarName, "", str(config, "url"))
	if spec, ok := config["spec"].(map[string]any); ok {
		all = append(all, p.scalarConfig(spec)...)
	}
	all = append(all, p.named(scalarName, list(config, "sources"), "")...)
	return append(all, document(scalarName, config["content"])...)
}

func (p page) has(id string) bool {
	for _, e := range p.elements {
		if e.attrs["id"] == id {
			return true
		}
	}
	return false
}
