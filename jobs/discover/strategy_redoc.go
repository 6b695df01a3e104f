package discover

import "strings"

// redoc reads <redoc spec-url="…">, Redoc.init(address or document, …), and
// the state that pages made in advance carry.
func redoc(p page) []offer {
	var elements offer
	for _, e := range p.elements {
		if e.tag == "redoc" {
			elements = append(elements, p.at("", e.attrs["spec-url"])...)
		}
	}
	all := []offer{elements}
	for _, c := range p.said.calls {
		if !strings.HasSuffix(c.name, "Redoc.init") || len(c.args) == 0 {
			continue
		}
		if ref, ok := c.args[0].(string); ok {
			if o := embedded("", ref); o != nil {
				all = append(all, o)
			} else {
				all = append(all, p.single(ref)...)
			}
		}
	}
	if p.mentions("redoc") {
		all = append(all, inlineDocuments(p)...)
	}
	return all
}
