package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers"
	"plog.dev/plog/repo/sqlite"
	"plog.dev/plog/web"
)

const petsDocument = `{"openapi":"3.1.0","info":{"title":"Pets","version":"1.4"},"servers":[{"url":"http://127.0.0.1:9"}],
"tags":[{"name":"pets"},{"name":"shop"}],"paths":{
"/pets":{"get":{"tags":["pets"],"summary":"List pets","parameters":[{"name":"limit","in":"query","schema":{"type":"integer","example":5}}],"responses":{"200":{"description":"ok"}}},
 "post":{"tags":["pets"],"summary":"Add a pet","requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"name":{"type":"string","example":"바둑이"}}}}}},"responses":{"201":{"description":"ok"}}}},
"/pets/{id}":{"get":{"tags":["pets"],"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer","example":7}}],"responses":{"200":{"description":"ok"}}}},
"/orders":{"get":{"tags":["shop"],"summary":"List orders","responses":{"200":{"description":"ok"}}}}}}`

// fakeFinder finds the pets' document at any address but those it has an error
// for; some addresses offer several definitions.
type fakeFinder struct {
	errs    map[string]error
	several map[string][]handlers.Definition
	asked   *[]handlers.FetchRequest
}

func (f fakeFinder) Find(_ context.Context, req handlers.FetchRequest) (handlers.Found, error) {
	*f.asked = append(*f.asked, req)
	if err := f.errs[req.Target]; err != nil {
		return handlers.Found{Tried: []handlers.Attempt{{Strategy: "direct", URL: req.Target, Problem: domain.Msg("", "nothing <here>")}}}, err
	}
	doc, err := openapi.Parse([]byte(petsDocument))
	return handlers.Found{
		Document: doc, Raw: []byte(petsDocument), DocumentURL: req.Target, Strategy: "direct",
		Definition: req.Definition, Definitions: f.several[req.Target],
	}, err
}

func (f fakeFinder) Folder(context.Context) ([]handlers.FolderFile, error) {
	return []handlers.FolderFile{{Path: "team/pets.yaml"}}, nil
}

func (f fakeFinder) FromFolder(ctx context.Context, path string) (handlers.Found, error) {
	found, err := f.Read(ctx, handlers.Upload{Name: path, Data: []byte(petsDocument)})
	found.Strategy = "folder"
	return found, err
}

func (f fakeFinder) Read(_ context.Context, file handlers.Upload) (handlers.Found, error) {
	doc, err := openapi.Parse(file.Data)
	return handlers.Found{Document: doc, Raw: file.Data, Strategy: "upload"}, err
}

// fakeStarter keeps the runs it was asked for.
type fakeStarter struct {
	started []loadtest.Plan
	keys    map[string]loadtest.Run
	err     error
}

func (f *fakeStarter) Start(_ context.Context, req handlers.RunRequest) (loadtest.Run, error) {
	if f.err != nil {
		return loadtest.Run{}, f.err
	}
	if run, known := f.keys[req.Key]; known && req.Key != "" {
		return run, nil
	}
	f.started = append(f.started, req.Plan)
	run := loadtest.Run{ID: domain.RunID(fmt.Sprintf("run-%d", len(f.started))), PlanID: req.Plan.ID, Plan: req.Plan}
	f.keys[req.Key] = run
	return run, nil
}

// bundle is a whole PLOG but for the engine, with a browser in front of it.
type bundle struct {
	t       *testing.T
	db      *sqlite.DB
	starter *fakeStarter
	trier   *fakeTrier
	finder  fakeFinder
	earlier *loadtest.Run    // the run before any other
	shop    *httptest.Server // the sample shop
	server  *web.Server
	http    *httptest.Server
	browser *http.Client
	log     *bytes.Buffer
}

func setup(t *testing.T) *bundle { return setupAt(t, "") }

