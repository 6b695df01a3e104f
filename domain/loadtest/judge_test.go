package loadtest_test

import (
	"strings"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func TestJudge(t *testing.T) {
	status := func(status int, body string) loadtest.Exchange {
		return loadtest.Exchange{
			Path: "/pets/{id}", Request: loadtest.SentRequest{Method: "PUT", URL: "http://x/pets/7"},
			Response: &loadtest.Response{Status: status, Body: []byte(body)},
		}
	}
	on := func(x loadtest.Exchange, change func(*loadtest.Exchange)) loadtest.Exchange {
		change(&x)
		return x
	}
	good := func(x *loadtest.Exchange) { x.Expected = true }
	taken := func(gone bool) func(*loadtest.Exchange) {
		return func(x *loadtest.Exchange) {
			x.Expected = true
			x.Suggested = []loadtest.Suggestion{{Param: "id", Value: "42", Instead: "7", From: "POST /pets", Gone: gone}}
		}
	}
	for name, c := range map[string]struct {
		x      loadtest.Exchange
		want   loadtest.Concern
		errors bool
		says   string
	}{
		"good":                {on(status(200, "{}"), good), loadtest.NoConcern, false, ""},
		"a good 404":          {on(status(404, ""), good), loadtest.NoConcern, false, ""},
		"good with another's": {on(status(200, ""), taken(false)), loadtest.ConcernBorrowed, false, "{id} = 42, from the answer to POST /pets. Put that into the plan instead of 7"},
		"which is gone again": {on(status(200, ""), taken(true)), loadtest.ConcernBorrowed, false, "deleted again"},
		"no answer":           {loadtest.Exchange{Problem: domain.Msg("k", "refused")}, loadtest.ConcernConnection, true, "refused"},
		"nobody signed in":    {status(401, ""), loadtest.ConcernSignIn, true, "Add a sign-in"},
		"a wrong sign-in": {on(status(401, ""), func(x *loadtest.Exchange) {
			x.Request.Headers = []loadtest.Param{{Name: "X-Api-Key", Value: loadtest.Mask}}
		}), loadtest.ConcernSignIn, true, "does not accept"},
		"not allowed":             {status(403, ""), loadtest.ConcernForbidden, true, "status 403"},
		"unknown value":           {status(404, ""), loadtest.ConcernNotFound, true, "Give {id} a value"},
		"unknown path":            {on(status(404, ""), func(x *loadtest.Exchange) { x.Path = "/pets" }), loadtest.ConcernPath, true, "base URL"},
		"refused, with its words": {status(422, `{"detail":[{"loc":["body","name"],"msg":"field required"}]}`), loadtest.ConcernRefused, true, "“body.name: field required”"},
		"refused, silently":       {status(400, ""), loadtest.ConcernRefused, true, "Correct the step's values."},
		"method":                  {status(405, ""), loadtest.ConcernMethod, true, "PUT"},
		"media type":              {status(415, ""), loadtest.ConcernMedia, true, "media type"},
		"conflict":                {status(409, "exists"), loadtest.ConcernConflict, true, "“exists”"},
		"too many":                {status(429, ""), loadtest.ConcernLimited, true, "limit"},
		"other 4xx":               {status(418, ""), loadtest.ConcernRefused, true, "418"},
		"server":                  {status(500, "<html>boom"), loadtest.ConcernServer, true, "log"},
		"other good status":       {status(204, ""), loadtest.ConcernUnexpected, true, "204"},
	} {
		t.Run(name, func(t *testing.T) {
			got := loadtest.Judge(c.x)
			if got.Concern != c.want || got.Errors() != c.errors || !strings.Contains(got.Message.String(), c.says) || got.Message.IsZero() != (c.says == "") {
				t.Errorf("%q, errors %t: %s", got.Concern, got.Errors(), got.Message)
			}
		})
	}
}

func TestSaid(t *testing.T) {
	for body, want := range map[string]string{
		``:                                  ``,
		` `:                                 ``,
		`null`:                              ``,
		`{}`:                                ``,
		`42`:                                ``,
		`"plain words"`:                     `plain words`,
		"name is missing\nstack\ntrace":     `name is missing`,
		"<!doctype html><h1>Bad</h1>":       ``,
		`{"message":"cut of`:                ``,
		"\xff\xfe\x00":                      ``,
		`{"message":"no pet","code":3}`:     `no pet`,
		`{"error":{"message":"no\n  pet"}}`: `no pet`,
		`{"message":["a is b","c is d"]}`:   `a is b; c is d`,
		`{"error":"Bad Request","path":"/x","status":400,"timestamp":"now"}`:                                                  `Bad Request`,
		`{"type":"about:blank","title":"Invalid","detail":"age is negative"}`:                                                 `age is negative`,
		`{"detail":[{"loc":["query","limit"],"msg":"not an integer","type":"int"},{"loc":["body",0,"id"],"msg":"required"}]}`: `query.limit: not an integer; body.0.id: required`,
		`{"title":"One or more errors.","errors":{"Name":["is required"],"Age":["is negative","is odd"]}}`:                    `Age: is negative; is odd; Name: is required`,
		`{"name":["This field is required."]}`:                                                                                `name: This field is required.`,
		`{"errors":[{"field":"name","message":"must not be blank"}]}`:                                                         `name: must not be blank`,
		`{"error":"invalid_client","error_description":"Unknown client"}`:                                                     `Unknown client`,
		`{"errors":[],"message":"see log"}`:                                                                                   `see log`,
		strings.Repeat("가", 400):                                                                                              strings.Repeat("가", 300) + "…",
		`[[[[[[[[["deep"]]]]]]]]]`:                                                                                            `deep`,
		`{"detail":{"detail":{"detail":{"detail":{"detail":"too deep"}}}}}`:                                                   ``,
	} {
		if got := loadtest.Said(loadtest.Response{Body: []byte(body)}); got != want {
			t.Errorf("Said(%.80s) = %q, want %q", body, got, want)
		}
	}
}
