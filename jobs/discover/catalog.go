package discover

import (
	"cmp"
	"encoding/json"
	"strings"
)

// catalogPath is where a host lists its APIs, as of RFC 9727.
const catalogPath = "/.well-known/api-catalog"

// linkTarget is an entry of a linkset, as of RFC 9264.
type linkTarget struct {
	Href  string `json:"href"`
	Title string `json:"title"`
	Type  string `json:"type"`
}

// catalog is what a host says about its APIs: their documents as one offer,
// and where else to look.
type catalog struct {
	documents offer
	further   []string // pages for people, and further catalogs and APIs
}

// readCatalog reads a linkset in either of its forms; nothing of anything else.
func readCatalog(p page, r response) catalog {
	if r.Type == "application/linkset" {
		return linksCatalog(p, parseLinks(string(r.Body)))
	}
	var set struct {
		Linkset []struct {
			Anchor  string       `json:"anchor"`
			Desc    []linkTarget `json:"service-desc"`
			Docs    []linkTarget `json:"service-doc"`
			Items   []linkTarget `json:"item"`
			Nested  []linkTarget `json:"api-catalog"`
			Related []linkTarget `json:"describedby"`
		} `json:"linkset"`
	}
	if json.Unmarshal(r.Body, &set) != nil {
		return catalog{}
	}
	var c catalog
	for _, l := range set.Linkset {
		for _, t := range append(l.Desc, l.Related...) {
			c.documents = append(c.documents, p.at(cmp.Or(t.Title, strings.TrimSpace(l.Anchor)), t.Href)...)
		}
		for _, t := range append(append(l.Docs, l.Nested...), l.Items...) {
			c.further = append(c.further, t.Href)
		}
	}
	return c.marked()
}

func linksCatalog(p page, links []link) catalog {
	var c catalog
	for _, l := range links {
		switch {
		case l.describes():
			c.documents = append(c.documents, p.at(l.title, l.href)...)
		case l.documents():
			c.further = append(c.further, l.href)
		}
	}
	return c.marked()
}

func (c catalog) marked() catalog {
	for i := range c.documents {
		c.documents[i].strategy = "api-catalog"
	}
	return c
}
