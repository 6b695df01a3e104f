package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers"
)

// fakeTrier keeps the plans it was asked for, and answers their requests with
// 200 unless it knows better.
type fakeTrier struct {
	tried      []loadtest.Plan
	answers    map[string]loadtest.Exchange // by "GET /pets"
	violations []openapi.Violation
	err        error
}

func (f *fakeTrier) Try(_ context.Context, p loadtest.Plan) ([]loadtest.Exchange, error) {
	f.tried = append(f.tried, p)
	if f.err != nil {
		return nil, f.err
	}
	var all []loadtest.Exchange
	for i, s := range p.Scenarios {
		for j, step := range s.Steps {
			x := f.answers[step.Label()]
			x.At, x.Step, x.Path = loadtest.StepAt{Scenario: i, Step: j}, step.Label(), step.Path
			x.Request.Method, x.Request.URL = step.Method, p.BaseURL+step.Path
			if x.Response == nil && x.Problem.IsZero() {
				x.Response, x.Expected = &loadtest.Response{Status: 200, Text: "200 OK", Body: []byte(`{"id":7,"html":"<script>alert(1)</script>"}`), Bytes: 40,
					Headers: []loadtest.Param{{Name: "Content-Type", Value: "application/json"}}, Timings: loadtest.Timings{Wait: 5 * time.Millisecond, Total: 5 * time.Millisecond}}, true
			}
			all = append(all, x)
		}
	}
	return all, nil
}

func (f *fakeTrier) Check(_ context.Context, raw []byte, method, path string, _ loadtest.Exchange) ([]openapi.Violation, error) {
	if !json.Valid(raw) || method == "" || path == "" {
		return nil, domain.Errorf(domain.Invalid, "", "Not a document.")
	}
	return f.violations, nil
}

func answered(status int, body string) loadtest.Exchange {
	return loadtest.Exchange{Response: &loadtest.Response{Status: status, Body: []byte(body), Bytes: int64(len(body))}}
}

// ordersDocument has what the pets' has not: credentials, forms, files.
const ordersDocument = `{"openapi":"3.1.0","info":{"title":"Orders","version":"1"},"servers":[{"url":"http://127.0.0.1:9"},{"url":"http://127.0.0.1:9/v2"}],
"components":{"securitySchemes":{"key":{"type":"apiKey","in":"header","name":"X-Api-Key"},"oauth":{"type":"oauth2","flows":{"clientCredentials":{"tokenUrl":"http://127.0.0.1:9/token","scopes":{}}}}}},
"paths":{"/orders/{id}":{"put":{"security":[{"key":[]},{"oauth":[]}],"description":"**Bold** <script>alert(1)</script>",
 "parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer","example":7}},{"name":"state","in":"query","schema":{"enum":["open","paid"]}},{"name":"note","in":"query","schema":{"type":"string","example":"hi"}}],
 "requestBody":{"content":{"application/json":{"schema":{"type":"object","example":{"name":"바둑이"}}},"multipart/form-data":{"schema":{"type":"object","required":["picture"],"properties":{"picture":{"type":"string","format":"binary"}}}}}},
 "responses":{"200":{"description":"ok"}}}}}}`

