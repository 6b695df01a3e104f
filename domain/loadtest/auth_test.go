package loadtest_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
)

func withAuth(all ...loadtest.Credential) loadtest.Plan {
	return loadtest.Plan{
		BaseURL: "http://127.0.0.1:9", Auth: all,
		Scenarios: []loadtest.Scenario{{VUs: 1, Duration: domain.Dur(1e9), Steps: []loadtest.Step{{Method: "GET", Path: "/"}}}},
	}.WithDefaults(loadtest.Limits{})
}

// wrong returns the fields of p that are wrong, in order.
func wrong(t *testing.T, p loadtest.Plan) []string {
	t.Helper()
	var e *domain.Error
	err := p.Validate(loadtest.Limits{})
	if err != nil && (!errors.As(err, &e) || e.Code != domain.Invalid) {
		t.Fatal(err)
	}
	var fields []string
	if e != nil {
		for _, f := range e.Fields {
			fields = append(fields, f.Field)
		}
	}
	return fields
}

func TestCredentialsAreValidated(t *testing.T) {
	const url = "https://id.example.com/token?tenant=a"
	for name, c := range map[string]struct {
		credential loadtest.Credential
		wrong      []string
	}{
		"key":              {loadtest.Credential{Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: "v"}, nil},
		"key in query":     {loadtest.Credential{Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Name: "the key", Value: "v w\n"}, nil},
		"key in cookie":    {loadtest.Credential{Kind: loadtest.CredentialAPIKey, In: loadtest.InCookie, Name: "sid", Value: "a=b%20/+"}, nil},
		"key, nothing":     {loadtest.Credential{Kind: loadtest.CredentialAPIKey}, []string{"auth.0.value", "auth.0.name"}},
		"key, odd header":  {loadtest.Credential{Kind: loadtest.CredentialAPIKey, Name: "X Key", Value: "v"}, []string{"auth.0.name"}},
		"key, two lines":   {loadtest.Credential{Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: "v\nw"}, []string{"auth.0.value"}},
		"key, odd cookie":  {loadtest.Credential{Kind: loadtest.CredentialAPIKey, In: loadtest.InCookie, Name: "sid", Value: "a; b"}, []string{"auth.0.value"}},
		"key, no name":     {loadtest.Credential{Kind: loadtest.CredentialAPIKey, In: loadtest.InQuery, Value: "v"}, []string{"auth.0.name"}},
		"key, nowhere":     {loadtest.Credential{Kind: loadtest.CredentialAPIKey, In: "body", Name: "k", Value: "v"}, []string{"auth.0.in"}},
		"key, masked":      {loadtest.Credential{Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: loadtest.Mask}, []string{"auth.0.value"}},
		"basic":            {loadtest.Credential{Kind: loadtest.CredentialBasic, Username: "ann", Password: "p:w"}, nil},
		"basic, no secret": {loadtest.Credential{Kind: loadtest.CredentialBasic, Username: "ann"}, nil},
		"basic, nobody":    {loadtest.Credential{Kind: loadtest.CredentialBasic, Password: "p"}, []string{"auth.0.username"}},
		"basic, colon":     {loadtest.Credential{Kind: loadtest.CredentialBasic, Username: "a:b", Password: loadtest.Mask}, []string{"auth.0.username", "auth.0.password"}},
		"bearer":           {loadtest.Credential{Kind: loadtest.CredentialBearer, Value: "v"}, nil},
		"bearer, nothing":  {loadtest.Credential{Kind: loadtest.CredentialBearer}, []string{"auth.0.value"}},
		"client":           {loadtest.Credential{Kind: loadtest.CredentialClient, ClientID: "a", TokenURL: url, Scopes: []string{"read", "x:y"}}, nil},
		"client, nothing":  {loadtest.Credential{Kind: loadtest.CredentialClient}, []string{"auth.0.token_url", "auth.0.client_id"}},
		"client, odd":      {loadtest.Credential{Kind: loadtest.CredentialClient, ClientID: "a", TokenURL: "ftp://x", ClientAuth: "jwt", Scopes: []string{"a b"}}, []string{"auth.0.token_url", "auth.0.client_auth", "auth.0.scopes"}},
		"password":         {loadtest.Credential{Kind: loadtest.CredentialPassword, Username: "a:b", Password: "p", TokenURL: url}, nil},
		"password, user":   {loadtest.Credential{Kind: loadtest.CredentialPassword, Password: "p", TokenURL: "http://a:b@c"}, []string{"auth.0.token_url", "auth.0.username"}},
		"unknown":          {loadtest.Credential{Kind: "digest"}, []string{"auth.0.kind"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.wrong, wrong(t, withAuth(c.credential))); diff != "" {
				t.Errorf("wrong fields, -want +got:\n%s", diff)
			}
		})
	}
	key := loadtest.Credential{Scheme: "key", Kind: loadtest.CredentialAPIKey, Name: "X-Key", Value: "v"}
	if got := wrong(t, withAuth(key, key)); !slices.Equal(got, []string{"auth.1.scheme"}) {
		t.Errorf("two of one name: %v", got)
	}
	key.Scheme = ""
	if got := wrong(t, withAuth(key, key)); got != nil {
		t.Errorf("two without a name: %v", got)
	}
}

