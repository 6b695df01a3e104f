package discover

import (
	"encoding/json"
	"slices"
	"strings"
)

const swaggerUIName = "swagger-ui"

// swaggerUI reads Swagger UI's configuration: in the page, in
// swagger-initializer.js or swagger-ui-init.js, or in the page's query.
func swaggerUI(p page) []candidate {
	if !strings.Contains(p.text, "swaggerui") && !strings.Contains(p.text, "swagger-ui") {
		return nil
	}
	query := p.url.Query()
	all := p.at(swaggerUIName, "", query.Get("url"))
	all = append(all, p.at(swaggerUIName, "", query.Get("configUrl"))...)
	var single []candidate
	for _, o := range p.said.objects {
		all = append(all, p.at(swaggerUIName, "", str(o, "configUrl"))...)
		for _, member := range []string{"urls", "swaggerUrls"} {
			all = append(all, p.named(swaggerUIName, list(o, member), first(query.Get("urls.primaryName"), str(o, "urls.primaryName")))...)
		}
		if o["name"] == nil && o["email"] == nil && o["title"] == nil {
			single = append(single, p.at(swaggerUIName, "", str(o, "url", "swaggerUrl"))...)
		}
		single = append(single, document(swaggerUIName, o["spec"])...)
	}
	for _, raw := range p.said.documents {
		single = append(single, candidate{strategy: swaggerUIName, inline: raw})
	}
	return append(all, single...)
}

// named returns the entries of a list of addresses, the primary one first.
func (p page) named(strategy string, entries []map[string]any, primary string) []candidate {
	var all []candidate
	for _, e := range entries {
		all = append(all, p.at(strategy, str(e, "name", "title", "slug"), str(e, "url", "location"))...)
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		switch {
		case primary == "" || a.name == b.name:
			return 0
		case a.name == primary:
			return -1
		case b.name == primary:
			return 1
		}
		return 0
	})
	return all
}

// configured reads a configuration that is served as JSON: springdoc's
// swagger-config, or springfox's list of resources.
func configured(strategy string, r response) []candidate {
	p := page{url: r.URL, base: r.URL}
	var resources []map[string]any
	if json.Unmarshal(r.Body, &resources) == nil {
		return p.named(strategy, resources, "")
	}
	var config map[string]any
	if json.Unmarshal(r.Body, &config) != nil {
		return nil
	}
	all := p.named(strategy, list(config, "urls"), str(config, "urls.primaryName"))
	return append(all, p.at(strategy, "", str(config, "url"))...)
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
