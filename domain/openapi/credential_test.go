package openapi_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
)

const secured = `
openapi: 3.0.3
info: {title: t, version: "1"}
servers: [{url: https://api.test/v1/}]
components:
  securitySchemes:
    key: {type: apiKey, in: query, name: k}
    login: {type: http, scheme: Basic}
    token: {type: http, scheme: bearer}
    machine:
      type: oauth2
      flows:
        authorizationCode: {authorizationUrl: /a, tokenUrl: /code, scopes: {}}
        clientCredentials: {tokenUrl: oauth/token, scopes: {read: r, write: w}}
    person:
      type: oauth2
      flows: {implicit: {authorizationUrl: /a, scopes: {}}}
    id: {type: openIdConnect, openIdConnectUrl: https://id.test/.well-known/openid-configuration}
paths:
  /key: {get: {security: [{key: []}], responses: {"200": {description: ok}}}}
  /both: {get: {security: [{token: [], key: []}, {login: []}], responses: {"200": {description: ok}}}}
  /maybe: {get: {security: [{}, {machine: [read]}], responses: {"200": {description: ok}}}}
  /open: {get: {security: [], responses: {"200": {description: ok}}}}
  /more: {get: {security: [{person: []}, {id: []}], responses: {"200": {description: ok}}}}
`

func TestCredentialsFitTheirSchemes(t *testing.T) {
	doc, err := openapi.Parse([]byte(secured))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]loadtest.Credential{}
	for _, r := range openapi.Wants(&doc) {
		for _, kind := range r.Kinds() {
			got[r.Scheme] = append(got[r.Scheme], r.Credential(kind))
		}
	}
	bearer := func(scheme string) loadtest.Credential {
		return loadtest.Credential{Scheme: scheme, Kind: loadtest.CredentialBearer}
	}
	want := map[string][]loadtest.Credential{
		"key":   {{Scheme: "key", Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Name: "k"}},
		"login": {{Scheme: "login", Kind: loadtest.CredentialBasic}},
		"token": {bearer("token")},
		"machine": {
			{Scheme: "machine", Kind: loadtest.CredentialClient, TokenURL: "https://api.test/v1/oauth/token", Scopes: []string{"read"}},
			bearer("machine"),
			{Scheme: "machine", Kind: loadtest.CredentialPassword, TokenURL: "https://api.test/v1/oauth/token", Scopes: []string{"read"}},
		},
		"person": {bearer("person"), {Scheme: "person", Kind: loadtest.CredentialClient}, {Scheme: "person", Kind: loadtest.CredentialPassword}},
		"id":     {bearer("id"), {Scheme: "id", Kind: loadtest.CredentialClient}, {Scheme: "id", Kind: loadtest.CredentialPassword}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWhatAnOperationCarries(t *testing.T) {
	doc, err := openapi.Parse([]byte(secured))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path  string
		given []string
		want  []string
	}{
		{"/key", nil, []string{"key"}},
		{"/both", nil, []string{"key", "token"}},
		{"/both", []string{"key"}, []string{"key", "token"}},
		{"/both", []string{"key", "login"}, []string{"login"}},
		{"/both", []string{"key", "login", "token"}, []string{"key", "token"}},
		{"/maybe", nil, []string{"machine"}},
		{"/open", []string{"key"}, []string{}},
	} {
		var given []loadtest.Credential
		for _, scheme := range c.given {
			given = append(given, loadtest.Credential{Scheme: scheme})
		}
		i := slices.IndexFunc(doc.Operations, func(o openapi.Operation) bool { return o.Path == c.path })
		if got := doc.Operations[i].Carries(given); got == nil || !slices.Equal(got, c.want) {
			t.Errorf("%s with %v: %v, want %v", c.path, c.given, got, c.want)
		}
	}
}
