package discover

// stoplight reads <elements-api apiDescriptionUrl="…"> and the document that
// apiDescriptionDocument may carry instead.
func stoplight(p page) []candidate {
	const name = "stoplight"
	var all []candidate
	for _, e := range p.elements {
		if e.tag != "elements-api" {
			continue
		}
		all = append(all, p.at(name, "", e.attrs["apidescriptionurl"])...)
		all = append(all, document(name, e.attrs["apidescriptiondocument"])...)
	}
	for _, o := range p.said.objects {
		all = append(all, p.at(name, "", str(o, "apiDescriptionUrl"))...)
	}
	return all
}
