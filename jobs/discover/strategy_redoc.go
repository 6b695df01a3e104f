package discover

// redoc reads <redoc spec-url="…"> and Redoc.init(address or document, …).
func redoc(p page) []candidate {
	const name = "redoc"
	var all []candidate
	for _, e := range p.elements {
		if e.tag == "redoc" {
			all = append(all, p.at(name, "", e.attrs["spec-url"])...)
		}
	}
	for _, c := range p.said.calls {
		if (c.name != "Redoc.init" && c.name != "window.Redoc.init") || len(c.args) == 0 {
			continue
		}
		if ref, ok := c.args[0].(string); ok {
			all = append(all, p.at(name, "", ref)...)
			continue
		}
		if c.args[0] != nil {
			all = append(all, document(name, c.args[0])...)
		}
	}
	return all
}