// setupAt is setup of a PLOG that thinks browsers reach it at base.
func setupAt(t *testing.T, base string) *bundle {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{t: t, db: db, starter: &fakeStarter{keys: map[string]loadtest.Run{}}, trier: &fakeTrier{}, finder: fakeFinder{errs: map[string]error{}, several: map[string][]handlers.Definition{}, asked: &[]handlers.FetchRequest{}}, log: &bytes.Buffer{}}
	b.shop = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, petsDocument)
	}))
	t.Cleanup(b.shop.Close)
	b.server, err = web.New(web.Deps{
		Projects: db.Projects(), Sources: db.Sources(), Documents: db.Documents(), Plans: db.Plans(), Runs: db.Runs(),
		Users: db.Users(), Sessions: db.Sessions(), Settings: db.Settings(), Finder: b.finder, Refresher: b, Changes: b, Starter: b.starter,
		Trier: b.trier, Checker: b.trier, Script: script,
		RunPages: &handlers.Runs{
			Frame: handlers.Frame{Projects: db.Projects()}, Projects: db.Projects(), Runs: db.Runs(), Reports: db.Reports(),
			Logs: db.Rollups(), Plans: db.Plans(), Versions: db.Documents(), Drifts: b, Manager: b, Starter: b.starter, Script: script,
		},
		SampleURL: b.shop.URL + "/openapi.json",
		Log:       slog.New(slog.NewTextHandler(b.log, nil)), Version: "test", BaseURL: base,
	})
	if err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(b.server)
	t.Cleanup(func() {
		b.http.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	b.browser = newBrowser(t)
	return b
}

func script(p loadtest.Plan) ([]byte, error) { return []byte("// " + p.Name), nil }

// Stop and Delete make the bundle the manager of runs.
func (b *bundle) Stop(context.Context, domain.RunID) error { return nil }

func (b *bundle) Delete(ctx context.Context, id domain.RunID) error {
	return b.db.Runs().Delete(ctx, id)
}

// Refresh makes the bundle the refresher of sources.
func (b *bundle) Refresh(ctx context.Context, s domain.Source) (changed bool, err error) {
	found, err := b.finder.Find(ctx, handlers.FetchRequest{Target: s.URL})
	if err != nil {
		return false, err
	}
	doc := domain.Document{SourceID: s.ID, Title: found.Document.Title, Raw: found.Raw}
	if err := b.db.Documents().Create(ctx, &doc); err != nil {
		return false, err
	}
	changed, s.DocumentID = doc.ID != s.DocumentID, doc.ID
	return changed, b.db.Sources().Update(ctx, &s)
}

// Next makes the bundle's sources due after their interval.
func (b *bundle) Next(s domain.Source) time.Time {
	if s.RefreshEvery == 0 {
		return time.Time{}
	}
	return s.CheckedAt.Add(s.RefreshEvery)
}

// Between makes the bundle one that knows what changed, of operations' names only.
func (b *bundle) Between(ctx context.Context, before, after domain.DocumentID) (d openapi.Diff, ready bool, err error) {
	names := map[domain.DocumentID]map[string]bool{before: {}, after: {}}
	for id := range names {
		stored, err := b.db.Documents().Get(ctx, id)
		if err != nil {
			return d, false, err
		}
		doc, err := openapi.Parse(stored.Raw)
		if err != nil {
			return d, false, err
		}
		for _, o := range doc.Operations {
			names[id][o.Name()] = true
		}
	}
	for name := range names[before] {
		if !names[after][name] {
			d.Operations = append(d.Operations, openapi.OperationDiff{Name: name, Kind: openapi.Removed, Breaking: true})
		}
	}
	return d, true, nil
}

// Drift makes the bundle one that knows how the API changed since the earlier run.
func (b *bundle) Drift(ctx context.Context, run loadtest.Run) (handlers.Drift, bool, error) {
	if b.earlier == nil || b.earlier.ID == run.ID {
		return handlers.Drift{}, false, nil
	}
	d, ready, err := b.Between(ctx, b.earlier.Plan.DocumentID, run.Plan.DocumentID)
	return handlers.Drift{Baseline: *b.earlier, Diff: d, Pending: !ready}, err == nil, err
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func signedIn(t *testing.T) *bundle {
	t.Helper()
	b := setup(t)
	res := b.get(strings.TrimPrefix(b.server.SignInLink(""), ""))
	if res.status != http.StatusSeeOther {
		t.Fatalf("sign in: %d %s", res.status, res.body)
	}
	return b
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) location() string { return a.header.Get("Location") }

func (b *bundle) do(method, path string, body io.Reader, header map[string]string) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.http.URL+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := b.browser.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func (b *bundle) get(path string) answer { return b.do(http.MethodGet, path, nil, nil) }

// browserLike is what browsers send with a form of our own page.
var browserLike = map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}

func (b *bundle) post(path string, form url.Values, extra ...string) answer {
	b.t.Helper()
	header := map[string]string{}
	for k, v := range browserLike {
		header[k] = v
	}
	for i := 0; i+1 < len(extra); i += 2 {
		header[extra[i]] = extra[i+1]
	}
	return b.do(http.MethodPost, path, strings.NewReader(form.Encode()), header)
}

var asFragment = []string{"HX-Request", "true", "HX-Request-Type", "partial"}

func (b *bundle) postFile(path, field, name, content string) answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(http.MethodPost, path, &body, map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": w.FormDataContentType()})
}

// project adds the pets' API and returns its project.
func (b *bundle) project() domain.Project {
	b.t.Helper()
	if res := b.post("/projects", url.Values{"target": {"http://127.0.0.1:9/openapi.json"}}); res.status != http.StatusSeeOther {
		b.t.Fatalf("add API: %d %s", res.status, res.body)
	}
	all, err := b.db.Projects().List(b.t.Context())
	if err != nil || len(all) == 0 {
		b.t.Fatalf("projects: %v %v", all, err)
	}
	return all[len(all)-1]
}

func wants(t *testing.T, res answer, status int, texts ...string) {
	t.Helper()
	if res.status != status {
		t.Errorf("status %d, want %d", res.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(res.body, text) {
			t.Errorf("no %q in the answer", text)
		}
	}
	if t.Failed() {
		t.Fatalf("%d %v\n%s", res.status, res.header, strip(res.body))
	}
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>|<head.*?</head>`)

func strip(body string) string {
	if body = tags.ReplaceAllString(body, ""); len(body) > 6000 {
		body = body[:6000]
	}
	return body
}

// quick is the quick form as a browser sends it.
func quick(action string, changes ...string) url.Values {
	v := url.Values{
		"action": {action}, "name": {"Typical day"}, "base_url": {"http://127.0.0.1:9"}, "p95": {"500"}, "error_rate": {"1"},
		"scenarios[0].executor": {"constant-vus"}, "scenarios[0].vus": {"10"}, "scenarios[0].duration": {"30s"},
		"op": {"GET /pets", "GET /pets/{id}"},
	}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}
