package discover

import (
	"cmp"
	"encoding/json"
	"strings"
)

// swaggerUI reads Swagger UI's configuration: in the page, in
// swagger-initializer.js or swagger-ui-init.js, or in the page's query. What
// Swagger UI prefers comes first: a list of addresses, a document, an address.
func swaggerUI(p page) []offer {
	if !p.mentions("swaggerui", "swagger-ui") {
		return nil
	}
	query := p.url.Query()
	all := append(p.single(query.Get("url")), p.single(query.Get("configUrl"))...)
	for _, o := range p.said.objects {
		all = append(all, p.single(str(o, "configUrl"))...)
	}
	for _, o := range p.said.objects {
		for _, member := range []string{"urls", "swaggerUrls"} {
			all = append(all, p.several(list(o, member), cmp.Or(query.Get("urls.primaryName"), str(o, "urls.primaryName")))...)
		}
	}
	for _, o := range p.said.objects {
		for _, member := range []string{"spec", "swaggerDoc"} {
			if _, text := o[member].(string); text {
				all = append(all, embedded("", o[member]))
			}
		}
	}
	all = append(all, inlineDocuments(p)...)
	for _, c := range p.said.calls {
		if name := strings.ToLower(c.name); len(c.args) > 0 && strings.HasPrefix(name, "swaggerui") {
			if o, ok := c.args[0].(map[string]any); ok {
				all = append(all, p.single(str(o, "url"))...)
			}
		}
	}
	all = append(all, p.swaggerData()...)
	for _, o := range p.said.objects {
		// Others have addresses, too: a licence, a contact.
		if o["name"] == nil && o["email"] == nil && o["title"] == nil && o["description"] == nil {
			all = append(all, p.single(str(o, "url", "swaggerUrl", "specUrl"))...)
		}
	}
	return all
}

// swaggerData reads the attributes by which applications that bundle Swagger
// UI tell their script the address.
func (p page) swaggerData() []offer {
	var all []offer
	for _, e := range p.elements {
		if !strings.Contains(strings.ToLower(e.attrs["id"]+" "+e.attrs["class"]), "swagger") && e.tag != "swagger-ui" {
			continue
		}
		for _, name := range []string{"data-url", "data-source", "data-spec-url", "data-spec", "data-endpoint", "data-openapi", "url"} {
			all = append(all, p.single(e.attrs[name])...)
		}
	}
	return all
}

// configured reads a configuration that is served as JSON: springdoc's
// swagger-config, or springfox's list of resources. Its addresses are relative
// to the page that uses it.
func configured(p page, r response) []offer {
	var resources []any
	if json.Unmarshal(r.Body, &resources) == nil {
		return p.several(objectsOf(resources), p.url.Query().Get("urls.primaryName"))
	}
	var config map[string]any
	if json.Unmarshal(r.Body, &config) != nil {
		return nil
	}
	all := p.several(list(config, "urls"), cmp.Or(p.url.Query().Get("urls.primaryName"), str(config, "urls.primaryName")))
	return append(all, p.single(str(config, "url"))...)
}
