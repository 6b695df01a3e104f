package discover_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"plog.dev/plog/domain"
	"plog.dev/plog/jobs/discover"
)

// parts is a document in several files; what it has beyond its folder is a
// fault and no more.
var parts = map[string]string{
	"api/openapi.yaml":      "openapi: 3.0.3\ninfo: {title: 여러 파일, version: '1'}\npaths:\n  /pets:\n    $ref: paths/pets.yaml\n",
	"api/paths/pets.yaml":   "get:\n  parameters:\n    - $ref: '../params.json#/limit'\n  responses: {}\n",
	"api/params.json":       `{"limit": {"name": "limit", "in": "query", "schema": {"type": "integer", "example": 7}}}`,
	"api/second.json":       `{"swagger":"2.0","info":{"title":"둘째","version":"1"},"paths":{"/b":{"get":{"responses":{}}},"/c":{"get":{"responses":{}}}}}`,
	"api/readme.txt":        "openapi: 3.0.3",
	"__MACOSX/._openapi.js": "",
}

// whole checks that all parts of the document came together.
func whole(t *testing.T, found discover.Found, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ops := found.Document.Operations
	if found.Document.Title != "여러 파일" || len(ops) != 1 || len(ops[0].Parameters) != 1 || ops[0].Parameters[0].Name != "limit" || bytes.Contains(found.Raw, []byte("pets.yaml")) {
		t.Errorf("%q with %+v in %s", found.Document.Title, ops, found.Raw)
	}
}

func packed(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDocumentInSeveralFiles(t *testing.T) {
	t.Run("fetched", func(t *testing.T) {
		mux := http.NewServeMux()
		for name, body := range parts {
			mux.HandleFunc("/v1/"+name, text(body))
		}
		found, err := find(t, serve(t, mux)+"/v1/api/openapi.yaml")
		whole(t, found, err)
	})
	t.Run("archive", func(t *testing.T) {
		found, err := discover.ReadUpload(discover.Upload{Name: "api.zip", Data: packed(t, parts)})
		whole(t, found, err)
		if len(found.Definitions) != 2 || found.Definition != "api/openapi.yaml" {
			t.Errorf("%q of %+v", found.Definition, found.Definitions)
		}
	})
	dir := t.TempDir()
	for name, body := range parts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("file", func(t *testing.T) {
		found, err := discover.ReadFile(filepath.Join(dir, "api", "openapi.yaml"), "")
		whole(t, found, err)
	})
	t.Run("folder", func(t *testing.T) {
		found, err := discover.Folder{Dir: dir}.Read("api/openapi.yaml")
		whole(t, found, err)
	})
}

func TestUploads(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte(document))
	_ = w.Close()
	many := map[string]string{}
	for i := range 2_001 {
		many[fmt.Sprintf("%d.json", i)] = "{}"
	}
	bomb := map[string]string{}
	for i := range 9 {
		bomb[fmt.Sprintf("%d.json", i)] = strings.Repeat(" ", 8<<20)
	}
	for name, c := range map[string]struct {
		data         []byte
		definition   string
		title, wrong string
	}{
		"text":             {data: []byte(document), title: "주문"},
		"gzip":             {data: z.Bytes(), title: "주문"},
		"gzip, broken":     {data: z.Bytes()[:40], wrong: "discover.packed_file"},
		"zip":              {data: packed(t, map[string]string{"a.json": document}), title: "주문"},
		"zip, chosen":      {data: packed(t, parts), definition: "api/second.json", title: "둘째"},
		"zip, gone":        {data: packed(t, parts), definition: "api/third.json", wrong: "discover.no_definition"},
		"zip, outside":     {data: packed(t, map[string]string{"../../a.json": document}), wrong: "discover.archive_empty"},
		"zip, nothing":     {data: packed(t, map[string]string{"a.txt": document, "b.json": "{}"}), wrong: "discover.archive_empty"},
		"zip, many":        {data: packed(t, many), wrong: "discover.archive_files"},
		"zip, bomb":        {data: packed(t, bomb), wrong: "discover.too_large_file"},
		"zip, cut":         {data: packed(t, parts)[:200], wrong: "discover.archive"},
		"neither":          {data: []byte("hello"), wrong: "openapi.not_openapi"},
		"nothing whatever": {data: nil, wrong: "openapi.empty"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := discover.ReadUpload(discover.Upload{Name: "x", Data: c.data, Definition: c.definition})
			if c.wrong != "" {
				var e *domain.Error
				if !errors.As(err, &e) || e.Message.Key != c.wrong || e.Code != domain.Invalid {
					t.Errorf("got %v, want %s", err, c.wrong)
				}
				return
			}
			if err != nil || found.Document.Title != c.title || found.Strategy != "upload" {
				t.Errorf("%q: %v", found.Document.Title, err)
			}
		})
	}
}

