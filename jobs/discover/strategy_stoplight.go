package discover

// stoplight reads <elements-api apiDescriptionUrl="…">, the document that
// apiDescriptionDocument may carry instead, and scripts that set either.
func stoplight(p page) []offer {
	var elements offer
	for _, e := range p.elements {
		if e.tag != "elements-api" {
			continue
		}
		elements = append(elements, p.at("", e.attrs["apidescriptionurl"])...)
		elements = append(elements, embedded("", e.attrs["apidescriptiondocument"])...)
	}
	all := []offer{elements}
	for _, o := range p.said.objects {
		all = append(all, p.single(str(o, "apiDescriptionUrl"))...)
		if text, ok := o["apiDescriptionDocument"].(string); ok {
			all = append(all, embedded("", text))
		}
	}
	if p.mentions("elements-api", "apidescriptiondocument") {
		all = append(all, inlineDocuments(p)...)
	}
	return all
}