// orders adds the orders' API and returns the address of its one operation.
func (b *bundle) orders() string {
	b.t.Helper()
	if res := b.post("/projects", url.Values{"text": {ordersDocument}}); res.status != http.StatusSeeOther {
		b.t.Fatalf("add API: %d %s", res.status, strip(res.body))
	}
	all, err := b.db.Projects().List(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	p := all[len(all)-1]
	sources, err := b.db.Sources().ListByProject(b.t.Context(), p.ID)
	if err != nil || len(sources) != 1 {
		b.t.Fatalf("sources %v %v", sources, err)
	}
	return fmt.Sprintf("/projects/%s/apis/%s/0", p.ID, sources[0].ID)
}

var formField = regexp.MustCompile(`<(?:input|textarea)[^>]* name="([^"]+)"[^>]*>`)

// formOn returns what a browser would post of the operation's form, changed.
func formOn(page string, changes ...string) url.Values {
	form := url.Values{"action": {"send"}}
	for _, m := range formField.FindAllStringSubmatch(page, -1) {
		tag := m[0]
		if strings.Contains(tag, `type="checkbox"`) && !strings.Contains(tag, " checked") || strings.Contains(tag, `type="file"`) {
			continue
		}
		value := ""
		if v := regexp.MustCompile(` value="([^"]*)"`).FindStringSubmatch(tag); v != nil {
			value = v[1]
		}
		if strings.HasPrefix(tag, "<textarea") {
			rest := page[strings.Index(page, tag)+len(tag):]
			value = rest[:strings.Index(rest, "</textarea>")]
		}
		form.Set(m[1], strings.NewReplacer("&#34;", `"`, "&lt;", "<", "&gt;", ">", "&#39;", "'", "&amp;", "&").Replace(value))
	}
	if m := regexp.MustCompile(`name="media_type"[^>]*>\s*<option value="([^"]+)"`).FindStringSubmatch(page); m != nil {
		form.Set("media_type", m[1])
	}
	for i := 0; i+1 < len(changes); i += 2 {
		form.Set(changes[i], changes[i+1])
	}
	return form
}

func TestAnOperationIsSent(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	page := b.get(at)
	wants(t, page, http.StatusOK, "<html", "PUT /orders/{id}", `value="7"`, "<strong>Bold</strong>", `value="http://127.0.0.1:9/v2"`, "바둑이", "X-Api-Key")
	if strings.Contains(page.body, "<script>alert(1)") {
		t.Error("the document's HTML is on the page")
	}
	form := formOn(page.body, "rows[0].value", "42", "rows[1].send", "true", "rows[1].value", "paid", "auth[0].value", "s3cret")
	res := b.post(at, form, asFragment...)
	wants(t, res, http.StatusOK, "200 OK", "Fits the document", "&lt;script&gt;")
	if res.header.Get("HX-Retarget") != "#try-0-result" || strings.Contains(res.body, "<html") || strings.Contains(res.body, "<script") {
		t.Errorf("answer %v", res.header)
	}
	if len(b.trier.tried) != 1 {
		t.Fatalf("sent %d", len(b.trier.tried))
	}
	p := b.trier.tried[0]
	step := p.Scenarios[0].Steps[0]
	if step.Request.PathParams[0].Value != "42" || len(step.Request.Query) != 1 || step.Request.Query[0].Value != "paid" || !strings.Contains(step.Request.Body.Text, "바둑이") {
		t.Errorf("request %+v", step.Request)
	}
	if len(p.Auth) != 1 || p.Auth[0].Value != "s3cret" || p.Auth[0].Name != "X-Api-Key" {
		t.Errorf("credentials %+v", p.Auth)
	}

	// the whole page for a browser without script, with the request as it was
	wants(t, b.post(at, form), http.StatusOK, "<html", "200 OK", `value="42"`)
}

func TestCredentialsStayWithTheBrowser(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	b.post(at, formOn(b.get(at).body, "auth[0].value", "s3cret"))
	page := b.get(at)
	wants(t, page, http.StatusOK, "saved for this browser")
	if strings.Contains(page.body, "s3cret") || strings.Contains(b.log.String(), "s3cret") {
		t.Error("the secret is on the page or in the log")
	}
	b.post(at, formOn(page.body))
	if p := b.trier.tried[1]; len(p.Auth) != 1 || p.Auth[0].Value != "s3cret" {
		t.Errorf("credentials %+v", p.Auth)
	}
	// another browser has none
	mine := b.browser
	b.browser = newBrowser(t)
	b.get(strings.TrimPrefix(b.server.SignInLink(""), ""))
	if page := b.get(at); page.status != http.StatusOK || strings.Contains(page.body, "saved for this browser") {
		t.Errorf("another browser is signed in: %d", page.status)
	}
	b.browser = mine
	b.post(at, formOn(page.body, "auth[0].forget", "true"))
	if p := b.trier.tried[2]; len(p.Auth) != 0 {
		t.Errorf("credentials %+v", p.Auth)
	}
}

func TestWhatCannotBeSentStaysInItsForm(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	page := b.get(at)
	for name, c := range map[string]struct{ field, value, says string }{
		"empty path":   {"rows[0].value", "", "{id}"},
		"broken JSON":  {"body.text", "{\n  \"name\": ,\n}", "line 2, column 11"},
		"no address":   {"base_url", "shop", "http://"},
		"token URL":    {"auth[1].client_id", "me", "tokens come from"},
		"long request": {"rows[2].value", strings.Repeat("x", 70<<10), "Shorten"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, extra := range [][]string{nil, asFragment} {
				form := formOn(page.body, c.field, c.value, "rows[2].send", "true", "auth[1].kind", "oauth2_client_credentials", "auth[1].token_url", "")
				res := b.post(at, form, extra...)
				wants(t, res, http.StatusUnprocessableEntity, c.says, `value="http`)
				if whole := strings.Contains(res.body, "<html"); whole == (extra != nil) {
					t.Errorf("whole page %t", whole)
				}
			}
		})
	}
	if len(b.trier.tried) != 0 {
		t.Errorf("sent %d", len(b.trier.tried))
	}
	wants(t, b.post(at, formOn(page.body, "operation", "GET /other")), http.StatusConflict, "has changed")
	wants(t, b.post(at+"/syntax", formOn(page.body, "body.text", "{"), asFragment...), http.StatusOK, "not valid JSON")
	if res := b.post(at+"/syntax", formOn(page.body), asFragment...); res.status != http.StatusOK || strings.Contains(res.body, "valid") {
		t.Errorf("a good body: %d %s", res.status, res.body)
	}
}

