package discover

// rapidoc reads <rapi-doc spec-url="…"> and its smaller sister.
func rapidoc(p page) []candidate {
	var all []candidate
	for _, e := range p.elements {
		if e.tag == "rapi-doc" || e.tag == "rapi-doc-mini" {
			all = append(all, p.at("rapidoc", "", e.attrs["spec-url"])...)
		}
	}
	return all
}
