package contract

import (
	"encoding/json"
	"fmt"
	"strings"
)

// modernise returns the slice of a Swagger 2.0 document as far as responses go
// in the words of OpenAPI 3.0, which is what the library checks by; any other
// slice as it is.
func modernise(slice []byte, path string) ([]byte, error) {
	var old struct {
		Swagger     any                       `json:"swagger"`
		Produces    []string                  `json:"produces"`
		Paths       map[string]map[string]any `json:"paths"`
		Responses   map[string]any            `json:"responses"`
		Definitions map[string]any            `json:"definitions"`
	}
	if err := json.Unmarshal(slice, &old); err != nil {
		return nil, fmt.Errorf("read slice: %w", err)
	}
	if old.Swagger == nil {
		return slice, nil
	}
	item := map[string]any{}
	for method, v := range old.Paths[path] {
		operation, ok := v.(map[string]any)
		if !ok {
			continue // the path's parameters
		}
		produces := old.Produces
		if own, ok := operation["produces"].([]any); ok {
			produces = nil
			for _, t := range own {
				produces = append(produces, fmt.Sprint(t))
			}
		}
		answers := map[string]any{}
		responses, _ := operation["responses"].(map[string]any)
		for status, r := range responses {
			answers[status] = modernResponse(r, old.Responses, produces)
		}
		item[method] = map[string]any{"responses": answers}
	}
	document, err := json.Marshal(map[string]any{
		"openapi": "3.0.3", "info": map[string]any{"title": "-", "version": "-"},
		"paths":      map[string]any{path: item},
		"components": map[string]any{"schemas": modernSchemas(old.Definitions)},
	})
	if err != nil {
		return nil, fmt.Errorf("write slice: %w", err)
	}
	return document, nil
}

func modernResponse(v any, shared map[string]any, produces []string) any {
	response, _ := v.(map[string]any)
	if ref, ok := response["$ref"].(string); ok {
		response, _ = shared[strings.TrimPrefix(ref, "#/responses/")].(map[string]any)
	}
	modern := map[string]any{"description": "-"}
	if schema, ok := response["schema"].(map[string]any); ok && schema["type"] != "file" {
		content := map[string]any{}
		if len(produces) == 0 {
			produces = []string{"*/*"} // the document leaves it open
		}
		for _, t := range produces {
			content[t] = map[string]any{"schema": modernSchema(schema)}
		}
		modern["content"] = content
	}
	if headers, ok := response["headers"].(map[string]any); ok {
		described := map[string]any{}
		for name, h := range headers {
			described[name] = map[string]any{"schema": modernSchema(h)}
		}
		modern["headers"] = described
	}
	return modern
}

// modernSchemas returns named schemas in modernSchema's form.
func modernSchemas(all map[string]any) map[string]any {
	modern := make(map[string]any, len(all))
	for name, schema := range all {
		modern[name] = modernSchema(schema)
	}
	return modern
}

// modernSchema returns a schema whose references lead to where OpenAPI 3.0
// keeps schemas.
func modernSchema(v any) any {
	switch v := v.(type) {
	case map[string]any:
		modern := make(map[string]any, len(v))
		for name, member := range v {
			ref, isText := member.(string)
			named, isMap := member.(map[string]any)
			switch {
			case name == "properties" && isMap:
				modern[name] = modernSchemas(named)
			case name == "$ref" && isText:
				modern[name] = strings.Replace(ref, "#/definitions/", "#/components/schemas/", 1)
			case name == "x-nullable":
				modern["nullable"] = member
			case name == "discriminator" && isText:
				modern[name] = map[string]any{"propertyName": ref}
			case name == "collectionFormat", name == "example", name == "x-example":
			default:
				modern[name] = modernSchema(member)
			}
		}
		return modern
	case []any:
		modern := make([]any, len(v))
		for i, member := range v {
			modern[i] = modernSchema(member)
		}
		return modern
	}
	return v
}
