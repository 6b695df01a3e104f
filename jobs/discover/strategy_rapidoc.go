package discover

import "strings"

// rapidoc reads <rapi-doc spec-url="…">, its smaller sisters and descendants,
// and the calls that load a document into one.
func rapidoc(p page) []offer {
	var elements offer
	for _, e := range p.elements {
		if strings.HasPrefix(e.tag, "rapi-") || e.tag == "openapi-explorer" {
			elements = append(elements, p.at("", e.attrs["spec-url"])...)
		}
	}
	all := []offer{elements}
	for _, c := range p.said.calls {
		if !strings.HasSuffix(c.name, "loadSpec") || len(c.args) == 0 {
			continue
		}
		if ref, ok := c.args[0].(string); ok {
			all = append(all, p.single(ref)...)
		}
	}
	if p.mentions("rapi-doc", "rapidoc", "openapi-explorer") {
		all = append(all, inlineDocuments(p)...)
	}
	return all
}
