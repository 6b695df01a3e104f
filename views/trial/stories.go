package trial

import (
	"encoding/json"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/ui"
)

// Fixture is the form of an operation, for stories.
func Fixture(op openapi.Operation) Model {
	f := NewForm(op, "http://127.0.0.1:8090")
	for _, r := range Schemes(op) {
		f.Logins = append(f.Logins, LoginOf(r, loadtest.Credential{}))
	}
	return Model{
		ID: "try-1", Action: "#", Syntax: "#", PlanURL: "#", Operation: op, Form: f,
		Servers: []string{"http://127.0.0.1:8090", "http://127.0.0.1:8090/v2"},
	}
}

// fixtureOperation has something of everything.
func fixtureOperation() openapi.Operation {
	param := func(in, name, schema string, required bool) openapi.Parameter {
		return openapi.Parameter{In: in, Name: name, Required: required, Schema: json.RawMessage(schema)}
	}
	op := openapi.Operation{
		Method: "PUT", Path: "/shops/{shopId}/products/{productId}", Tags: []string{"catalog"}, Summary: "상품 바꾸기",
		Parameters: []openapi.Parameter{
			param("path", "shopId", `{"type":"string","format":"uuid"}`, true), param("path", "productId", `{"type":"integer","format":"int64","minimum":1}`, true),
			param("query", "currency", `{"type":"string","enum":["KRW","EUR","USD"]}`, true), param("query", "tags", `{"type":"array","items":{"type":"string"},"example":["새상품","키보드"]}`, false),
			param("query", "dryRun", `{"type":"boolean"}`, false), param("header", "X-Request-Id", `{"type":"string","minLength":8,"maxLength":64}`, false), param("cookie", "theme", `{"type":"string"}`, false),
		},
		RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{
			{Type: "application/json", Example: json.RawMessage(`{"name":"기계식 키보드","price":129000,"stock":7}`)},
			{Type: "multipart/form-data", Schema: json.RawMessage(`{"type":"object","required":["name","picture"],"properties":{"name":{"type":"string"},"picture":{"type":"string","format":"binary"}}}`)},
		}},
		Security: [][]openapi.Requirement{
			{{Scheme: "apiKey", Type: "apiKey", In: "header", Name: "X-Api-Key"}}, {{Scheme: "oauth", Type: "oauth2"}}, {{Scheme: "basicAuth", Type: "http", HTTP: "basic"}},
		},
		Responses: []string{"200", "404"},
	}
	op.Parameters[1].Description = "상품 번호. The number of the product, as the list of products shows it."
	op.Parameters[3].Style, op.Parameters[3].Explode = "form", true
	op.Parameters[4].Deprecated = true
	return op
}

// fixtureExchange is a good answer.
func fixtureExchange() loadtest.Exchange {
	return loadtest.Exchange{
		Step: "GET /products/{productId}", Path: "/products/{productId}", Expected: true,
		Request: loadtest.SentRequest{Method: "GET", URL: "http://127.0.0.1:8090/products/42", Headers: []loadtest.Param{
			{Name: "Authorization", Value: loadtest.Mask}, {Name: "User-Agent", Value: "k6/1.4"},
		}},
		Response: &loadtest.Response{
			Status: 200, Text: "200 OK", Protocol: "HTTP/1.1", RemoteIP: "127.0.0.1", Bytes: 61,
			Headers: []loadtest.Param{{Name: "Content-Type", Value: "application/json; charset=utf-8"}, {Name: "Date", Value: "Sun, 01 Mar 2026 09:30:00 GMT"}},
			Body:    []byte(`{"id":42,"name":"기계식 키보드","price":129000,"tags":["a","b"]}`),
			Timings: loadtest.Timings{Lookup: 240 * time.Microsecond, Connect: 310 * time.Microsecond, Send: 45 * time.Microsecond, Wait: 18400 * time.Microsecond, Receive: 1200 * time.Microsecond, Total: 20195 * time.Microsecond},
		},
	}
}

