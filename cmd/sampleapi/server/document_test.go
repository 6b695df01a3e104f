package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"plog.dev/plog/cmd/sampleapi/shop"
)

// documented is one operation as the document tells it.
type documented struct {
	method, path string
	parameters   []*v3.Parameter
	*v3.Operation
}

func (d documented) name() string { return d.method + " " + d.path }

// success returns the documented 2xx status.
func (d documented) success() (status int, response *v3.Response) {
	for code, response := range d.Responses.Codes.FromOldest() {
		if strings.HasPrefix(code, "2") {
			if _, err := fmt.Sscan(code, &status); err == nil {
				return status, response
			}
		}
	}
	return 0, nil
}

func operations(t *testing.T, source []byte) []documented {
	t.Helper()
	parsed, err := libopenapi.NewDocument(source)
	if err != nil {
		t.Fatal(err)
	}
	model, err := parsed.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	var all []documented
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			all = append(all, documented{
				strings.ToUpper(method), path, slices.Concat(item.Parameters, operation.Parameters), operation,
			})
		}
	}
	return all
}

func TestEveryRouteIsDocumentedAndEveryOperationRouted(t *testing.T) {
	var want, got []string
	for _, route := range shop.New().Routes() {
		want = append(want, route.Name())
	}
	tags, ids := map[string]bool{}, map[string]bool{}
	for _, operation := range operations(t, shop.Document) {
		got = append(got, operation.name())
		tags[operation.Tags[0]], ids[operation.OperationId] = true, true
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-) and document (+) differ:\n%s", diff)
	}
	if len(tags) != 5 || len(ids) != len(got) {
		t.Errorf("%d tags and %d operation ids for %d operations", len(tags), len(ids), len(got))
	}
}

// Examples as they stand in the document have to work: on a fresh server, and again and again.
func TestExamplesGetTheDocumentedAnswer(t *testing.T) {
	handler := newServer(t, nil)
	for _, notation := range []string{"/openapi.yaml", "/openapi.json"} {
		source := get(t, handler, notation).Body.Bytes()
		for round := range 2 {
			for _, operation := range operations(t, source) {
				t.Run(fmt.Sprintf("%s %s round %d", notation, operation.name(), round), func(t *testing.T) {
					request := example(t, operation)
					if len(operation.Security) > 0 {
						if status := answer(handler, example(t, operation)).Code; status != http.StatusUnauthorized {
							t.Errorf("without a token: status %d", status)
						}
						request.Header.Set("Authorization", "Bearer demo-token")
					}
					checkAnswer(t, operation, answer(handler, request))
				})
			}
		}
	}
}

func checkAnswer(t *testing.T, operation documented, got *httptest.ResponseRecorder) {
	t.Helper()
	status, response := operation.success()
	if got.Code != status {
		t.Fatalf("status %d, documented is %d: %s", got.Code, status, got.Body)
	}
	mediaType, _, err := mime.ParseMediaType(got.Header().Get("Content-Type"))
	if response.Content == nil || response.Content.Len() == 0 {
		if operation.method != http.MethodHead && got.Body.Len() > 0 {
			t.Errorf("a body that is not documented: %s", got.Body)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	content, found := response.Content.Get(mediaType)
	if !found {
		t.Fatalf("media type %s is not documented", mediaType)
	}
	if mediaType != "application/json" {
		return
	}
	var value any
	if err := json.Unmarshal(got.Body.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults("body", content.Schema.Schema(), value) {
		t.Error(fault)
	}
}

// example builds the request that the document's examples describe.
func example(t *testing.T, operation documented) *http.Request {
	t.Helper()
	path, query, header := operation.path, url.Values{}, http.Header{}
	for _, parameter := range operation.parameters {
		if parameter.Example == nil {
			if parameter.Required != nil && *parameter.Required {
				t.Fatalf("required parameter %s has no example", parameter.Name)
			}
			continue
		}
		var value any
		if err := parameter.Example.Decode(&value); err != nil {
			t.Fatal(err)
		}
		switch text := fmt.Sprint(value); parameter.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(text))
		case "query":
			if list, ok := value.([]any); ok {
				for _, one := range list {
					query.Add(parameter.Name, fmt.Sprint(one))
				}
				continue
			}
			query.Set(parameter.Name, text)
		case "header":
			header.Set(parameter.Name, text)
		case "cookie":
			header.Add("Cookie", parameter.Name+"="+text)
		}
	}
	body, mediaType := exampleBody(t, operation)
	request := httptest.NewRequest(operation.method, path+"?"+query.Encode(), bytes.NewReader(body))
	request.Header = header
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	return request
}

func exampleBody(t *testing.T, operation documented) (body []byte, mediaType string) {
	t.Helper()
	if operation.RequestBody == nil {
		return nil, ""
	}
	first := operation.RequestBody.Content.First()
	mediaType = first.Key()
	if mediaType == "multipart/form-data" {
		var buffer bytes.Buffer
		form := multipart.NewWriter(&buffer)
		file, err := form.CreateFormFile("picture", "사진.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte{0x89, 'P', 'N', 'G', 0, 1, 2}); err != nil {
			t.Fatal(err)
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		return buffer.Bytes(), form.FormDataContentType()
	}
	var value map[string]any
	if err := first.Value().Example.Decode(&value); err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults("example", first.Value().Schema.Schema(), value) {
		t.Error(fault)
	}
	if mediaType == "application/x-www-form-urlencoded" {
		form := url.Values{}
		for name, one := range value {
			list, ok := one.([]any)
			if !ok {
				list = []any{one}
			}
			for _, item := range list {
				form.Add(name, fmt.Sprint(item))
			}
		}
		return []byte(form.Encode()), mediaType
	}
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return body, mediaType
}

// faults compares a value with its schema: types, required and unknown properties, and enumerations.
func faults(at string, schema *base.Schema, value any) []string {
	kind := typeOf(value)
	fits := slices.Contains(schema.Type, kind) || kind == "integer" && slices.Contains(schema.Type, "number")
	if !fits {
		return []string{fmt.Sprintf("%s: %v is no %v", at, value, schema.Type)}
	}
	var found []string
	switch value := value.(type) {
	case map[string]any:
		for _, name := range schema.Required {
			if _, ok := value[name]; !ok {
				found = append(found, fmt.Sprintf("%s: %s is required", at, name))
			}
		}
		for name, one := range value {
			property, known := schema.Properties.Get(name)
			if !known {
				found = append(found, fmt.Sprintf("%s: %s is not documented", at, name))
				continue
			}
			found = append(found, faults(at+"."+name, property.Schema(), one)...)
		}
	case []any:
		for i, one := range value {
			found = append(found, faults(fmt.Sprintf("%s[%d]", at, i), schema.Items.A.Schema(), one)...)
		}
	case string:
		allowed := len(schema.Enum) == 0
		for _, node := range schema.Enum {
			allowed = allowed || node.Value == value
		}
		if !allowed {
			found = append(found, fmt.Sprintf("%s: %q is not in the enumeration", at, value))
		}
	}
	return found
}

func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	case float64:
		if value != float64(int64(value)) {
			return "number"
		}
	}
	return "integer"
}
