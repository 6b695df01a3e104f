package discover

import (
	"strings"
)

// scalar reads <script id="api-reference" data-url="…">, its
// data-configuration or text, Scalar.createApiReference(element, {…}), and the
// configuration that integrations keep elsewhere in the page.
func scalar(p page) []offer {
	if !p.mentions("scalar", "api-reference") {
		return nil
	}
	var all []offer
	for _, e := range p.elements {
		if e.attrs["id"] != "api-reference" && e.attrs["data-configuration"] == "" {
			continue
		}
		all = append(all, p.single(e.attrs["data-url"])...)
		said := readJSON([]byte(e.attrs["data-configuration"]))
		all = append(all, p.with(said).scalarConfigs(said.objects)...)
		if text := strings.TrimSpace(e.text); text != "" {
			all = append(all, embedded("", text))
		}
	}
	for _, c := range p.said.calls {
		if !strings.HasSuffix(c.name, "createApiReference") {
			continue
		}
		for _, a := range c.args {
			switch a := a.(type) {
			case []any:
				all = append(all, p.several(objectsOf(a), "")...)
			case map[string]any:
				if a["content"] == nil {
					all = append(all, p.single(str(a, "url"))...)
				}
			}
		}
	}
	return append(all, p.scalarConfigs(p.said.objects)...)
}

// scalarConfigs reads configurations: several sources before documents, for
// sources may hold these, and documents before single addresses.
func (p page) scalarConfigs(configs []map[string]any) []offer {
	var all, single []offer
	for _, config := range configs {
		all = append(all, p.several(list(config, "sources"), "")...)
		if config["name"] == nil && config["email"] == nil && config["description"] == nil {
			single = append(single, p.single(str(config, "url"))...)
		}
		if text, ok := config["content"].(string); ok {
			single = append(single, embedded("", text))
		}
	}
	return append(append(all, inlineDocuments(p)...), single...)
}
