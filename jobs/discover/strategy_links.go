package discover

import (
	"regexp"
	"strings"
)

var linkHeader = regexp.MustCompile(`<([^>]+)>\s*;([^,]*)`)

// serviceLinks reads what RFC 8631 gives APIs to name their description by:
// the relation service-desc, as a Link header or as <link>.
func serviceLinks(p page) []candidate {
	const name = "link"
	var all []candidate
	for _, h := range p.header.Values("Link") {
		for _, m := range linkHeader.FindAllStringSubmatch(h, -1) {
			if describes(m[2]) {
				all = append(all, p.at(name, "", m[1])...)
			}
		}
	}
	for _, e := range p.elements {
		if e.tag == "link" && describes("rel="+e.attrs["rel"]) {
			all = append(all, p.at(name, "", e.attrs["href"])...)
		}
	}
	return all
}

func describes(params string) bool {
	params = strings.ToLower(params)
	return strings.Contains(params, "service-desc") || strings.Contains(params, "describedby")
}