// TestFolder lists documents, and leads out of the folder in every way a link
// can.
func TestFolder(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write := func(path, body string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(outside, "secret.json"), document)
	write(filepath.Join(dir, "a.json"), `{"paths":{"/x":{"get":{}}},"info":{"version":"2","title":"가"},"openapi":"3.1.0"}`)
	write(filepath.Join(dir, "deep", "b.yaml"), "# comment\nswagger: '2.0'\nhost: x\ninfo:\n  description: |\n    openapi\n\n    more\n  title: 나\n  version: 1.5\npaths: {}\n")
	write(filepath.Join(dir, "c.json"), `{"hello":"world"}`)
	write(filepath.Join(dir, ".git", "d.json"), document)
	for link, to := range map[string]string{"file.json": filepath.Join(outside, "secret.json"), "up.json": "../" + filepath.Base(outside) + "/secret.json", "dir": outside, "own.json": "a.json"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	folder := discover.Folder{Dir: dir}
	files, err := folder.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, fmt.Sprintf("%s %s %s %s", f.Path, f.Title, f.Version, f.OpenAPI))
	}
	want := []string{"a.json 가 2 3.1.0", "deep/b.yaml 나 1.5 2.0", "own.json 가 2 3.1.0"}
	if !slices.Equal(got, want) {
		t.Errorf("listed %q, want %q", got, want)
	}
	for _, f := range files {
		if found, err := folder.Read(f.Path); err != nil || found.Strategy != "folder" {
			t.Errorf("%s: %v", f.Path, err)
		}
	}
	for _, path := range []string{"", ".", "none.json", "file.json", "up.json", "dir/secret.json", "../" + filepath.Base(outside) + "/secret.json", filepath.Join(outside, "secret.json"), "deep"} {
		if _, err := folder.Read(path); domain.CodeOf(err) != domain.NotFound {
			t.Errorf("%q: %v", path, err)
		}
	}
	if files, err := (discover.Folder{}).List(t.Context()); err != nil || files != nil {
		t.Errorf("no folder: %v, %v", files, err)
	}
	if _, err := (discover.Folder{Dir: filepath.Join(dir, "none")}).List(t.Context()); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("folder that is not there: %v", err)
	}
}

// TestPartsAreBounded has a document whose parts refer to further ones for ever.
func TestPartsAreBounded(t *testing.T) {
	var asked atomic.Int32
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next := fmt.Sprintf("p%d.json", asked.Add(1))
		if r.URL.Path == "/openapi.json" {
			text(`{"openapi":"3.0.3","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{},"parameters":[{"$ref":"`+next+`"}]}}}}`)(w, r)
			return
		}
		text(`{"name":"x","in":"query","schema":{"$ref":"`+next+`"}}`)(w, r)
	}))
	found, err := find(t, base+"/openapi.json")
	if err != nil || len(found.Document.Operations) != 1 || asked.Load() > 400 {
		t.Errorf("asked %d times: %v", asked.Load(), err)
	}
}
