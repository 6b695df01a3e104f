package static

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"testing/fstest"
)

func TestVendoredFilesAreThoseOfTheirRelease(t *testing.T) {
	list, err := fs.ReadFile(FS(), "vendor/VERSIONS")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"vendor/VERSIONS": true}
	for lines := bufio.NewScanner(bytes.NewReader(list)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			continue
		}
		part := strings.Fields(line)
		if len(part) != 5 {
			t.Errorf("want name, version, file, checksum, licence: %q", line)
			continue
		}
		body, err := fs.ReadFile(FS(), part[2])
		if err != nil {
			t.Error(err)
			continue
		}
		sum := sha256.Sum256(body)
		if got := hex.EncodeToString(sum[:]); got != part[3] {
			t.Errorf("%s has checksum %s, want %s", part[2], got, part[3])
		}
		known[part[2]] = true
	}
	err = fs.WalkDir(FS(), "vendor", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Dir(name) == "vendor" && !known[name] {
			t.Errorf("%s is not in VERSIONS", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, target, encoding string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	r.Header.Set("Accept-Encoding", encoding)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestHandlerServesWhatPathNames(t *testing.T) {
	plain := get(t, Path("css/app.css"), "identity")
	want, err := io.ReadAll(plain.Body)
	if err != nil || plain.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", plain.StatusCode, err)
	}
	if got := plain.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control %q", got)
	}
	small := get(t, Path("/css/app.css"), "br, gzip;q=0.8")
	if got := small.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("Content-Encoding %q", got)
	}
	unzip, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(unzip)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("gzipped body differs: %v", err)
	}
	if small.Header.Get("ETag") == plain.Header.Get("ETag") {
		t.Error("both encodings have one ETag")
	}
	if got := get(t, Path("css/app.css"), "gzip;q=0").Header.Get("Content-Encoding"); got != "" {
		t.Errorf("gzip refused, got %q", got)
	}
}

func TestHandlerRefusesAndForgives(t *testing.T) {
	old := get(t, Prefix+"0123456789ab/js/app.js", "")
	if old.StatusCode != http.StatusOK || old.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("other version: %d %q", old.StatusCode, old.Header.Get("Cache-Control"))
	}
	for _, target := range []string{Prefix, Prefix + "x", Path("nothing.css"), Path("../static.go"), Path("css")} {
		if got := get(t, target, "").StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: %d", target, got)
		}
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, Path("js/app.js"), nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestTheAddressChangesWithAnyByte(t *testing.T) {
	one, err := build(fstest.MapFS{"css/base.css": {Data: []byte("a{}")}, "x.js": {Data: []byte("1")}})
	if err != nil {
		t.Fatal(err)
	}
	two, err := build(fstest.MapFS{"css/base.css": {Data: []byte("a{}")}, "x.js": {Data: []byte("2")}})
	if err != nil {
		t.Fatal(err)
	}
	if one.hash == two.hash {
		t.Errorf("both are %s", one.hash)
	}
	if sheet := string(one.files["css/app.css"].body); !strings.Contains(sheet, "@layer base{\na{}}") {
		t.Errorf("style sheet is %q", sheet)
	}
}

func TestFirstPageIsSmall(t *testing.T) {
	total := 0
	for name, f := range assets().files {
		if strings.HasPrefix(name, "css/") && name != "css/app.css" || strings.HasSuffix(name, ".txt") || name == "vendor/VERSIONS" {
			continue
		}
		body := f.gzipped()
		if body == nil {
			body = f.body
		}
		total += len(body)
	}
	const limit = 120 << 10 // leaves 30 KiB for the document
	if total > limit {
		t.Errorf("all files together are %d bytes compressed, want at most %d", total, limit)
	}
	t.Logf("%d bytes compressed", total)
}