func TestAnswersOfAllKinds(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	form := formOn(b.get(at).body)
	send := func(x loadtest.Exchange, err error, violations ...openapi.Violation) answer {
		b.trier.answers, b.trier.err, b.trier.violations = map[string]loadtest.Exchange{"PUT /orders/{id}": x}, err, violations
		return b.post(at, form, asFragment...)
	}
	wants(t, send(answered(401, ""), nil), http.StatusOK, "401", "sign-in")
	wants(t, send(answered(422, `{"detail":"name is too long"}`), nil), http.StatusOK, "422", "name is too long")
	wants(t, send(loadtest.Exchange{Problem: domain.Msg("", "Nobody listens there.")}, nil), http.StatusOK, "No answer", "Nobody listens there.")
	wants(t, send(answered(200, "{}"), nil, openapi.Violation{Where: "/name", Message: domain.Msg("", "It is missing.")}), http.StatusOK, "/name", "It is missing.", "1 place")
	wants(t, send(answered(200, "\x89PNG\x00"), nil), http.StatusOK, "binary", "89 50 4e 47")
	wants(t, send(loadtest.Exchange{}, domain.Errorf(domain.Forbidden, "", "That target is not allowed.")), http.StatusForbidden, "That target is not allowed.")
	wants(t, send(loadtest.Exchange{}, domain.Errorf(domain.Unavailable, "", "There is no k6.")), http.StatusServiceUnavailable, "There is no k6.")
}

func TestFormIsEditedWithoutSending(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	page := b.get(at)
	wants(t, b.post(at, formOn(page.body, "action", "row-add:header"), asFragment...), http.StatusOK, `name="rows[3].in" value="header"`, `name="rows[3].name"`)
	wants(t, b.post(at, formOn(page.body, "media_type", "multipart/form-data"), asFragment...), http.StatusOK, `type="file"`, `name="body.fields[0].name"`)
	if len(b.trier.tried) != 0 {
		t.Errorf("sent %d", len(b.trier.tried))
	}
}

func TestAFileIsSent(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	form := formOn(b.post(at, formOn(b.get(at).body, "media_type", "multipart/form-data")).body, "media_type", "multipart/form-data")
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		if err := w.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("body.fields[0].file", "강아지.bin")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("\x00\xff")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	wants(t, b.do(http.MethodPost, at, &body, map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": w.FormDataContentType()}), http.StatusOK, "200 OK", "강아지.bin")
	if got := b.trier.tried[0].Scenarios[0].Steps[0].Request.Body.Fields[0]; got.Base64 != "AP8=" || got.FileName != "강아지.bin" {
		t.Errorf("part %+v", got)
	}
}

func TestARequestIsPutIntoThePlan(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	form := formOn(b.get(at).body, "action", "use", "rows[0].value", "99")
	wants(t, b.post(at, form, asFragment...), http.StatusOK, `data-use-operation="PUT /orders/{id}"`, "99")
	page := b.post(at, form)
	wants(t, page, http.StatusOK, "<html", `name="request.PUT /orders/{id}"`)
	project, _, _ := strings.Cut(at, "/apis/")
	quickForm := quick("run", "request.PUT /orders/{id}", `{"path_params":[{"name":"id","value":"99"}]}`)
	quickForm["op"] = []string{"PUT /orders/{id}"}
	if res := b.post(project+"/plans", quickForm); res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, strip(res.body))
	}
	if step := b.starter.started[0].Scenarios[0].Steps[0]; step.Request.PathParams[0].Value != "99" || step.Request.Body != nil {
		t.Errorf("step %+v", step)
	}
	quickForm.Set("request.PUT /orders/{id}", "{")
	wants(t, b.post(project+"/plans", quickForm), http.StatusUnprocessableEntity, "cannot be read")
}

func TestViewersSendNothing(t *testing.T) {
	b := signedIn(t)
	at := b.orders()
	viewer := domain.User{ID: domain.NewID[domain.UserID](), Name: "v", Role: domain.Viewer}
	if err := b.db.Users().Create(t.Context(), &viewer); err != nil {
		t.Fatal(err)
	}
	form := formOn(b.get(at).body)
	b.browser = newBrowser(t)
	b.get("/login?token=" + b.server.TokenFor(viewer.ID))
	wants(t, b.get(at), http.StatusOK, "runners and administrators", " disabled")
	wants(t, b.post(at, form), http.StatusForbidden)
	if len(b.trier.tried) != 0 {
		t.Error("sent")
	}
}

var _ handlers.Trier = (*fakeTrier)(nil)
