package plan

import (
	"time"

	"github.com/a-h/templ"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/views/layout"
	"plog.dev/plog/views/trial"
	"plog.dev/plog/views/ui"
)

// Fixture is a plan with something of everything, for stories.
func Fixture() loadtest.Plan {
	return loadtest.Plan{
		ID: "plan-1", ProjectID: "project-1", Name: "바쁜 토요일 · Busy Saturday", Version: 3, BaseURL: "http://127.0.0.1:8090",
		Headers: []loadtest.Header{{Name: "X-Request-Key", Value: "x", Secret: true}, {Name: "X-Team", Value: "shop"}},
		Auth: []loadtest.Credential{
			{Scheme: "bearerAuth", Kind: loadtest.CredentialBearer, Value: "x"},
			{ //nolint:gosec // a fixture
				Scheme: "shop_login", Kind: loadtest.CredentialClient, TokenURL: "http://127.0.0.1:8090/oauth/token", ClientID: "load-test", ClientSecret: "x",
				ClientAuth: loadtest.ClientAuthBasic, Scopes: []string{"read:orders"},
			},
		},
		Scenarios: []loadtest.Scenario{
			{
				Name: "browse", Executor: loadtest.RampingVUs, Order: loadtest.Rotate,
				Stages: []loadtest.Stage{{Duration: domain.Dur(30 * time.Second), Target: 40}, {Duration: domain.Dur(time.Minute), Target: 40}, {Duration: domain.Dur(30 * time.Second)}},
				Steps: []loadtest.Step{
					{Method: "GET", Path: "/products", Weight: 3, Request: loadtest.Request{Query: []loadtest.Param{{Name: "q", Value: "키보드"}}}},
					{Method: "GET", Path: "/products/{productId}", Request: loadtest.Request{PathParams: []loadtest.Param{{Name: "productId", Value: "42"}}}},
				},
			},
			{
				Name: "buy", Executor: loadtest.ConstantArrivalRate, Rate: 5, Duration: domain.Dur(2 * time.Minute), Order: loadtest.Journey, MaxVUs: 50,
				Steps: []loadtest.Step{{Method: "POST", Path: "/cart/items", Request: loadtest.Request{
					Body: &loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "application/json", Text: `{"productId":42,"quantity":1}`},
				}}},
			},
		},
		Thresholds: []loadtest.Threshold{
			{Metric: durationMetric, Expression: "p(95)<500"}, {Metric: failedMetric, Expression: "rate<0.01"},
			{Metric: "http_req_duration{name:POST /cart/items}", Expression: "p(99)<1000", AbortOnFail: true},
		},
		UpdatedAt: time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC),
	}
}

// FixturePane is the quick form with the given operations ticked.
func FixturePane(operations ...string) Pane {
	f := NewForm()
	f.BaseURL, f.Operations = "http://127.0.0.1:8090", operations
	return Pane{
		Form: f, Action: "/projects/project-1/plans", Summary: SummaryOf(f, loadtest.Limits{}),
		SignIn: fixtureSchemes(), BaseURL: f.BaseURL, Servers: []string{f.BaseURL, "https://api.example.com/v1"},
	}
}

func fixtureSchemes() []openapi.Requirement {
	return []openapi.Requirement{
		{Scheme: "bearerAuth", Type: "http", HTTP: "bearer"},
		{Scheme: "shop_login", Type: "oauth2", Scopes: []string{"read:orders"}, Flows: []openapi.Flow{
			{Kind: openapi.ClientCredentials, TokenURL: "/oauth/token"}, {Kind: openapi.Password, TokenURL: "/oauth/token"}, //nolint:gosec // a fixture
		}},
	}
}

// manySchemes is the quick form of an API that knows many ways to sign in, one
// of them filled in.
func manySchemes() Pane {
	p := FixturePane("GET /products")
	p.SignIn = append(
		p.SignIn,
		openapi.Requirement{Scheme: "api_key", Type: "apiKey", In: "query", Name: "api_key"},
		openapi.Requirement{Scheme: "session", Type: "apiKey", In: "cookie", Name: "SESSION"},
		openapi.Requirement{Scheme: "basicAuth", Type: "http", HTTP: "basic"},
	)
	p.Form.Auth = []Credential{{Scheme: "basicAuth", Kind: "basic", Password: "x"}}
	p.Form.Variants, p.Form.Optional = "50", true
	p.Errors = Errors{"auth.0.username": domain.Msg("plan.rule.auth_user", "Give the user's name.")}
	return p
}

// Stories are the states of a plan's forms and lists.
func Stories() []ui.Story {
	story := func(name string, view templ.Component, page bool) ui.Story {
		return ui.Story{Family: "plan", Name: name, View: view, Page: page}
	}
	p := Fixture()
	frame := layout.Model{Title: p.Name, Project: layout.Link{Label: "Sample shop", URL: "#"}}
	edit := EditModel{Frame: frame, Plan: p, Form: FormOf(p), Operations: []string{"GET /products", "POST /cart/items"}, Schemes: fixtureSchemes()}
	edit.Summary = SummaryOf(edit.Form, loadtest.Limits{})
	wrong := edit
	wrong.Form = FormOf(p)
	wrong.Form.Scenarios[1].Rate, wrong.Form.Scenarios[1].Steps[0].Body.Text = "-5", "{"
	wrong.Errors = Errors{
		"scenarios.1.rate":              domain.Msg("plan.form.number", "", "Value", "-5"),
		"scenarios.1.steps.0.body.text": domain.Msg("plan.form.json", "", "Detail", "unexpected end of JSON input"),
	}
	wrong.Problem, wrong.Active = domain.Msg("", "Run #7 of this plan is active."), "#"
	refused := FixturePane()
	refused.Errors = Errors{"scenarios.0.steps": domain.Msg("plan.rule.scenarios", "Choose at least one operation.")}
	tried, editTried := FixturePane("GET /products", "POST /cart/items"), edit
	tried.Form.Tried, editTried.Form.Tried = trial.FixturePreflight(), trial.FixturePreflight()
	project := domain.Project{ID: "project-1", Name: "Sample shop"}
	return []ui.Story{
		story("quick-form-tried", QuickForm(tried), false),
		story("edit-tried", Edit(editTried), true),
		story("quick-form", QuickForm(FixturePane("GET /products", "POST /cart/items")), false),
		story("quick-form-refused", QuickForm(refused), false),
		story("quick-form-sign-in", QuickForm(manySchemes()), false),
		story("edit", Edit(edit), true),
		story("edit-with-errors", Edit(wrong), true),
		story("list", List(ListModel{Frame: frame, Project: project, Rows: []Row{RowOf(p)}}), true),
		story("list-empty", List(ListModel{Frame: frame, Project: project, Import: "name: x\nnonsense: 1", Problem: domain.Msg("", "The plan cannot be read: unknown field “nonsense”.")}), true),
		story("script", Script(ScriptModel{Frame: frame, Plan: p, Script: "import http from 'k6/http';\n"}), true),
	}
}