// FixturePreflight has a row of every kind, for stories.
func FixturePreflight() *Preflight {
	good, refused, lent := fixtureExchange(), fixtureExchange(), fixtureExchange()
	refused.Request.Method, refused.Path, refused.Expected = "POST", "/products/{productId}/pictures/{pictureId}/descriptions", false
	refused.Response.Status, refused.Response.Text, refused.At.Step = 401, "401 Unauthorized", 1
	lent.Suggested = []loadtest.Suggestion{{Param: "productId", Value: "1042", Instead: "42", From: "POST /products"}}
	lent.At.Step = 2
	none := loadtest.Exchange{
		At: loadtest.StepAt{Step: 3}, Path: "/health", Request: loadtest.SentRequest{Method: "GET", URL: "http://127.0.0.1:8090/health"},
		Problem: domain.Msg("", "Nobody listens at 127.0.0.1:8090. Is the target running?"),
	}
	return PreflightOf([]loadtest.Exchange{good, refused, lent, none}, ByOperation)
}

// Stories are the states of a request's form and of its answer.
func Stories() []ui.Story {
	story := func(name string, m Model) ui.Story {
		return ui.Story{Family: "trial", Name: name, View: Trial(m)}
	}
	with := func(m Model, r Result) Model {
		r.ID = m.ResultID()
		m.Result = &r
		return m
	}
	op := fixtureOperation()
	m := Fixture(op)
	wrong := Fixture(op)
	wrong.Form.Body.Text, wrong.Form.Logins[1].Kept = "{\n  \"name\":\n}", true
	wrong.Errors = wrong.Form.Check()
	wrong.Errors["rows[0].value"] = domain.Msg("plan.rule.path_param", "", "Name", "{shopId}")
	wrong.Errors["base_url"] = domain.Msg("plan.rule.base_url_broken", "", "URL", "shop")
	parts := Fixture(op)
	parts.Form.MediaType, parts.Form.Action = "multipart/form-data", ActionShow
	parts.Form.Apply(op)
	reader := Fixture(op)
	reader.ReadOnly = true

	good := fixtureExchange()
	unfit := Fit{Violations: []openapi.Violation{
		{Where: "/price", Message: domain.Msg("", "The value is a number, the document says string.")},
		{Where: "header X-Total", Message: domain.Msg("", "The header is missing.")},
	}}
	refused := fixtureExchange()
	refused.Expected = false
	refused.Response.Status, refused.Response.Text = 422, "422 Unprocessable Entity"
	refused.Response.Body = []byte(`{"detail":"name is required"}`)
	binary := fixtureExchange()
	binary.Response.Body, binary.Response.Truncated, binary.Response.Bytes = append([]byte("\x89PNG\r\n\x1a\n\x00\x00"), make([]byte, 300)...), true, 5<<20
	binary.Response.Headers[0].Value = "image/png"
	none := loadtest.Exchange{Step: good.Step, Path: good.Path, Request: good.Request, Problem: domain.Msg("", "Nobody listens at 127.0.0.1:8090. Is the target running?")}
	return []ui.Story{
		story("form", m), story("form-with-errors", wrong), story("form-parts", parts), story("form-read-only", reader),
		story("answer", with(m, Result{Exchange: good})),
		story("answer-unfit", with(m, Result{Exchange: good, Fit: unfit})),
		story("answer-refused", with(m, Result{Exchange: refused, Advice: loadtest.Judge(refused).Message, Fit: Fit{Unchecked: domain.Msg("tryit.unchecked", "")}})),
		story("answer-binary", with(m, Result{Exchange: binary})),
		story("answer-none", with(m, Result{Exchange: none, Advice: none.Problem})),
		{Family: "trial", Name: "preflight", View: PreflightView(*FixturePreflight())},
		{Family: "trial", Name: "preflight-fine", View: PreflightView(*PreflightOf([]loadtest.Exchange{good}, ByOperation))},
		{Family: "trial", Name: "used", View: Used("used", "GET /products", "{}", "#")},
	}
}
