package trial

import (
	"bytes"
	"encoding/xml"
	"io"
	"os/exec"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode/utf8"

	"plog.dev/plog/domain/loadtest"
)

func TestContentIsLaidOut(t *testing.T) {
	for _, c := range []struct {
		name, media, body, want string
		binary                  bool
	}{
		{"json", "application/json", `{"a":[1,2.50],"b":"한글"}`, "{\n  \"a\": [\n    1,\n    2.50\n  ],\n  \"b\": \"한글\"\n}", false},
		{"json by another name", "text/plain", `{"a":1}`, "{\n  \"a\": 1\n}", false},
		{"broken json", "application/json", `{"a":`, `{"a":`, false},
		{"xml", "application/xml", `<?xml version="1.0"?><a x="1"><b>text</b><c/><d></d></a>`, "<?xml version=\"1.0\"?>\n<a x=\"1\">\n  <b>text</b>\n  <c/>\n  <d></d>\n</a>", false},
		{"broken xml", "text/xml", `<a><b></a>`, `<a><b></a>`, false},
		{"html", "text/html", `<script>alert(1)</script>`, `<script>alert(1)</script>`, false},
		{"cut in a character", "text/plain", "한글"[:5], "한", false},
		{"bytes", "image/png", "\x89PNG\x00", "00000000  89 50 4e 47 00", true},
	} {
		got := ContentOf(c.media, []byte(c.body))
		if got.Binary != c.binary || !strings.HasPrefix(got.Text, c.want) || !c.binary && got.Text != c.want {
			t.Errorf("%s: %t %q, want %q", c.name, got.Binary, got.Text, c.want)
		}
	}
}

// TestContentIsBounded sends what would be many times its size laid out.
func TestContentIsBounded(t *testing.T) {
	for name, c := range map[string][2]string{
		"json": {"application/json", strings.Repeat("[", 9000) + strings.Repeat("]", 9000)},
		"xml":  {"application/xml", strings.Repeat("<a>", 9000) + strings.Repeat("</a>", 9000)},
	} {
		if got := ContentOf(c[0], []byte(c[1])); len(got.Text) > 2*len(c[1]) {
			t.Errorf("%s: %d bytes became %d", name, len(c[1]), len(got.Text))
		}
	}
	if got := ContentOf("", bytes.Repeat([]byte{0}, 1<<20)); len(got.Text) > 8<<10 {
		t.Errorf("a dump of %d bytes", len(got.Text))
	}
}

func FuzzContent(f *testing.F) {
	f.Add("application/json", []byte(`{"a":[{}]}`))
	f.Add("application/xml", []byte(`<a><!-- x --><b>1</b></a>`))
	f.Add("image/png", []byte("\x89PNG"))
	f.Fuzz(func(t *testing.T, media string, body []byte) {
		got := ContentOf(media, body)
		if len(got.Text) > 200*len(body)+4096 {
			t.Errorf("%d bytes became %d", len(body), len(got.Text))
		}
		if strings.HasSuffix(media, "xml") && utf8.Valid(body) {
			if a, b := texts(string(body)), texts(got.Text); a != b {
				t.Errorf("laying out changed the text: %q became %q", a, b)
			}
		}
	})
}

// texts returns what an XML text says, without the space around it.
func texts(text string) string {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var b strings.Builder
	for {
		token, err := d.RawToken()
		if err != nil {
			return b.String()
		}
		if data, ok := token.(xml.CharData); ok {
			b.WriteString(strings.TrimSpace(string(data)))
		}
	}
}

func TestPartsFillTheBar(t *testing.T) {
	whole := func(lookup, connect, tls, send, wait, receive uint16) bool {
		parts := PartsOf(loadtest.Timings{
			Lookup: time.Duration(lookup), Connect: time.Duration(connect), TLS: time.Duration(tls),
			Send: time.Duration(send), Wait: time.Duration(wait), Receive: time.Duration(receive),
		})
		at := 0.0
		for _, p := range parts {
			if d := p.From - at; p.Long > 0 && (d > 1e-6 || d < -1e-6) {
				return false
			}
			at += p.Long
		}
		return at == 0 || at > 999.999 && at < 1000.001
	}
	if err := quick.Check(whole, nil); err != nil {
		t.Error(err)
	}
}

// TestCurlIsOneCommand lets a shell take the command apart again.
func TestCurlIsOneCommand(t *testing.T) {
	r := loadtest.SentRequest{
		Method: "POST", URL: "http://127.0.0.1:8090/pets?q=a b&x='1'", Body: "{\"name\":\"it's\\n\"}\n$HOME `id`",
		Headers: []loadtest.Param{{Name: "X-Note", Value: `say "hi" $(id)`}, {Name: "Content-Length", Value: "3"}},
	}
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell")
	}
	out, err := exec.Command(sh, "-c", `curl() { for a; do printf '%s\0' "$a"; done; }; `+Curl(r)).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"-X", "POST", r.URL, "-H", `X-Note: say "hi" $(id)`, "--data-raw", r.Body, ""}
	if got := string(out); got != strings.Join(want, "\x00") {
		t.Errorf("the shell reads %q, want %q", got, strings.Join(want, "\x00"))
	}
	if got := Curl(loadtest.SentRequest{Method: "POST", URL: "http://a/", Body: "\xff\x00"}); !strings.HasSuffix(got, "--data-binary @body") {
		t.Errorf("bytes: %s", got)
	}
}
