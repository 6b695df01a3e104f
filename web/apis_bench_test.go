package web_test

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/openapi"
	"plog.dev/plog/handlers"
	"plog.dev/plog/repo/sqlite"
	"plog.dev/plog/web"
)

// largest is GitHub's document: 13 MB, 1,223 operations.
const largest = "github-api.json"

// BenchmarkFirstByte is the page of GitHub's operations, of a PLOG that has
// just been started and of one that has shown it before, and one operation's
// details. Pages are rendered whole before their first byte is sent.
func BenchmarkFirstByte(b *testing.B) {
	raw, err := os.ReadFile(filepath.Join(cmp.Or(os.Getenv("PLOG_DOCUMENTS"), filepath.Join("..", "..", "shared", "openapi")), largest))
	if err != nil {
		b.Skipf("no real documents: %v (set PLOG_DOCUMENTS to a folder of them)", err)
	}
	db, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	p := domain.Project{Name: "GitHub"}
	err = db.Projects().Create(b.Context(), &p)
	s := domain.Source{ProjectID: p.ID, Kind: domain.SourceUpload, Name: "GitHub"}
	err = errors.Join(err, db.Sources().Create(b.Context(), &s))
	d := domain.Document{SourceID: s.ID, Raw: raw}
	err = errors.Join(err, db.Documents().Create(b.Context(), &d))
	s.DocumentID = d.ID
	if err = errors.Join(err, db.Sources().Update(b.Context(), &s)); err != nil {
		b.Fatal(err)
	}
	doc, err := openapi.Parse(raw)
	if err == nil {
		err = handlers.NewDocuments(db.Documents()).Keep(b.Context(), d.ID, &doc, len(raw))
	}
	if err != nil {
		b.Fatal(err)
	}

	var cookies []*http.Cookie
	started := func() *web.Server {
		server, err := web.New(web.Deps{
			Projects: db.Projects(), Sources: db.Sources(), Documents: db.Documents(), Plans: db.Plans(), Runs: db.Runs(),
			Users: db.Users(), Sessions: db.Sessions(), Settings: db.Settings(), Log: slog.New(slog.DiscardHandler),
			RunPages: &handlers.Runs{Projects: db.Projects(), Runs: db.Runs()},
		})
		if err != nil {
			b.Fatal(err)
		}
		return server
	}
	get := func(server *web.Server, path string) int {
		req := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "http://127.0.0.1"+path, nil)
		req.RemoteAddr = "127.0.0.1:1"
		for _, c := range cookies {
			req.AddCookie(c)
		}
		res := httptest.NewRecorder()
		server.ServeHTTP(res, req)
		if len(cookies) == 0 {
			cookies = res.Result().Cookies()
		} else if res.Code != http.StatusOK {
			b.Fatalf("%s: %d %v %s", path, res.Code, cookies, res.Body)
		}
		return res.Body.Len()
	}
	first := started()
	get(first, first.SignInLink(""))

	page := "/projects/" + string(p.ID) + "/apis"
	for _, c := range []struct{ name, path string }{
		{"page", page}, {"search", page + "?q=pulls"}, {"operation", page + "/" + string(s.ID) + "/700"},
	} {
		b.Run(c.name+"/cold", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				server := started()
				b.StartTimer()
				b.ReportMetric(float64(get(server, c.path)), "bytes")
			}
		})
		b.Run(c.name+"/warm", func(b *testing.B) {
			server := started()
			get(server, c.path)
			for b.Loop() {
				get(server, c.path)
			}
		})
	}
}
