package k6_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plog.dev/plog/domain/loadtest"
)

var allBytes = func() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}()

// nasty are values that something on the way may take for something else.
var nasty = []string{
	"plain", "김치찌개 두 그릇", "😀👩‍👩‍👧", `"quoted"`, `it's`, `back\slash`, `\u0041\n`,
	"${alert(1)}", "`${1}`", "</script><script>alert(1)</script>", "<!--", "__proto__", "constructor", "toString",
	"100%", "%2F%20", "%zz", "a b", "a+b", "a/b/../c", "?x=1&y=2#z", "a;b,c", "[x]{y}", "null", "undefined", "0", "-1", "1e999",
	"line\u2028separator\u2029", "\ufeffbom", "nul\x00in", "tab\tin", "two\r\nlines", "trailing ", " leading", "é", "e\u0301", "::", "{{.Key}}", "{id}", "%s %d",
}

type received struct {
	path, query, header, cookie, contentType string
	body                                     string
}

// recorder keeps every request by its number, before any decoding.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen map[string]received
}

func record(t *testing.T) *recorder {
	t.Helper()
	r := &recorder{seen: map[string]received{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			t.Errorf("read body: %v", err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.seen[q.Header.Get("X-N")] = received{
			path: q.URL.EscapedPath(), query: q.URL.RawQuery, header: q.Header.Get("X-Value"),
			cookie: q.Header.Get("Cookie"), contentType: q.Header.Get("Content-Type"), body: string(body),
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) of(t *testing.T, n int) received {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	got, ok := r.seen[fmt.Sprint(n)]
	if !ok {
		t.Errorf("request %d did not arrive", n)
	}
	return got
}

func numbered(n int, s loadtest.Step) loadtest.Step {
	s.Method = or(s.Method, http.MethodPost)
	s.Path = or(s.Path, "/")
	s.Request.Headers = append(s.Request.Headers, loadtest.Param{Name: "X-N", Value: fmt.Sprint(n)})
	return s
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func TestEveryValueArrivesByteForByte(t *testing.T) {
	server := record(t)
	var steps []loadtest.Step
	var verify []func(*testing.T, received)
	send := func(r loadtest.Request, path string, check func(*testing.T, received)) {
		steps = append(steps, numbered(len(steps), loadtest.Step{Path: path, Request: r}))
		verify = append(verify, check)
	}
	same := func(t *testing.T, where, want, got string) {
		t.Helper()
		if want != got {
			t.Errorf("%s: sent %.80q, arrived %.80q", where, want, got)
		}
	}
	for _, v := range nasty {
		param := []loadtest.Param{{Name: "값 &=" + v, Value: v}}
		send(loadtest.Request{PathParams: []loadtest.Param{{Name: "id", Value: v}}}, "/가게/{id}/메뉴", func(t *testing.T, r received) {
			parts := strings.Split(r.path, "/")
			if len(parts) != 4 {
				t.Fatalf("path %q has %d parts", r.path, len(parts))
			}
			got, err := url.PathUnescape(parts[2])
			if err != nil {
				t.Error(err)
			}
			same(t, "path", v, got)
		})
		send(loadtest.Request{Query: append(param, param[0])}, "/", func(t *testing.T, r received) {
			got, err := url.ParseQuery(r.query)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(url.Values{param[0].Name: {v, v}}, got); diff != "" {
				t.Errorf("query %q, -want +got:\n%s", r.query, diff)
			}
		})
		if !strings.ContainsAny(v, "\x00\r\n") {
			send(loadtest.Request{Headers: []loadtest.Param{{Name: "X-Value", Value: v}}}, "/", func(t *testing.T, r received) {
				same(t, "header", strings.Trim(v, " "), r.header)
			})
		}
		send(loadtest.Request{Cookies: []loadtest.Param{{Name: "a", Value: v}, {Name: "b", Value: "2"}}}, "/", func(t *testing.T, r received) {
			cookies, err := http.ParseCookie(r.cookie)
			if err != nil || len(cookies) != 2 {
				t.Fatalf("cookies %q: %v", r.cookie, err)
			}
			got, err := url.PathUnescape(cookies[0].Value)
			if err != nil {
				t.Error(err)
			}
			same(t, "cookie", v, got)
			same(t, "second cookie", "2", cookies[1].Value)
		})
		send(loadtest.Request{Body: &loadtest.Body{Kind: loadtest.BodyRaw, MediaType: "application/json; charset=utf-8", Text: v}}, "/", func(t *testing.T, r received) {
			same(t, "body", v, r.body)
			same(t, "media type", "application/json; charset=utf-8", r.contentType)
		})
		send(loadtest.Request{Body: &loadtest.Body{Kind: loadtest.BodyForm, Fields: []loadtest.Field{{Name: v, Value: v}, {Name: v, Value: ""}}}}, "/", func(t *testing.T, r received) {
			got, err := url.ParseQuery(r.body)
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(url.Values{v: {v, ""}}, got); diff != "" {
				t.Errorf("form, -want +got:\n%s", diff)
			}
			same(t, "media type", "application/x-www-form-urlencoded", r.contentType)
		})
	}
	fields := []loadtest.Field{{Name: "빈 값"}, {Name: "binary", Base64: base64.StdEncoding.EncodeToString([]byte(allBytes)), FileName: "사진.png", MediaType: "image/png"}}
	for i, v := range nasty {
		fields = append(fields, loadtest.Field{Name: fmt.Sprint("f", i), Value: v, MediaType: "text/plain; charset=utf-8"})
		fields = append(fields, loadtest.Field{Name: fmt.Sprint("file", i), Value: v, FileName: "이름 \"" + strings.Map(printable, v) + "\".txt"})
	}
	send(loadtest.Request{Body: &loadtest.Body{Kind: loadtest.BodyMultipart, Fields: fields}}, "/", func(t *testing.T, r received) { sameParts(t, fields, r) })
	for _, raw := range []string{"", allBytes, strings.Repeat(allBytes, 4096), strings.Repeat("한글 \"본문\" ", 60_000)} {
		send(loadtest.Request{Body: &loadtest.Body{Kind: loadtest.BodyBinary, Base64: base64.StdEncoding.EncodeToString([]byte(raw))}}, "/", func(t *testing.T, r received) {
			same(t, "binary body", raw, r.body)
			same(t, "media type", "application/octet-stream", r.contentType)
		})
	}
	if log, err := run(t, once(server.URL, steps...)); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	for i, check := range verify {
		check(t, server.of(t, i))
	}
}

func printable(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}

func sameParts(t *testing.T, want []loadtest.Field, r received) {
	t.Helper()
	_, params, err := mime.ParseMediaType(r.contentType)
	if err != nil {
		t.Fatalf("media type %q: %v", r.contentType, err)
	}
	parts := multipart.NewReader(strings.NewReader(r.body), params["boundary"])
	for _, f := range want {
		part, err := parts.NextPart()
		if err != nil {
			t.Fatalf("part %q: %v", f.Name, err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		_, disposition, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if err != nil {
			t.Errorf("disposition %q: %v", part.Header.Get("Content-Disposition"), err)
		}
		wantContent := f.Value
		if f.Base64 != "" {
			wantContent = allBytes
		}
		wantType := f.MediaType
		if wantType == "" && f.FileName != "" {
			wantType = "application/octet-stream"
		}
		got := []string{part.FormName(), disposition["filename"], part.Header.Get("Content-Type"), string(content)}
		if diff := cmp.Diff([]string{f.Name, f.FileName, wantType, wantContent}, got); diff != "" {
			t.Errorf("part, -want +got:\n%s", diff)
		}
	}
}

func TestReservedCharactersStayWhereAllowed(t *testing.T) {
	server := record(t)
	reserved := func(v string) []loadtest.Param {
		return []loadtest.Param{{Name: "v", Value: v, AllowReserved: true}}
	}
	steps := []loadtest.Step{
		{Path: "/a/{v}", Request: loadtest.Request{PathParams: reserved("b/c;d=1,2 %2F?#")}},
		{Path: "/", Request: loadtest.Request{Query: reserved("a/b?c:d@e,f;g &#+%41%")}},
		{Path: "/", Request: loadtest.Request{Cookies: reserved("a%20b=c")}},
		{Path: "/a?fixed=1#op", Request: loadtest.Request{Query: reserved("x")}},
		{Path: "/{a}/{b}{c}.json", Request: loadtest.Request{PathParams: []loadtest.Param{{Name: "a", Value: "{b}"}, {Name: "b", Value: "1"}, {Name: "c", Value: "2"}}}},
	}
	for i := range steps {
		steps[i] = numbered(i, steps[i])
	}
	if log, err := run(t, once(server.URL+"/base/", steps...)); err != nil || log != "" {
		t.Fatalf("k6: %v\n%s", err, log)
	}
	for i, want := range []received{
		{path: "/base/a/b/c;d=1,2%20%2F%3F%23"},
		{path: "/base/", query: "v=a/b?c:d@e,f;g%20%26%23%2B%41%25"},
		{path: "/base/", cookie: "v=a%20b=c"},
		{path: "/base/a", query: "fixed=1&v=x"},
		{path: "/base/%7Bb%7D/12.json"},
	} {
		if diff := cmp.Diff(want, server.of(t, i), cmp.AllowUnexported(received{})); diff != "" {
			t.Errorf("request %d, -want +got:\n%s", i, diff)
		}
	}
}