func TestNoSecretIsLeftWhenMasked(t *testing.T) {
	p := loadtest.Plan{
		Headers: []loadtest.Header{{Name: "A", Value: "secret", Secret: true}, {Name: "B", Value: "open"}, {Name: "C", Secret: true}},
		Auth:    []loadtest.Credential{{Scheme: "a", Value: "secret", Username: "ann", Password: "secret", ClientID: "id", ClientSecret: "secret"}, {Scheme: "b"}},
	}
	want := loadtest.Plan{
		Headers: []loadtest.Header{{Name: "A", Value: loadtest.Mask, Secret: true}, {Name: "B", Value: "open"}, {Name: "C", Secret: true}},
		Auth:    []loadtest.Credential{{Scheme: "a", Value: loadtest.Mask, Username: "ann", Password: loadtest.Mask, ClientID: "id", ClientSecret: loadtest.Mask}, {Scheme: "b"}},
	}
	if diff := cmp.Diff(want, loadtest.Masked(p)); diff != "" {
		t.Error(diff)
	}
	if p.Auth[0].Value != "secret" || p.Headers[0].Value != "secret" {
		t.Error("masking changed the plan itself")
	}
	places := map[string]bool{}
	_, err := loadtest.MapSecrets(p, func(place, value string) (string, error) {
		places[place] = true
		return value, nil
	})
	if err != nil || len(places) != 4 {
		t.Errorf("places %v, %v", places, err)
	}
	broken := errors.New("broken")
	if _, err := loadtest.MapSecrets(p, func(string, string) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("%v, want the function's own error", err)
	}
}

func TestWhichCredentialsAStepCarries(t *testing.T) {
	p := loadtest.Plan{BaseURL: "http://api.test/v1", Auth: []loadtest.Credential{{Scheme: "a"}, {Scheme: "b"}}}
	for name, c := range map[string]struct {
		step loadtest.Step
		want []string
	}{
		"unsaid":                   {loadtest.Step{}, []string{"a", "b"}},
		"unsaid, same origin":      {loadtest.Step{BaseURL: "http://API.test:80/v2"}, []string{"a", "b"}},
		"unsaid, another port":     {loadtest.Step{BaseURL: "http://api.test:81/v1"}, nil},
		"unsaid, another scheme":   {loadtest.Step{BaseURL: "https://api.test/v1"}, nil},
		"named":                    {loadtest.Step{Auth: []string{"b", "c"}}, []string{"b"}},
		"named for another origin": {loadtest.Step{BaseURL: "http://other.test", Auth: []string{"b"}}, []string{"b"}},
		"none":                     {loadtest.Step{Auth: []string{}}, nil},
	} {
		var got []string
		for _, credential := range p.CredentialsOf(c.step) {
			got = append(got, credential.Scheme)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestEveryContactIsChecked(t *testing.T) {
	p := withAuth(
		loadtest.Credential{Scheme: "x", Kind: loadtest.CredentialClient, TokenURL: "https://id.test/token"},
		loadtest.Credential{Scheme: "y", Kind: loadtest.CredentialBearer, TokenURL: "https://unused.test/"},
	)
	p.Scenarios[0].Steps = append(
		p.Scenarios[0].Steps,
		loadtest.Step{Path: "/", BaseURL: p.BaseURL + "/again"}, loadtest.Step{Path: "/", BaseURL: "http://other.test"},
	)
	want := []loadtest.Contact{
		{Field: "base_url", URL: "http://127.0.0.1:9"},
		{Field: "scenarios.0.steps.2.base_url", URL: "http://other.test"},
		{Field: "auth.0.token_url", URL: "https://id.test/token"},
	}
	if diff := cmp.Diff(want, p.Contacts()); diff != "" {
		t.Error(diff)
	}
	refused := domain.Errorf(domain.Forbidden, "target.public", "No.")
	err := p.CheckContacts(func(address string) error {
		if address == "https://id.test/token" {
			return refused
		}
		return nil
	})
	var e *domain.Error
	if !errors.As(err, &e) || e.Code != domain.Forbidden || len(e.Fields) != 1 || e.Fields[0].Field != "auth.0.token_url" || e.Fields[0].Message.Key != "target.public" {
		t.Errorf("%v with fields, want the token URL to be refused", err)
	}
	if len(refused.Fields) != 0 {
		t.Error("the policy's own error was changed")
	}
}

// What is open for one host of a plan has to be open for its generator.
func TestBlockedForAllIsBlocked(t *testing.T) {
	p := withAuth()
	p.Scenarios[0].Steps = append(p.Scenarios[0].Steps, loadtest.Step{Path: "/", BaseURL: "http://other.test"})
	a, b, c := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("8.0.0.0/8")
	got := p.BlockedBy(func(address string) []netip.Prefix {
		if address == p.BaseURL {
			return []netip.Prefix{a, b}
		}
		return []netip.Prefix{b, c}
	})
	if !slices.Equal(got, []netip.Prefix{b}) {
		t.Errorf("%v", got)
	}
}
